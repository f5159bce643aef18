/**
 * How deeply arrays and objects nest. `JSON.parse` and `JSON.stringify` bound nothing by themselves: a value of 100,000 levels is
 * read without complaint, and the first function that walks it overflows its stack.
 *
 * Each function is for one place: nothing is spent on short texts, a few percent of the time of parsing on others.
 */

const QUOTE = 0x22
const BACKSLASH = 0x5c

/** Whether `text` cannot nest more than `limit` levels because it has no more brackets that open one. The cheap first question. */
export function hasFewBrackets(text: string, limit: number): boolean {
  // Each level takes two characters.
  if (text.length <= 2 * limit) return true
  let count = 0
  for (const bracket of ['[', '{']) {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) {
      if (++count > limit) return false
    }
  }
  return true
}

/** Whether a value that was read from JSON nests more than `limit` levels; its own level is the first. */
export function valueIsDeeper(value: unknown, limit: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (limit === 0) return true
  if (Array.isArray(value)) {
    for (const item of value as unknown[]) if (valueIsDeeper(item, limit - 1)) return true
  } else {
    for (const key in value) if (valueIsDeeper((value as Record<string, unknown>)[key], limit - 1)) return true
  }
  return false
}

/** Whether a text, which must be valid JSON, nests more than `limit` levels. */
export function textIsDeeper(text: string, limit: number): boolean {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    // The two kinds of bracket differ in one bit, [ and { as well as ] and }.
    if (code === QUOTE) {
      for (let inside = text.charCodeAt(++at); inside !== QUOTE; inside = text.charCodeAt(++at)) {
        if (inside === BACKSLASH) at++
      }
    } else if ((code | 0x20) === 0x7b) {
      if (++depth > limit) return true
    } else if ((code | 0x20) === 0x7d) depth--
  }
  return false
}
