/** Locks of one memory cache: entries of its store, numbers that fence, and calls to those who wait. */
import type { LockAnswer, LockStore } from '@pycached/core'

/** What locks need of the entries. */
export interface LockEntries {
  add(key: string, value: unknown, ttlMs: number, vital: boolean): boolean
  compareAndDelete(key: string, expected: unknown): boolean
  delete(key: string): boolean
  /** How long the entry still lives, in milliseconds; `undefined`: for ever. */
  leftMs(key: string): number | undefined
}

/** The last fencing token, one for all locks of the process: nothing that happens to an entry or a cache sets it back. */
let lastToken = 0

export class MemoryLocks implements LockStore {
  readonly #entries: LockEntries
  readonly #watchers = new Map<string, Set<() => void>>()

  constructor(entries: LockEntries) {
    this.#entries = entries
  }

  take(lockKey: string, token: string, leaseMs: number, fenced: boolean): LockAnswer {
    if (this.#entries.add(lockKey, token, leaseMs, true)) {
      return { taken: true, fencingToken: fenced ? nextToken() : undefined }
    }
    return { taken: false, heldForMs: this.#entries.leftMs(lockKey) }
  }

  release(lockKey: string, token: string): boolean {
    return this.#entries.compareAndDelete(lockKey, token) && this.#tell(lockKey)
  }

  break(lockKey: string): boolean {
    return this.#entries.delete(lockKey) && this.#tell(lockKey)
  }

  watch(lockKey: string, call: () => void): () => void {
    // A function of its own: who watches twice is called twice, and ends each by itself.
    const watcher = () => call()
    const watchers = this.#watchers.get(lockKey) ?? new Set()
    this.#watchers.set(lockKey, watchers.add(watcher))
    call()
    return () => {
      watchers.delete(watcher)
      if (watchers.size === 0 && this.#watchers.get(lockKey) === watchers) this.#watchers.delete(lockKey)
    }
  }

  /** Tells all who watch, who then find the store closed. */
  close(): void {
    for (const lockKey of this.#watchers.keys()) this.#tell(lockKey)
  }

  #tell(lockKey: string): true {
    for (const call of this.#watchers.get(lockKey) ?? []) call()
    return true
  }
}

/** Microseconds of the wall clock where that is more: a resource that outlives the process has seen the tokens of the one before. */
function nextToken(): number {
  lastToken = Math.max(lastToken + 1, Date.now() * 1000)
  return lastToken
}
