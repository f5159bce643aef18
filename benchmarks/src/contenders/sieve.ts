/** The limit of memory where something has to go: SIEVE, in as few lines as it takes, on objects in a `Map`. */

import type { Contender } from '../contender.js'

interface Entry {
  readonly key: string
  value: string
  visited: boolean
  older: Entry | undefined
  newer: Entry | undefined
}

class Sieve {
  readonly #entries = new Map<string, Entry>()
  readonly #capacity: number
  #newest: Entry | undefined
  #oldest: Entry | undefined
  #hand: Entry | undefined

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: string): string | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    entry.visited = true
    return entry.value
  }

  set(key: string, value: string): void {
    const known = this.#entries.get(key)
    if (known !== undefined) {
      known.value = value
      known.visited = true
      return
    }
    if (this.#entries.size >= this.#capacity) this.#evict()
    const entry: Entry = { key, value, visited: false, older: this.#newest, newer: undefined }
    if (this.#newest === undefined) this.#oldest = entry
    else this.#newest.newer = entry
    this.#newest = entry
    this.#entries.set(key, entry)
  }

  #evict(): void {
    let victim = this.#hand ?? this.#oldest
    while (victim?.visited) {
      victim.visited = false
      victim = victim.newer ?? this.#oldest
    }
    if (victim === undefined) return
    this.#hand = victim.newer
    if (victim.older === undefined) this.#oldest = victim.newer
    else victim.older.newer = victim.newer
    if (victim.newer === undefined) this.#newest = victim.older
    else victim.newer.older = victim.older
    this.#entries.delete(victim.key)
  }
}

export default {
  name: 'SIEVE in a Map',
  kind: 'limit',
  usage: 'SIEVE in as few lines as it takes: linked objects in a `Map`, behind `Promise.resolve`; no time to live.',
  only: ['M3e.zipf', 'M3e.new'],
  memory({ entries }) {
    const sieve = new Sieve(entries)
    return {
      get: (key) => Promise.resolve(sieve.get(key)),
      set: (key, value) => {
        sieve.set(key, value)
        return Promise.resolve(true)
      },
      size: () => sieve.size,
    }
  },
} satisfies Contender
