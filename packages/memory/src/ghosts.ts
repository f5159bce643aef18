/** The latest evictions: of each a fingerprint of the key, when it was, and from which queue. Four bytes each, and no keys. */

/** What a ghost was evicted from, and whether it had proven itself there. */
export const NO_GHOST = 0
export const FROM_SMALL = 1
export const FROM_MAIN = 2
export const PROVEN_IN_MAIN = 3

/** Ghosts of one set: at most one line of the processor's cache. */
const WAYS = 8
/** The first of a set are what the small queue evicted, the others what the main queue did. Each part has the newest first. */
const SMALL_WAYS = 5
/** Ghosts for each entry of the cache. */
const RATIO = 1.5

/** A ghost: 15 bits of time, 1 bit for proven, 16 of the key's hash. 0 is none. */
const FINGERPRINT = 0xffff
const PROVEN = 1 << 16
const TIME_SHIFT = 17
const TIME_MASK = 0x7fff
/** A unit of time is between 1/256 and 1/128 of as many insertions as the cache has entries. */
const UNITS = 256

export class Ghosts {
  /** For how many entries of the cache it is made. */
  readonly capacity: number
  /** Of the ghost that was found last, in insertions, about. */
  age = 0
  readonly #cells: Int32Array
  readonly #scale: number
  readonly #unitShift: number

  constructor(capacity: number) {
    this.capacity = capacity
    const sets = Math.max(1, Math.ceil((capacity * RATIO) / WAYS))
    this.#cells = new Int32Array(sets * WAYS)
    this.#scale = sets / 2 ** 32
    this.#unitShift = Math.max(0, Math.floor(Math.log2(Math.max(1, capacity / UNITS))) + (capacity >= UNITS ? 1 : 0))
  }

  /** Whether it is neither too small for so many entries nor, with its unit of time, too coarse. */
  suits(entries: number): boolean {
    return entries <= 2 * this.capacity && this.capacity <= 4 * entries
  }

  /** An entry is evicted. `clock` counts insertions. The oldest ghost of its part of the set is forgotten. */
  add(hash: number, origin: number, clock: number): void {
    const cells = this.#cells
    const set = this.#setOf(hash)
    const isSmall = origin === FROM_SMALL
    const end = isSmall ? set + SMALL_WAYS : set + WAYS
    let ghost =
      (hash & FINGERPRINT) | (origin === PROVEN_IN_MAIN ? PROVEN : 0) | ((clock >>> this.#unitShift) << TIME_SHIFT)
    for (let index = isSmall ? set : set + SMALL_WAYS; index < end; index++) {
      const moved = cells[index] as number
      cells[index] = ghost
      if (moved === 0) return
      ghost = moved
    }
  }

  /** Forgets the ghost of the key with this hash, and tells what it was. */
  take(hash: number, clock: number): number {
    const cells = this.#cells
    const set = this.#setOf(hash)
    for (let index = set; index < set + WAYS; index++) {
      const ghost = cells[index] as number
      if (ghost === 0 || ((ghost ^ hash) & FINGERPRINT) !== 0) continue
      cells[index] = 0
      this.age = (((clock >>> this.#unitShift) - (ghost >>> TIME_SHIFT)) & TIME_MASK) << this.#unitShift
      if (index < set + SMALL_WAYS) return FROM_SMALL
      return (ghost & PROVEN) === 0 ? FROM_MAIN : PROVEN_IN_MAIN
    }
    return NO_GHOST
  }

  /** @internal What it consists of, for tests. */
  _snapshot(): Int32Array {
    return this.#cells
  }

  /** From the upper bits of the hash; the fingerprint is the lower ones. */
  #setOf(hash: number): number {
    return (((hash >>> 0) * this.#scale) | 0) * WAYS
  }
}
