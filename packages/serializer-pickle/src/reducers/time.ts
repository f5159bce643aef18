/** Python's `datetime.time`: a time of day, with or without a time zone. */
import { isTime, microsecondOf } from '../datetime.js'
import { defineReducer } from '../reducer.js'
import { PyTimezone } from './timezone.js'

export interface PyTimeFields {
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly microsecond: number
  /** 1 for the second of two times with the same fields, when clocks are turned back. */
  readonly fold: 0 | 1
  readonly timezone: PyTimezone | undefined
}

export class PyTime implements PyTimeFields {
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly microsecond: number
  readonly fold: 0 | 1
  readonly timezone: PyTimezone | undefined

  /** Fields that are left out are zero; the time zone is left open. */
  constructor({ hour = 0, minute = 0, second = 0, microsecond = 0, fold = 0, timezone }: Partial<PyTimeFields>) {
    const fields = [hour, minute, second, microsecond]
    if (!fields.every((field, i) => Number.isInteger(field) && field >= 0 && field < (LIMITS[i] as number))) {
      throw new TypeError('a time of day has hours to 23, minutes and seconds to 59 and microseconds to 999,999')
    }
    this.hour = hour
    this.minute = minute
    this.second = second
    this.microsecond = microsecond
    this.fold = fold
    this.timezone = timezone
  }
}

const LIMITS = [24, 60, 60, 1_000_000]

/** With time zones it needs the reducers for `timezone` and `timedelta` beside it. */
export const time = defineReducer({
  class: PyTime,
  module: 'datetime',
  name: 'time',
  reduce({ hour, minute, second, microsecond, fold, timezone }) {
    const state = Uint8Array.of(
      hour | (fold << 7),
      minute,
      second,
      microsecond >> 16,
      (microsecond >> 8) & 0xff,
      microsecond & 0xff,
    )
    return timezone === undefined ? [state] : [state, timezone]
  },
  build([state, timezone, ...more]) {
    if (!(state instanceof Uint8Array) || state.length !== 6 || more.length > 0)
      throw new TypeError('expects six bytes')
    if (timezone !== undefined && !(timezone instanceof PyTimezone)) {
      throw new TypeError('expects a timezone: register its reducer as well')
    }
    const [first = 0, minute = 0, second = 0] = state
    const fields = state.slice()
    fields[0] = first & 0x7f
    if (!isTime(fields, 0)) throw new TypeError('expects a time of day')
    const microsecond = microsecondOf(state, 3)
    return new PyTime({ hour: first & 0x7f, minute, second, microsecond, fold: first > 0x7f ? 1 : 0, timezone })
  },
})
