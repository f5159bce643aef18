/** How much memory a value takes: exact for text and bytes, an estimate at bounded cost for everything else. */

/** What an object takes beside its elements, and what each element takes beside its value. */
const OBJECT_BYTES = 32
const ELEMENT_BYTES = 16
const NUMBER_BYTES = 8
/** Elements that are looked at, at any depth. */
const ELEMENTS = 64
/**
 * So many lists within each other are taken to go on as they begin; the elements of those around them count as numbers. Guesses that
 * are made of guesses would grow without end.
 */
const GUESSES = 3

/**
 * The bytes of text in UTF-8, and of binary data. 8 for any other primitive value. An object, array, `Map` or `Set` is estimated from
 * its first 64 elements, at any depth: its enumerable properties, with a byte per character of their names. What cannot be read, since
 * a getter throws, counts as an empty object. What is found again within a value counts as a number.
 */
export function sizeOf(value: unknown): number {
  return typeof value === 'string' ? Buffer.byteLength(value) : roughSizeOf(value)
}

/** As {@link sizeOf}, without looking at text: a character counts as a byte. */
export function roughSizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return NUMBER_BYTES
  try {
    return new Estimate(value).sizeOfObject(value)
  } catch {
    // A getter that throws, a proxy that was revoked.
    return OBJECT_BYTES
  }
}

class Estimate {
  #left = ELEMENTS
  #guesses = GUESSES
  readonly #root: object
  /** The objects within the root that were found. */
  #found: object[] | undefined

  constructor(root: object) {
    this.#root = root
  }

  sizeOfObject(value: object): number {
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return value.byteLength
    if (Array.isArray(value)) return this.#sizeOfElements(value, value.length)
    if (value instanceof Map) return this.#sizeOfPairs(value)
    if (value instanceof Set) return this.#sizeOfElements(value, value.size)
    return this.#sizeOfProperties(value as Record<string, unknown>)
  }

  #sizeOf(value: unknown): number {
    if (typeof value === 'string') return value.length
    if (typeof value !== 'object' || value === null) return NUMBER_BYTES
    if (value === this.#root) return NUMBER_BYTES
    if (this.#found === undefined) this.#found = [value]
    else if (this.#found.includes(value)) return NUMBER_BYTES
    else this.#found.push(value)
    return this.sizeOfObject(value)
  }

  #sizeOfElements(elements: Iterable<unknown>, length: number): number {
    let seen = 0
    let bytes = 0
    for (const element of elements) {
      if (--this.#left < 0) break
      bytes += ELEMENT_BYTES + this.#sizeOf(element)
      seen++
    }
    return this.#sizeOfList(bytes, seen, length)
  }

  #sizeOfPairs(pairs: ReadonlyMap<unknown, unknown>): number {
    let seen = 0
    let bytes = 0
    for (const [key, value] of pairs) {
      if (--this.#left < 0) break
      bytes += 2 * ELEMENT_BYTES + this.#sizeOf(key) + this.#sizeOf(value)
      seen++
    }
    return this.#sizeOfList(bytes, seen, pairs.size)
  }

  #sizeOfList(bytes: number, seen: number, length: number): number {
    return sizeOfAll(bytes, seen, length, seen < length && --this.#guesses >= 0 ? bytes / seen : 0)
  }

  #sizeOfProperties(object: Record<string, unknown>): number {
    let length = 0
    let seen = 0
    let bytes = 0
    /** Of those that were seen to their end: one that holds much says nothing about the others. */
    let whole = 0
    let wholeBytes = 0
    for (const name in object) {
      length++
      if (--this.#left < 0) continue
      bytes += ELEMENT_BYTES + name.length + this.#sizeOf(object[name])
      seen++
      if (this.#left < 0) continue
      whole++
      wholeBytes = bytes
    }
    return sizeOfAll(bytes, seen, length, wholeBytes / whole)
  }
}

/** What was seen of `length` elements, and the others as `each` says, where it says anything. */
function sizeOfAll(bytes: number, seen: number, length: number, each: number): number {
  if (seen === length) return OBJECT_BYTES + bytes
  return OBJECT_BYTES + bytes + Math.ceil((each || ELEMENT_BYTES + NUMBER_BYTES) * (length - seen))
}
