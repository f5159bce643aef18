/** Least recently used, in the order of a `Set`: the oldest use first. */
import type { ReferenceEntry, ReferencePolicy } from './reference-store.js'

export class ReferenceLru implements ReferencePolicy {
  #order = new Set<ReferenceEntry>()

  arrive(): void {}

  admit(entry: ReferenceEntry): void {
    this.#order.add(entry)
  }

  readmit(entry: ReferenceEntry): void {
    this.#order.add(entry)
  }

  touch(entry: ReferenceEntry): void {
    this.#order.delete(entry)
    this.#order.add(entry)
  }

  remove(entry: ReferenceEntry): void {
    this.#order.delete(entry)
  }

  evict(): ReferenceEntry | undefined {
    const [oldest] = this.#order
    if (oldest !== undefined) this.#order.delete(oldest)
    return oldest
  }

  reset(): void {
    this.#order.clear()
  }

  state(): unknown {
    return { order: [...this.#order].map(({ key }) => key) }
  }
}
