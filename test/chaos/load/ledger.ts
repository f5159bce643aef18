/**
 * Numbers that are written under keys of their own, each greater than the one before: what a store acknowledged, and what was tried and may have been
 * written, is known for each key.
 */

import type { BaseCache } from '@pycached/core'

const KEYS = 60

const READ_ATTEMPTS = 100

export interface Entry {
  readonly key: string
  /** The last number whose write was acknowledged; 0 for none. */
  readonly acknowledged: number
  /** The last one that was written or may have been. */
  readonly tried: number
}

export class Ledger {
  readonly #cache: BaseCache
  readonly #entries: { key: string; acknowledged: number; tried: number; busy: boolean }[]

  constructor(cache: BaseCache) {
    this.#cache = cache
    this.#entries = Array.from({ length: KEYS }, (_, index) => ({
      key: `ledger-${index}`,
      acknowledged: 0,
      tried: 0,
      busy: false,
    }))
  }

  get entries(): Entry[] {
    return this.#entries.map(({ key, acknowledged, tried }) => ({ key, acknowledged, tried }))
  }

  /** Writes the next number of a key, unless the last one is still on its way: writes of one key never overtake each other. */
  async write(turn: number): Promise<void> {
    const entry = this.#entries[turn % KEYS]
    if (entry === undefined || entry.busy) return
    entry.busy = true
    entry.tried++
    const number = entry.tried
    await this.#cache.set(entry.key, number).then(
      () => {
        entry.acknowledged = number
      },
      () => {},
    )
    entry.busy = false
  }

  /** What the cache reads, by key; where it cannot be read yet, a little later. */
  async read(): Promise<Record<string, unknown>> {
    const values = await Promise.all(this.#entries.map(async ({ key }) => [key, await this.#readOne(key)] as const))
    return Object.fromEntries(values)
  }

  async #readOne(key: string): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#cache.get(key)
      } catch (error) {
        if (attempt === READ_ATTEMPTS) return `nothing, because of ${String(error)}`
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
  }
}
