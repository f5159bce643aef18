/** How much memory a value takes: exact for text and bytes, an estimate for everything else. */

/** What an object takes beside its elements, and what each element takes beside its value. */
const OBJECT_BYTES = 32
const ELEMENT_BYTES = 16
const NUMBER_BYTES = 8
/** Elements that are looked at, at any depth, those of outer objects first. */
const ELEMENTS = 64
/**
 * So many lists are taken to go on as they begin, outer ones first; the unseen elements of the others count as numbers. Guesses that are
 * made of guesses would grow without end.
 */
const GUESSES = 3

/**
 * The bytes of text in UTF-8, and of binary data. 8 for any other primitive value. An object, array, `Map` or `Set` is estimated from
 * the first 64 elements of it and of what it holds, level by level: enumerable properties, with a byte per character of their names, and
 * text with a byte per character. What cannot be read, such as a getter that throws, or is found again counts as a number. The cost is
 * that of 64 elements, and of counting the properties of the objects that they are in.
 */
export function sizeOf(value: unknown): number {
  return typeof value === 'string' ? Buffer.byteLength(value) : roughSizeOf(value)
}

/** As {@link sizeOf}, without looking at text: a character counts as a byte. */
export function roughSizeOf(value: unknown): number {
  const bytes = sizeOfLeaf(value)
  return bytes ?? new Estimate(value as object).bytes()
}

/** Of what has no elements; `undefined` for what has. */
function sizeOfLeaf(value: unknown): number | undefined {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return NUMBER_BYTES
  if (ArrayBuffer.isView(value)) return value.byteLength
  try {
    if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) return value.byteLength
  } catch {
    // A proxy that was revoked.
    return NUMBER_BYTES
  }
  return undefined
}

/** One object that was found, and what was seen of it. */
interface Part {
  readonly object: object
  /** What holds it. */
  readonly outer: Part | undefined
  /** Of the elements that were seen, with what they hold. */
  bytes: number
  seen: number
  length: number
  isList: boolean
}

class Estimate {
  /** In order of discovery, so that each comes after what holds it. */
  readonly #parts: Part[] = []
  #left = ELEMENTS
  #guesses = GUESSES

  constructor(root: object) {
    this.#find(root, undefined)
  }

  bytes(): number {
    const parts = this.#parts
    for (let index = 0; index < parts.length; index++) this.#look(parts[index] as Part)
    for (const part of parts) if (part.isList && part.seen < part.length && --this.#guesses < 0) part.isList = false
    for (let index = parts.length - 1; index > 0; index--) {
      const part = parts[index] as Part
      if (part.outer !== undefined) part.outer.bytes += bytesOf(part)
    }
    return bytesOf(parts[0] as Part)
  }

  #look(part: Part): void {
    const { object } = part
    try {
      if (Array.isArray(object)) this.#lookAtList(part, object, object.length)
      else if (object instanceof Map) this.#lookAtMap(part, object)
      else if (object instanceof Set) this.#lookAtList(part, object, object.size)
      else this.#lookAtProperties(part, object as Record<string, unknown>)
    } catch {
      // A proxy that was revoked.
    }
  }

  #lookAtList(part: Part, elements: Iterable<unknown>, length: number): void {
    part.isList = true
    part.length = length
    for (const element of elements) {
      if (--this.#left < 0) break
      this.#see(part, element)
      part.seen++
    }
  }

  #lookAtMap(part: Part, map: ReadonlyMap<unknown, unknown>): void {
    part.isList = true
    part.length = map.size
    for (const [key, value] of map) {
      if (--this.#left < 0) break
      this.#see(part, key)
      this.#see(part, value)
      part.seen++
    }
  }

  #lookAtProperties(part: Part, object: Record<string, unknown>): void {
    for (const name in object) {
      part.length++
      if (--this.#left < 0) continue
      part.bytes += name.length
      this.#see(part, read(object, name))
      part.seen++
    }
  }

  #see(part: Part, element: unknown): void {
    part.bytes += ELEMENT_BYTES + (sizeOfLeaf(element) ?? this.#find(element as object, part))
  }

  /** What is found once is looked at later, and counts in what holds it then. */
  #find(object: object, outer: Part | undefined): number {
    for (const part of this.#parts) if (part.object === object) return NUMBER_BYTES
    this.#parts.push({ object, outer, bytes: 0, seen: 0, length: 0, isList: false })
    return 0
  }
}

function bytesOf({ bytes, seen, length, isList }: Part): number {
  const unseen = length - seen
  const each = isList && seen > 0 ? bytes / seen : ELEMENT_BYTES + NUMBER_BYTES
  return OBJECT_BYTES + bytes + Math.ceil(unseen * each)
}

function read(object: Record<string, unknown>, name: string): unknown {
  try {
    return object[name]
  } catch {
    return undefined
  }
}
