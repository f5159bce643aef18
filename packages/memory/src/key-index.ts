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

  *entries(): Generator<[key: string, slot: number]> {
    yield* this.#whole
    for (const part of this.#parts ?? []) yield* part
  }

  get size(): number {
    return (this.#parts ?? []).reduce((sum, part) => sum + part.size, this.#whole.size)
  }
}

function partOf(parts: readonly Map<string, number>[], key: string): Map<string, number> {
  return parts[hashOf(key) & (PARTS - 1)] as Map<string, number>
}
