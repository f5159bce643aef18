/** The smallest backend that keeps the contract: a `Map`, and a clock that is read when an entry is looked at. */
import { type Backend, type Clock, InvalidArgumentError, type ReplacedTtl, systemClock } from '@pycached/core'

interface Entry {
  value: unknown
  expiresAtMs: number
}

/**
 * For tests of what sits on top of a store, and to read for whoever writes one. Expired entries stay in memory until they are looked
 * at, so it is no store for production.
 */
export class MapBackend implements Backend {
  /** @internal */
  readonly _clock: Clock
  /** @internal */
  readonly _entries = new Map<string, Entry>()

  constructor(clock: Clock = systemClock) {
    this._clock = clock
  }

  get(key: string): unknown {
    return this._live(key)?.value
  }

  getMany(keys: readonly string[]): readonly unknown[] {
    return keys.map((key) => this.get(key))
  }

  set(key: string, value: unknown, ttlMs: number | undefined): void {
    this._entries.set(key, { value, expiresAtMs: this._expiryOf(ttlMs) })
  }

  setMany(entries: readonly (readonly [key: string, value: unknown])[], ttlMs: number | undefined): void {
    for (const [key, value] of entries) this.set(key, value, ttlMs)
  }

  add(key: string, value: unknown, ttlMs: number | undefined): boolean {
    if (this._live(key) !== undefined) return false
    this.set(key, value, ttlMs)
    return true
  }

  delete(key: string): boolean {
    return this._live(key) !== undefined && this._entries.delete(key)
  }

  deleteMany(keys: readonly string[]): number {
    return keys.filter((key) => this.delete(key)).length
  }

  exists(key: string): boolean {
    return this._live(key) !== undefined
  }

  increment(key: string, delta: number, initial: unknown): number | undefined {
    const entry = this._live(key)
    if (entry === undefined) {
      this.set(key, initial, undefined)
      return delta
    }
    const { value } = entry
    const isInteger = typeof value === 'string' ? /^(0|-?[1-9]\d*)$/.test(value) : Number.isSafeInteger(value)
    if (!isInteger) return undefined
    // Text may have more digits than a number keeps, and still a safe sum.
    const sum = Number(BigInt(value as string | number) + BigInt(delta))
    if (!Number.isSafeInteger(sum)) return undefined
    entry.value = typeof value === 'string' ? String(sum) : sum
    return sum
  }

  expire(key: string, ttlMs: number | undefined): boolean {
    const entry = this._live(key)
    if (entry === undefined) return false
    entry.expiresAtMs = this._expiryOf(ttlMs)
    return true
  }

  clear(prefix: string): void {
    for (const key of this._entries.keys()) if (key.startsWith(prefix)) this._entries.delete(key)
  }

  compareAndSet(key: string, expected: unknown, value: unknown, ttlMs: ReplacedTtl): boolean {
    const entry = this._live(key)
    if (!isSame(entry?.value, expected)) return false
    const expiresAtMs = ttlMs === 'keep' ? (entry?.expiresAtMs ?? this._expiryOf(undefined)) : this._expiryOf(ttlMs)
    this._entries.set(key, { value, expiresAtMs })
    return true
  }

  compareAndDelete(key: string, expected: unknown): boolean {
    const entry = this._live(key)
    return entry !== undefined && isSame(entry.value, expected) && this._entries.delete(key)
  }

  /** Answers `keys`, in the order in which they were first set. */
  raw(command: string): unknown {
    if (command === 'keys') return [...this._entries.keys()].filter((key) => this._live(key) !== undefined)
    throw new InvalidArgumentError(`this store has no command '${command}': it knows keys`, { option: 'command' })
  }

  close(): void {
    this._entries.clear()
  }

  /** @internal */
  _expiryOf(ttlMs: number | undefined): number {
    return ttlMs === undefined ? Number.POSITIVE_INFINITY : this._clock.now() + ttlMs
  }

  /** @internal */
  _live(key: string): Entry | undefined {
    const entry = this._entries.get(key)
    if (entry === undefined || entry.expiresAtMs > this._clock.now()) return entry
    this._entries.delete(key)
    return undefined
  }
}

function isSame(one: unknown, other: unknown): boolean {
  if (one instanceof Uint8Array && other instanceof Uint8Array) {
    return one.length === other.length && one.every((byte, index) => byte === other[index])
  }
  return Object.is(one, other)
}
