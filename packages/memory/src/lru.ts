/** Least recently used: entries in order of their last use. */
import type { Eviction } from './eviction.js'
import { SlotLists } from './slot-lists.js'
import { KEPT, NONE, USE_MASK } from './slots.js'

const ORDER = 0

export class Lru implements Eviction {
  readonly #lists = new SlotLists(1)

  arrive(): void {}

  admit(slot: number): void {
    this.#lists.append(ORDER, slot)
  }

  readmit(slot: number): void {
    this.#lists.append(ORDER, slot)
  }

  touch(slot: number, word: number): void {
    if ((word & USE_MASK) === KEPT) return
    this.#lists.remove(slot)
    this.#lists.append(ORDER, slot)
  }

  resize(): void {}

  remove(slot: number): void {
    this.#lists.remove(slot)
  }

  evict(): number {
    const slot = this.#lists.first(ORDER)
    if (slot !== NONE) this.#lists.remove(slot)
    return slot
  }

  reset(): void {
    this.#lists.reset()
  }

  /** @internal What it consists of, for tests. */
  _snapshot(): SlotLists {
    return this.#lists
  }
}
