/** How deeply the arrays and objects of a JSON text nest, found without parsing it. */

const QUOTE = 0x22
const BACKSLASH = 0x5c
const ARRAY_START = 0x5b
const ARRAY_END = 0x5d
const OBJECT_START = 0x7b
const OBJECT_END = 0x7d

/**
 * Whether more than `limit` brackets are open at once. `JSON.parse` itself bounds nothing: it returns a value of any depth, on
 * which the first function that walks it overflows its stack.
 */
export function isDeeperThan(text: string, limit: number): boolean {
  // Most texts are done here: each level takes two characters.
  if (text.length <= 2 * limit) return false
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfString(text, at + 1)
    else if (code === ARRAY_START || code === OBJECT_START) {
      if (++depth > limit) return true
    } else if (code === ARRAY_END || code === OBJECT_END) depth--
  }
  return false
}

/** Where the string that began before `from` has its closing quote; the length of the text if it has none. */
export function endOfString(text: string, from: number): number {
  let at = from
  while (true) {
    const quote = text.indexOf('"', at)
    if (quote < 0) return text.length
    let backslashes = 0
    while (text.charCodeAt(quote - 1 - backslashes) === BACKSLASH) backslashes++
    if (backslashes % 2 === 0) return quote
    at = quote + 1
  }
}
