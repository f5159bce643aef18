/**
 * Where entries are kept: each has a slot, a number from 1, and one place in each of a few arrays. No object is made for an entry, so
 * that a read touches little memory and the garbage collector has little to visit.
 */

/** The slot of no entry. */
export const NONE = 0

/**
 * What a read must know of an entry is one word, of 31 bits: the tick in which it expires (28 bits), the table that has its key
 * (1 bit), and its use (2 bits).
 */
export const TICK_SHIFT = 3
export const TABLE_BIT = 4
/** How often it was used since the eviction looked last: 0 to 2. */
export const USE_MASK = 3
export const MAX_USE = 2
/** In place of a use: the eviction does not have the entry, which goes last. */
export const KEPT = 3

/** The tick of what never expires. */
export const NEVER_TICK = 2 ** 28 - 1
/** The last tick of what does: with ticks of half a second, 4 years after the cache was first used. */
export const LAST_TICK = NEVER_TICK - 1

const SMALLEST = 68

export class Slots {
  /** Keys as their tables write them; `undefined` where a slot is free. */
  keys: (string | undefined)[] = []
  values: unknown[] = []
  words = new Int32Array()
  /** When in its tick an entry expires, in milliseconds from the tick's start. */
  offsets = new Uint16Array()
  /** In bytes, at most 2^32 - 1. */
  sizes = new Uint32Array()
  /** How many entries there are. */
  count = 0
  /** The first of the free slots below {@link #used}, which are chained by their words. */
  #free = NONE
  /** All slots from this one on were never used. */
  #used = 1

  constructor() {
    this.reset()
  }

  take(key: string, value: unknown, tableBit: number): number {
    let slot = this.#free
    if (slot === NONE) {
      if (this.#used === this.words.length) this.#grow()
      slot = this.#used++
      this.keys.push(key)
      this.values.push(value)
    } else {
      this.#free = this.words[slot] as number
      this.keys[slot] = key
      this.values[slot] = value
    }
    this.words[slot] = (NEVER_TICK << TICK_SHIFT) | tableBit
    this.count++
    return slot
  }

  isFree(slot: number): boolean {
    return this.keys[slot] === undefined
  }

  release(slot: number): void {
    this.keys[slot] = undefined
    this.values[slot] = undefined
    this.words[slot] = this.#free
    this.#free = slot
    this.count--
  }

  /** Gives all memory back. */
  reset(): void {
    // The first element is no number, so that V8 never has to make room for other things among numbers.
    this.keys = [undefined]
    this.values = [undefined]
    this.words = new Int32Array(SMALLEST)
    this.offsets = new Uint16Array(SMALLEST)
    this.sizes = new Uint32Array(SMALLEST)
    this.count = 0
    this.#free = NONE
    this.#used = 1
  }

  /** All slots are below it. */
  get capacity(): number {
    return this.words.length
  }

  /** @internal What it consists of, for tests. */
  _snapshot(): { readonly free: number; readonly used: number } {
    return { free: this.#free, used: this.#used }
  }

  #grow(): void {
    const capacity = moreThan(this.words.length)
    this.words = grown(this.words, new Int32Array(capacity))
    this.offsets = grown(this.offsets, new Uint16Array(capacity))
    this.sizes = grown(this.sizes, new Uint32Array(capacity))
  }
}

/**
 * `larger`, with what `array` holds. Whoever keeps an array by slot lets it grow when a slot is beyond it, each from a length of its own,
 * so that not all of a large store's arrays are copied by one and the same write.
 */
export function grown<T extends Int32Array | Uint32Array | Uint16Array | Uint8Array>(array: T, larger: T): T {
  larger.set(array)
  return larger
}

/** The next capacity of an array by slot: twice as much, of a large one a quarter more, so that little of it stays unused. */
export function moreThan(capacity: number): number {
  return capacity < 2 ** 16 ? capacity * 2 : capacity + (capacity >> 2)
}
