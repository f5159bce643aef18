/** Python's `decimal.Decimal`. */
import { defineReducer } from '../reducer.js'

const DECIMAL = /^[+-]?(\d+\.?\d*(e[+-]?\d+)?|\.\d+(e[+-]?\d+)?|inf(inity)?|s?nan\d*)$/i
const MAX_LENGTH = 4300

/**
 * A decimal number as the text that Python writes for it, `'12.340'` or `'1E+400'`: nothing is computed and nothing rounded. Hand
 * {@link text} to a library for decimal numbers to compute with it, or register a reducer for that library's class instead.
 */
export class PyDecimal {
  readonly text: string

  constructor(text: string) {
    if (text.length > MAX_LENGTH || !DECIMAL.test(text)) {
      throw new TypeError(`a decimal number is text such as '12.340', of ${MAX_LENGTH} characters at most`)
    }
    this.text = text
  }

  toString(): string {
    return this.text
  }

  toJSON(): string {
    return this.text
  }
}

export const decimal = defineReducer({
  class: PyDecimal,
  module: 'decimal',
  name: 'Decimal',
  reduce: (value) => [value.text],
  build([text, ...more]) {
    if (typeof text !== 'string' || more.length > 0) throw new TypeError('expects text')
    return new PyDecimal(text)
  },
})
