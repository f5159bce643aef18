/** Python's `datetime.timedelta`: a span of time. */
import { defineReducer } from '../reducer.js'

const MAX_DAYS = 999_999_999

/** A span in Python's form: only `days` may be negative, so that minus one second is −1 day and 86,399 seconds. */
export class PyTimedelta {
  readonly days: number
  readonly seconds: number
  readonly microseconds: number

  /** Seconds below 86,400, microseconds below 1,000,000. */
  constructor(days: number, seconds = 0, microseconds = 0) {
    if (!isWithin(days, -MAX_DAYS, MAX_DAYS) || !isWithin(seconds, 0, 86_399) || !isWithin(microseconds, 0, 999_999)) {
      throw new TypeError('a timedelta has days, seconds from 0 to 86,399 and microseconds from 0 to 999,999')
    }
    this.days = days
    this.seconds = seconds
    this.microseconds = microseconds
  }

  static fromMilliseconds(ms: number): PyTimedelta {
    const days = Math.floor(ms / 86_400_000)
    const rest = ms - days * 86_400_000
    const seconds = Math.floor(rest / 1000)
    return new PyTimedelta(days, seconds, Math.floor((rest - seconds * 1000) * 1000))
  }

  /** With a fraction where there are microseconds. */
  toMilliseconds(): number {
    return (this.days * 86_400 + this.seconds) * 1000 + this.microseconds / 1000
  }
}

function isWithin(value: number, low: number, high: number): boolean {
  return Number.isInteger(value) && value >= low && value <= high
}

export const timedelta = defineReducer({
  class: PyTimedelta,
  module: 'datetime',
  name: 'timedelta',
  reduce: ({ days, seconds, microseconds }) => [days, seconds, microseconds],
  build: (args) => new PyTimedelta(...(args as [number, number, number])),
})
