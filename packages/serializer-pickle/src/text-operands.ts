/** The operands that protocol 0 writes as lines of text: numbers and strings. Each answers `undefined` for what it cannot read. */
import { narrow } from './integers.js'
import { MAX_NUMBER_TEXT } from './limits.js'

const INTEGER = /^([+-]?)(0x[\da-f]+(?:_[\da-f]+)*|0o[0-7]+(?:_[0-7]+)*|0b[01]+(?:_[01]+)*|[1-9]\d*(?:_\d+)*|0+)$/i
const FLOAT = /^[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+)?$/i
const SPECIAL_FLOAT = /^([+-]?)(inf|infinity|nan)$/i

/** As Python reads an integer literal. */
export function parseInteger(line: string): number | bigint | undefined {
  if (line.length > MAX_NUMBER_TEXT) return undefined
  const match = INTEGER.exec(line.trim())
  if (match === null) return undefined
  const magnitude = narrow(BigInt((match[2] as string).replaceAll('_', '').toLowerCase()))
  if (match[1] !== '-') return magnitude
  return typeof magnitude === 'bigint' ? -magnitude : 0 - magnitude
}

/** As Python's `float()` reads text. */
export function parseFloatText(line: string): number | undefined {
  if (line.length > MAX_NUMBER_TEXT) return undefined
  const text = line.trim()
  const special = SPECIAL_FLOAT.exec(text)
  if (special !== null) {
    if ((special[2] as string).toLowerCase() === 'nan') return Number.NaN
    return special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  }
  return FLOAT.test(text) ? Number(text.replaceAll('_', '')) : undefined
}

/** A place in the memo: decimal digits and nothing else. */
export function parseIndex(line: string): number | undefined {
  return /^\d{1,10}$/.test(line) ? Number(line) : undefined
}

const SIMPLE_ESCAPES: ReadonlyMap<string, string> = new Map(
  Object.entries({ n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v', '\\': '\\', "'": "'", '"': '"' }),
)

/** A Python 2 `str` as `repr` wrote it: quoted, with escapes. */
export function parseQuoted(line: string): string | undefined {
  const text = line.trimEnd()
  const quote = text.charAt(0)
  if (text.length < 2 || (quote !== "'" && quote !== '"') || !text.endsWith(quote)) return undefined
  let isSound = true
  const unescaped = text.slice(1, -1).replace(/\\(x[\da-fA-F]{2}|[0-7]{1,3}|[\s\S]|$)/g, (whole, escape: string) => {
    const simple = SIMPLE_ESCAPES.get(escape)
    if (simple !== undefined) return simple
    if (/^x./.test(escape)) return String.fromCharCode(Number.parseInt(escape.slice(1), 16))
    if (/^[0-7]/.test(escape)) return String.fromCharCode(Number.parseInt(escape, 8) & 0xff)
    // Unknown escapes stand for themselves; one that was begun and not ended is none.
    if (escape === 'x' || escape === '') isSound = false
    return whole
  })
  return isSound ? unescaped : undefined
}

/** Python's `raw-unicode-escape`: Latin-1, and `\uXXXX` or `\UXXXXXXXX` for the rest. Other backslashes stand for themselves. */
export function parseRawUnicode(line: string): string | undefined {
  let isSound = true
  const text = line.replace(/\\(u[\da-fA-F]{4}|U[\da-fA-F]{8}|[\s\S])/g, (whole, escape: string) => {
    const kind = escape.charAt(0)
    if (kind !== 'u' && kind !== 'U') return whole
    const code = Number.parseInt(escape.slice(1), 16)
    if (escape.length !== (kind === 'u' ? 5 : 9) || code > 0x10ffff) {
      isSound = false
      return whole
    }
    return String.fromCodePoint(code)
  })
  return isSound ? text : undefined
}
