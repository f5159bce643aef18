/**
 * Text ↔ UTF-8 in which a lone surrogate is three bytes of its own, as CPython's `surrogatepass` has it: a JavaScript string may hold
 * lone surrogates, a Python one too, and both must survive.
 */

const encoder = new TextEncoder()
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const LONE_SURROGATE = /\p{Surrogate}/u

/** Below this length a loop beats the platform's encoder and decoder, whose call costs about 100 ns (measured on Node 20). */
const SHORT = 16

/** Single characters, so that short text is put together without a call per character. */
const ASCII = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code))

/** Writes `text` at `start` and answers where it ends. The target must have room for three bytes per character. */
export function encodeUtf8(text: string, target: Uint8Array, start: number): number {
  const { length } = text
  if (length <= SHORT) {
    let i = 0
    for (; i < length; i++) {
      const code = text.charCodeAt(i)
      if (code > 0x7f) break
      target[start + i] = code
    }
    if (i === length) return start + length
  }
  const end = start + encoder.encodeInto(text, target.subarray(start)).written
  // Only text that is not ASCII can hold a surrogate, and the platform's encoder has just replaced it.
  return end - start !== length && LONE_SURROGATE.test(text) ? encodeWithSurrogates(text, target, start) : end
}

function encodeWithSurrogates(text: string, target: Uint8Array, start: number): number {
  let at = start
  for (let i = 0; i < text.length; i++) {
    const code = text.codePointAt(i) as number
    if (code < 0x80) target[at++] = code
    else if (code < 0x800) {
      target[at++] = 0xc0 | (code >> 6)
      target[at++] = 0x80 | (code & 0x3f)
    } else if (code < 0x10000) {
      target[at++] = 0xe0 | (code >> 12)
      target[at++] = 0x80 | ((code >> 6) & 0x3f)
      target[at++] = 0x80 | (code & 0x3f)
    } else {
      target[at++] = 0xf0 | (code >> 18)
      target[at++] = 0x80 | ((code >> 12) & 0x3f)
      target[at++] = 0x80 | ((code >> 6) & 0x3f)
      target[at++] = 0x80 | (code & 0x3f)
      i++
    }
  }
  return at
}

/** The text, or `undefined` when the bytes are no UTF-8: overlong, beyond U+10FFFF, cut off. */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string | undefined {
  if (end - start <= SHORT) {
    let text = ''
    let i = start
    for (; i < end; i++) {
      const code = bytes[i] as number
      if (code > 0x7f) break
      text += ASCII[code] as string
    }
    if (i === end) return text
  }
  const part = bytes.subarray(start, end)
  try {
    return strictDecoder.decode(part)
  } catch {
    // Not strict UTF-8: only lone surrogates can make it valid here.
    return decodeWithSurrogates(part)
  }
}

function decodeWithSurrogates(bytes: Uint8Array): string | undefined {
  const pieces: string[] = []
  let plainFrom = 0
  for (let i = 0; i + 2 < bytes.length; i++) {
    if (bytes[i] !== 0xed || (bytes[i + 1] as number) < 0xa0 || ((bytes[i + 2] as number) & 0xc0) !== 0x80) continue
    const plain = decodeStrictly(bytes.subarray(plainFrom, i))
    if (plain === undefined || (bytes[i + 1] as number) > 0xbf) return undefined
    const code = 0xd000 | (((bytes[i + 1] as number) & 0x3f) << 6) | ((bytes[i + 2] as number) & 0x3f)
    pieces.push(plain, String.fromCharCode(code))
    plainFrom = i + 3
    i += 2
  }
  if (plainFrom === 0) return undefined
  const rest = decodeStrictly(bytes.subarray(plainFrom))
  return rest === undefined ? undefined : pieces.join('') + rest
}

function decodeStrictly(bytes: Uint8Array): string | undefined {
  try {
    return strictDecoder.decode(bytes)
  } catch {
    return undefined
  }
}
