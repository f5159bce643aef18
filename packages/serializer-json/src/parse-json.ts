/**
 * A JSON parser for what `JSON.parse` cannot do: Python's `NaN`, `Infinity` and `-Infinity`, integers that stay exact, and
 * errors that show nothing of the text. In everything else it accepts and gives what `JSON.parse` does. Several times slower,
 * so it is only asked where that has failed or would lose digits.
 */

/** What becomes of an integer that a number cannot hold exactly. */
export type BigIntegers = 'number' | 'bigint' | 'error'

/** As in Python, whose conversion from text is as slow: a longer integer is an attack, not a number. */
const MAX_DIGITS = 4300

/** Throws `SyntaxError` or `RangeError`, which say where. */
export function parseJson(text: string, bigIntegers: BigIntegers, maxDepth: number): unknown {
  const parser = new Parser(text, bigIntegers)
  const value = parser.value(maxDepth)
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

  value(levels: number): unknown {
    this.space()
    const first = this.text[this.at] ?? ''
    if (first === '{' || first === '[') {
      if (levels === 0) throw new RangeError(`too many arrays and objects inside one another, at character ${this.at}`)
      this.at++
      return first === '{' ? this.object(levels - 1) : this.array(levels - 1)
    }
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

  private object(levels: number): unknown {
    const object: Record<string, unknown> = {}
    if (this.skip('}')) return object
    do {
      this.space()
      if (this.text[this.at] !== '"') throw this.unexpected('a name in double quotes')
      const name = this.string()
      if (!this.skip(':')) throw this.unexpected('a colon')
      const value = this.value(levels)
      // Assigning to this name would set the prototype.
      if (name === '__proto__') {
        Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true })
      } else object[name] = value
    } while (this.skip(','))
    if (!this.skip('}')) throw this.unexpected('a comma or }')
    return object
  }

  private array(levels: number): unknown {
    const array: unknown[] = []
    if (this.skip(']')) return array
    do array.push(this.value(levels))
    while (this.skip(','))
    if (!this.skip(']')) throw this.unexpected('a comma or ]')
    return array
  }

  private string(): string {
    const end = this.closingQuote()
    try {
      const string = JSON.parse(this.text.slice(this.at, end + 1)) as string
      this.at = end + 1
      return string
    } catch {
      throw this.unexpected('a complete string')
    }
  }

  /** The first quote after the current one that no backslash escapes; the end of the text if there is none. */
  private closingQuote(): number {
    for (let quote = this.text.indexOf('"', this.at + 1); quote >= 0; quote = this.text.indexOf('"', quote + 1)) {
      let backslashes = 0
      while (this.text[quote - 1 - backslashes] === '\\') backslashes++
      if (backslashes % 2 === 0) return quote
    }
    return this.text.length
  }

  private number(): unknown {
    const pattern = /-?(?:(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?|Infinity)/y
    pattern.lastIndex = this.at
    const match = pattern.exec(this.text)
    if (match === null) throw this.unexpected('a value')
    const [text, digits, fraction, exponent] = match
    const number = Number(text)
    const isInteger = digits !== undefined && fraction === undefined && exponent === undefined
    const value = isInteger && !Number.isSafeInteger(number) ? this.bigInteger(text, digits, number) : number
    this.at = pattern.lastIndex
    return value
  }

  private bigInteger(text: string, digits: string, rounded: number): number | bigint {
    if (this.bigIntegers === 'number') return rounded
    const what = `an integer of ${digits.length} digits at character ${this.at}`
    if (this.bigIntegers === 'error')
      throw new RangeError(`${what}, which no number holds (bigIntegers: 'bigint' would read it)`)
    if (digits.length > MAX_DIGITS) throw new RangeError(`${what}, more than ${MAX_DIGITS}`)
    return BigInt(text)
  }

  private skip(character: string): boolean {
    this.space()
    if (this.text[this.at] !== character) return false
    this.at++
    return true
  }

  private space(): void {
    for (let code = this.text.charCodeAt(this.at); isSpace(code); code = this.text.charCodeAt(this.at)) this.at++
  }

  private unexpected(expected: string): SyntaxError {
    const where = this.at < this.text.length ? `at character ${this.at}` : 'where the text ends'
    return new SyntaxError(`expected ${expected} ${where}`)
  }
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09
}
