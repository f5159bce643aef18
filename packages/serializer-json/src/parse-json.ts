/**
 * A JSON parser for what `JSON.parse` cannot do: Python's `NaN`, `Infinity` and `-Infinity`, integers that stay exact, and
 * errors that show nothing of the text. In everything else it accepts and gives what `JSON.parse` does. Many times slower,
 * so it is only asked where that has failed or would lose digits.
 */
import { DeserializationError } from '@pycached/core'
import { endOfString } from './depth.js'
import type { BigIntegers } from './json-serializer.js'

/** As in Python, whose conversion from text is as slow: a longer integer is an attack, not a number. */
const MAX_DIGITS = 4300

/** `text` nests no deeper than a stack can bear: see `isDeeperThan`. */
export function parseJson(text: string, bigIntegers: BigIntegers): unknown {
  const parser = new Parser(text, bigIntegers)
  const value = parser.value()
  parser.end()
  return value
}

/** Literals by their first character. */
const LITERALS: Readonly<Record<string, readonly [text: string, value: unknown]>> = {
  t: ['true', true],
  f: ['false', false],
  n: ['null', null],
  N: ['NaN', Number.NaN],
  I: ['Infinity', Number.POSITIVE_INFINITY],
}

class Parser {
  private readonly text: string
  private readonly bigIntegers: BigIntegers
  private at = 0

  constructor(text: string, bigIntegers: BigIntegers) {
    this.text = text
    this.bigIntegers = bigIntegers
  }

  value(): unknown {
    this.space()
    const first = this.text[this.at] ?? ''
    if (first === '{') return this.object()
    if (first === '[') return this.array()
    if (first === '"') return this.string()
    const literal = LITERALS[first]
    if (literal === undefined) return this.number()
    const [text, value] = literal
    if (!this.text.startsWith(text, this.at)) throw this.unexpected('a value')
    this.at += text.length
    return value
  }

  end(): void {
    this.space()
    if (this.at < this.text.length) throw this.unexpected('the end')
  }

  private object(): unknown {
    const object: Record<string, unknown> = {}
    this.at++
    if (this.skip('}')) return object
    do {
      this.space()
      if (this.text[this.at] !== '"') throw this.unexpected('a name in double quotes')
      const name = this.string()
      if (!this.skip(':')) throw this.unexpected('a colon')
      const value = this.value()
      // Assigning to this name would set the prototype.
      if (name === '__proto__') {
        Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true })
      } else object[name] = value
    } while (this.skip(','))
    if (!this.skip('}')) throw this.unexpected('a comma or }')
    return object
  }

  private array(): unknown {
    const array: unknown[] = []
    this.at++
    if (this.skip(']')) return array
    do array.push(this.value())
    while (this.skip(','))
    if (!this.skip(']')) throw this.unexpected('a comma or ]')
    return array
  }

  private string(): string {
    const start = this.at
    const end = endOfString(this.text, start + 1)
    if (end < this.text.length) {
      try {
        const string = JSON.parse(this.text.slice(start, end + 1)) as string
        this.at = end + 1
        return string
      } catch {
        // A bad escape, or a control character that should be one.
      }
    }
    throw this.unexpected('a complete string')
  }

  private number(): unknown {
    const pattern = /-?(?:(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?|Infinity)/y
    pattern.lastIndex = this.at
    const match = pattern.exec(this.text)
    if (match === null) throw this.unexpected('a value')
    const [text, digits, fraction, exponent] = match
    const number = Number(text)
    const isExact =
      digits === undefined || fraction !== undefined || exponent !== undefined || Number.isSafeInteger(number)
    if (!isExact && this.bigIntegers !== 'number') return this.bigInteger(text, digits)
    this.at = pattern.lastIndex
    return number
  }

  private bigInteger(text: string, digits: string): bigint {
    if (this.bigIntegers === 'error') {
      throw new DeserializationError(
        `an integer of ${digits.length} digits at character ${this.at}, which no number holds: read it with bigIntegers: 'bigint'`,
      )
    }
    if (digits.length > MAX_DIGITS) {
      throw new DeserializationError(`an integer of more than ${MAX_DIGITS} digits at character ${this.at}`)
    }
    this.at += text.length
    return BigInt(text)
  }

  private skip(character: string): boolean {
    this.space()
    if (this.text[this.at] !== character) return false
    this.at++
    return true
  }

  private space(): void {
    while (true) {
      const code = this.text.charCodeAt(this.at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
      this.at++
    }
  }

  private unexpected(expected: string): DeserializationError {
    const where = this.at < this.text.length ? `at character ${this.at}` : 'where the text ends'
    return new DeserializationError(`what is stored is no JSON: expected ${expected} ${where}`)
  }
}
