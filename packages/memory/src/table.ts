/** Keys → entries: every primitive of a store, each one synchronous and so atomic. */
import type { Backend, Encoding, MaybePromise, ReplacedTtl } from '@pycached/core'
import { Entry } from './entry.js'
import type { Expiry } from './expiry.js'
import { inSlices } from './in-slices.js'
import { addTo, isSame } from './value.js'

/** What a table of entries leaves to the backend that it belongs to. */
export type Whole = Pick<Backend, 'raw' | 'close'>

/** Values are kept as they are, without a copy, whatever their type; so `encoding` is without effect. */
export class Table implements Backend {
  readonly #whole: Whole
  readonly #expiry: Expiry
  #entries = new Map<string, Entry>()

  constructor(whole: Whole, expiry: Expiry) {
    this.#whole = whole
    this.#expiry = expiry
  }

  get(key: string): unknown {
    return this.#live(key)?.value
  }

  getMany(keys: readonly string[]): readonly unknown[] {
    return keys.map((key) => this.get(key))
  }

  set(key: string, value: unknown, ttlMs: number | undefined): void {
    let entry = this.#entries.get(key)
    if (entry === undefined) {
      entry = new Entry(key, value)
      this.#entries.set(key, entry)
    } else {
      entry.value = value
    }
    this.#expiry.set(entry, ttlMs)
  }

  setMany(entries: readonly (readonly [key: string, value: unknown])[], ttlMs: number | undefined): void {
    for (const [key, value] of entries) this.set(key, value, ttlMs)
  }

  add(key: string, value: unknown, ttlMs: number | undefined): boolean {
    if (this.#live(key) !== undefined) return false
    this.set(key, value, ttlMs)
    return true
  }

  delete(key: string): boolean {
    const entry = this.#live(key)
    if (entry === undefined) return false
    this.#drop(entry)
    return true
  }

  deleteMany(keys: readonly string[]): number {
    let deleted = 0
    for (const key of keys) if (this.delete(key)) deleted++
    return deleted
  }

  exists(key: string): boolean {
    return this.#live(key) !== undefined
  }

  increment(key: string, delta: number, initial: unknown): number | undefined {
    const entry = this.#live(key)
    if (entry === undefined) {
      this.set(key, initial, undefined)
      return delta
    }
    const sum = addTo(entry.value, delta)
    if (sum === undefined) return undefined
    entry.value = sum
    return Number(sum)
  }

  expire(key: string, ttlMs: number | undefined): boolean {
    const entry = this.#live(key)
    if (entry === undefined) return false
    this.#expiry.set(entry, ttlMs)
    return true
  }

  clear(prefix: string): MaybePromise<void> {
    if (prefix !== '') {
      return inSlices(this.#entries.values(), (entry) => {
        if (entry.key.startsWith(prefix)) this.#drop(entry)
      })
    }
    // Cleared at once: what remains to be done concerns only what nobody can reach any more.
    return inSlices(this.takeAll().values(), (entry) => this.#expiry.forget(entry))
  }

  compareAndSet(key: string, expected: unknown, value: unknown, ttlMs: ReplacedTtl): boolean {
    const entry = this.#live(key)
    if (!isSame(entry?.value, expected)) return false
    if (ttlMs !== 'keep') this.set(key, value, ttlMs)
    else if (entry === undefined) this.set(key, value, undefined)
    else entry.value = value
    return true
  }

  compareAndDelete(key: string, expected: unknown): boolean {
    const entry = this.#live(key)
    if (entry === undefined || !isSame(entry.value, expected)) return false
    this.#drop(entry)
    return true
  }

  raw(command: string, args: readonly unknown[], encoding: Encoding): MaybePromise<unknown> {
    return this.#whole.raw(command, args, encoding)
  }

  close(): MaybePromise<void> {
    return this.#whole.close()
  }

  /** Empties the table at once. What had a time to live is still known to the expiry. */
  takeAll(): ReadonlyMap<string, Entry> {
    const entries = this.#entries
    this.#entries = new Map()
    return entries
  }

  /** The keys that have not expired. */
  *keys(): Generator<string> {
    for (const entry of this.#entries.values()) if (!this.#expiry.isExpired(entry)) yield entry.key
  }

  /** Gives an expired entry's memory back. Whether it was one of this table's. */
  remove(entry: Entry): boolean {
    return this.#entries.get(entry.key) === entry && this.#entries.delete(entry.key)
  }

  /** Hands over, with the time they have left, all entries whose keys start with `prefix`, which `to` leaves away. */
  move(prefix: string, to: Table): void {
    for (const [key, entry] of this.#entries) {
      if (!key.startsWith(prefix)) continue
      this.#entries.delete(key)
      entry.key = key.slice(prefix.length)
      to.#entries.set(entry.key, entry)
    }
  }

  #live(key: string): Entry | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined || !this.#expiry.isExpired(entry)) return entry
    this.#drop(entry)
    return undefined
  }

  #drop(entry: Entry): void {
    this.#entries.delete(entry.key)
    this.#expiry.forget(entry)
  }
}
