/** How much memory a value takes: exact for text and bytes, an estimate at bounded cost for everything else. */

/** What an object takes beside its elements, and what each element takes beside its value. */
const OBJECT_BYTES = 32
const ELEMENT_BYTES = 16
const NUMBER_BYTES = 8
/** Elements that are looked at, at any depth; those that are not count like those of the same object that are. */
const ELEMENTS = 64

/**
 * The bytes of text in UTF-8, and of binary data. 8 for any other primitive value. An object, array, `Map` or `Set` is estimated from
 * its first 64 elements, at any depth: its enumerable properties, with a byte per character of their names. What cannot be read, since
 * a getter throws, counts as an empty object.
 */
export function sizeOf(value: unknown): number {
  return typeof value === 'string' ? Buffer.byteLength(value) : roughSizeOf(value)
}

/** As {@link sizeOf}, without looking at text: a character counts as a byte. */
export function roughSizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return NUMBER_BYTES
  try {
    return new Estimate().sizeOf(value)
  } catch {
    // A getter that throws, a proxy that was revoked.
    return OBJECT_BYTES
  }
}

class Estimate {
  #left = ELEMENTS

  sizeOf(value: unknown): number {
    if (typeof value === 'string') return value.length
    if (typeof value !== 'object' || value === null) return NUMBER_BYTES
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return value.byteLength
    if (Array.isArray(value)) return this.#sizeOfElements(value, value.length)
    if (value instanceof Map) return this.#sizeOfPairs(value)
    if (value instanceof Set) return this.#sizeOfElements(value, value.size)
    return this.#sizeOfProperties(value as Record<string, unknown>)
  }

  #sizeOfElements(elements: Iterable<unknown>, length: number): number {
    let seen = 0
    let bytes = 0
    for (const element of elements) {
      if (--this.#left < 0) break
      bytes += ELEMENT_BYTES + this.sizeOf(element)
      seen++
    }
    return sizeOfAll(bytes, seen, length)
  }

  #sizeOfPairs(pairs: ReadonlyMap<unknown, unknown>): number {
    let seen = 0
    let bytes = 0
    for (const [key, value] of pairs) {
      if (--this.#left < 0) break
      bytes += 2 * ELEMENT_BYTES + this.sizeOf(key) + this.sizeOf(value)
      seen++
    }
    return sizeOfAll(bytes, seen, pairs.size)
  }

  #sizeOfProperties(object: Record<string, unknown>): number {
    let seen = 0
    let bytes = 0
    let length = 0
    for (const name in object) {
      length++
      if (--this.#left < 0) continue
      bytes += ELEMENT_BYTES + name.length + this.sizeOf(object[name])
      seen++
    }
    return sizeOfAll(bytes, seen, length)
  }
}

/** From what was seen of `length` elements. */
function sizeOfAll(bytes: number, seen: number, length: number): number {
  if (seen === length) return OBJECT_BYTES + bytes
  return OBJECT_BYTES + Math.ceil((seen === 0 ? ELEMENT_BYTES + NUMBER_BYTES : bytes / seen) * length)
}
