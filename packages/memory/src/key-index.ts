/**
 * Keys → slots. One `Map` up to a size at which its growing, which V8 does at once, would hold up the event loop; what comes later is
 * spread over many small ones.
 */
import { hashOf } from './key-hash.js'

/** V8 moves this many keys within about 10 ms. */
const WHOLE = 2 ** 17
/** A power of two. */
const PARTS = 64

export class KeyIndex {
  readonly #whole = new Map<string, number>()
  #parts: readonly Map<string, number>[] | undefined

  get(key: string): number | undefined {
    const slot = this.#whole.get(key)
    if (slot !== undefined || this.#parts === undefined) return slot
    return partOf(this.#parts, key).get(key)
  }

  /** A key that it does not have. */
  add(key: string, slot: number): void {
    if (this.#whole.size < WHOLE) {
      this.#whole.set(key, slot)
      return
    }
    this.#parts ??= Array.from({ length: PARTS }, () => new Map())
    partOf(this.#parts, key).set(key, slot)
  }

  delete(key: string): void {
    if (this.#whole.delete(key) || this.#parts === undefined) return
    partOf(this.#parts, key).delete(key)
  }

  /** No more than there are now: who reads them slowly need not follow those that are added meanwhile. */
  *entries(): Generator<[key: string, slot: number]> {
    const maps = [this.#whole, ...(this.#parts ?? [])]
    const sizes = maps.map((map) => map.size)
    for (const [index, map] of maps.entries()) {
      let left = sizes[index] as number
      for (const entry of map) {
        if (left-- === 0) break
        yield entry
      }
    }
  }

  get size(): number {
    return (this.#parts ?? []).reduce((sum, part) => sum + part.size, this.#whole.size)
  }
}

function partOf(parts: readonly Map<string, number>[], key: string): Map<string, number> {
  return parts[hashOf(key) & (PARTS - 1)] as Map<string, number>
}
