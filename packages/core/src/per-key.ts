/** What this process keeps for single keys of stores, for as long as there is something to keep. */
import type { Backend } from './backend.js'

/** A map by store and stored key. A store that nobody uses any more takes its keys with it. */
export class PerKey<T> {
  readonly #stores = new WeakMap<Backend, Map<string, T>>()

  get(store: Backend, storedKey: string): T | undefined {
    return this.#stores.get(store)?.get(storedKey)
  }

  set(store: Backend, storedKey: string, kept: T): void {
    const keys = this.#stores.get(store)
    if (keys === undefined) this.#stores.set(store, new Map([[storedKey, kept]]))
    else keys.set(storedKey, kept)
  }

  delete(store: Backend, storedKey: string): void {
    this.#stores.get(store)?.delete(storedKey)
  }
}
