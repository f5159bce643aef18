/** Python's `datetime.date`: a day of the calendar, without time and time zone. */
import { isDate, yearOf } from '../datetime.js'
import { defineReducer } from '../reducer.js'

/** A day of the years 1 to 9999; `month` and `day` count from 1. */
export class PyDate {
  readonly year: number
  readonly month: number
  readonly day: number

  constructor(year: number, month: number, day: number) {
    // In their ranges first, for a byte would cut them to size.
    const isInRange = [year, month, day].every(Number.isInteger) && year <= 9999 && month <= 12 && day <= 31 && day > 0
    if (!isInRange || !isDate(Uint8Array.of(year >> 8, year, month, day)))
      throw new TypeError('a date is a day of the calendar, of the years 1 to 9999')
    this.year = year
    this.month = month
    this.day = day
  }

  /** ISO 8601: `2024-02-29`. */
  toString(): string {
    return `${pad(this.year, 4)}-${pad(this.month, 2)}-${pad(this.day, 2)}`
  }

  toJSON(): string {
    return this.toString()
  }
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0')
}

export const date = defineReducer({
  class: PyDate,
  module: 'datetime',
  name: 'date',
  reduce: ({ year, month, day }) => [Uint8Array.of(year >> 8, year, month, day)],
  build([state, ...more]) {
    if (!(state instanceof Uint8Array) || state.length !== 4 || more.length > 0)
      throw new TypeError('expects four bytes')
    return new PyDate(yearOf(state), state[2] as number, state[3] as number)
  },
})
