/**
 * What a memory store does, in plain objects: slow, without slots, wheels or links, and with nothing kept that can be computed. The real
 * one is run beside it.
 */

export interface ReferenceEntry {
  /** Complete. */
  readonly key: string
  /** As its table writes it. */
  readonly short: string
  value: unknown
  bytes: number
  deadlineMs: number | undefined
  /** Counters and locks. */
  isKept: boolean
  /** Hits that the policy counted. */
  use: number
}

export interface ReferencePolicy {
  arrive(short: string): void
  admit(entry: ReferenceEntry): void
  readmit(entry: ReferenceEntry): void
  touch(entry: ReferenceEntry): void
  remove(entry: ReferenceEntry): void
  evict(): ReferenceEntry | undefined
  reset(): void
  /** As `stateOf` writes that of the real one. */
  state(): unknown
}

export interface ReferenceBounds {
  readonly maxEntries: number
  readonly maxBytes: number
  readonly isObserved: boolean
}

export type Departure = readonly [key: string, value: unknown, reason: string]

/** The prefix of the table that has short keys. */
export const HOME = 'main:'

const TICK_MS = 512

export const sizeOf = (value: unknown): number => (typeof value === 'string' ? value.length : 8)

export class TooLarge extends Error {}

export class ReferenceStore {
  readonly entries = new Map<string, ReferenceEntry>()
  readonly departures: Departure[] = []
  /** In order of arrival. */
  kept: ReferenceEntry[] = []
  nowMs = 0
  /** When the first time to live was given: half seconds count from there. */
  startMs: number | undefined
  readonly policy: ReferencePolicy
  readonly #bounds: ReferenceBounds
  /** The most entries at once since the store was new or reset. */
  #peak = 0

  constructor(policy: ReferencePolicy, bounds: ReferenceBounds) {
    this.policy = policy
    this.#bounds = bounds
  }

  get bytes(): number {
    return [...this.entries.values()].reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /**
   * Entries are given back at the first whole half second (of 512 ms) after their time at the latest, and may be before, from their
   * time on: whether one was, the real store says.
   */
  advance(ms: number, isThere: (key: string) => boolean): void {
    this.nowMs += ms
    for (const entry of this.entries.values()) {
      if (entry.deadlineMs === undefined) continue
      const startMs = this.startMs ?? 0
      const tick = Math.floor((entry.deadlineMs - startMs) / TICK_MS) + 1
      const mustBeGone = startMs + tick * TICK_MS <= this.nowMs
      if (mustBeGone || (this.#isOver(entry) && !isThere(entry.key))) this.#remove(entry, 'expired')
    }
  }

  get(key: string): unknown {
    const entry = this.#live(key)
    if (entry !== undefined && !entry.isKept) this.policy.touch(entry)
    return entry?.value
  }

  set(key: string, value: unknown, ttlMs: number | undefined): void {
    this.#put(key, value, ttlMs, false)
  }

  setMany(pairs: readonly (readonly [string, unknown])[], ttlMs: number | undefined): void {
    for (const [, value] of pairs) this.#checkedSize(value)
    for (const [key, value] of pairs) this.set(key, value, ttlMs)
  }

  add(key: string, value: unknown, ttlMs: number | undefined, vital: boolean): boolean {
    if (this.#live(key) !== undefined) return false
    this.#put(key, value, ttlMs, vital)
    return true
  }

  exists(key: string): boolean {
    return this.#live(key) !== undefined
  }

  delete(key: string): boolean {
    const entry = this.#live(key)
    if (entry !== undefined) this.#remove(entry, 'deleted')
    return entry !== undefined
  }

  increment(key: string): number | undefined {
    const entry = this.#live(key)
    if (entry === undefined) {
      this.#put(key, 1, undefined, true)
      return 1
    }
    const isInteger = typeof entry.value === 'number' || /^[1-9]\d*$/.test(String(entry.value))
    if (!isInteger) return undefined
    const sum = Number(entry.value) + 1
    this.#replace(entry, typeof entry.value === 'number' ? sum : String(sum))
    this.#keep(entry)
    return sum
  }

  expire(key: string, ttlMs: number | undefined): boolean {
    const entry = this.#live(key)
    if (entry !== undefined) entry.deadlineMs = this.#deadline(ttlMs)
    return entry !== undefined
  }

  /** Replaces what is there, whatever it is, and keeps its time to live. */
  replace(key: string, value: unknown): void {
    const entry = this.#live(key)
    if (entry === undefined) this.#put(key, value, undefined, false)
    else this.#replace(entry, value)
  }

  clear(prefix: string): void {
    for (const entry of this.entries.values()) {
      if (!entry.key.startsWith(prefix)) continue
      this.#remove(entry, this.#bounds.isObserved && this.#isOver(entry) ? 'expired' : 'deleted')
    }
  }

  reset(): void {
    this.entries.clear()
    this.kept = []
    this.#peak = 0
    this.policy.reset()
  }

  #put(key: string, value: unknown, ttlMs: number | undefined, vital: boolean): void {
    const bytes = this.#checkedSize(value)
    let entry = this.entries.get(key)
    if (entry !== undefined && this.#bounds.isObserved && this.#isOver(entry)) {
      this.#remove(entry, 'expired')
      entry = undefined
    }
    if (entry !== undefined) {
      this.#replace(entry, value)
      entry.deadlineMs = this.#deadline(ttlMs)
      if (!vital) this.#release(entry)
      return
    }
    const short = key.startsWith(HOME) ? key.slice(HOME.length) : key
    if (!vital) this.policy.arrive(short)
    this.#makeRoom(1, bytes)
    entry = { key, short, value, bytes, deadlineMs: this.#deadline(ttlMs), isKept: vital, use: 0 }
    this.entries.set(key, entry)
    this.#peak = Math.max(this.#peak, this.entries.size)
    if (vital) this.kept.push(entry)
    else this.policy.admit(entry)
  }

  #replace(entry: ReferenceEntry, value: unknown): void {
    const bytes = this.#checkedSize(value)
    if (this.#bounds.isObserved) this.departures.push([entry.key, entry.value, 'replaced'])
    entry.value = value
    const more = bytes - entry.bytes
    if (this.bytes + more > this.#bounds.maxBytes) {
      this.#leave(entry)
      this.#makeRoom(0, more)
      entry.bytes = bytes
      if (entry.isKept) this.kept.push(entry)
      else this.policy.readmit(entry)
    }
    entry.bytes = bytes
    if (!entry.isKept) this.policy.touch(entry)
  }

  #keep(entry: ReferenceEntry): void {
    if (entry.isKept) return
    this.policy.remove(entry)
    entry.isKept = true
    this.kept.push(entry)
  }

  #release(entry: ReferenceEntry): void {
    if (!entry.isKept) return
    this.#leave(entry)
    entry.isKept = false
    entry.use = 0
    this.policy.readmit(entry)
  }

  #makeRoom(entries: number, bytes: number): void {
    const { maxEntries, maxBytes, isObserved } = this.#bounds
    while (this.entries.size + entries > maxEntries || this.bytes + bytes > maxBytes) {
      const entry = this.policy.evict() ?? this.kept.shift()
      if (entry === undefined) throw new Error('there is nothing left to evict')
      this.#drop(entry, isObserved && this.#isOver(entry) ? 'expired' : 'evicted')
    }
  }

  #remove(entry: ReferenceEntry, reason: string): void {
    this.#leave(entry)
    this.#drop(entry, reason)
  }

  #leave(entry: ReferenceEntry): void {
    if (entry.isKept) this.kept = this.kept.filter((one) => one !== entry)
    else this.policy.remove(entry)
  }

  #drop(entry: ReferenceEntry, reason: string): void {
    if (this.#bounds.isObserved) this.departures.push([entry.key, entry.value, reason])
    this.entries.delete(entry.key)
    // What was large gives its memory back when it is empty, and forgets what it learned.
    if (this.entries.size === 0 && this.#peak >= 1024) this.reset()
  }

  #live(key: string): ReferenceEntry | undefined {
    const entry = this.entries.get(key)
    if (entry === undefined || !this.#isOver(entry)) return entry
    this.#remove(entry, 'expired')
    return undefined
  }

  #isOver(entry: ReferenceEntry): boolean {
    return entry.deadlineMs !== undefined && entry.deadlineMs <= this.nowMs
  }

  #deadline(ttlMs: number | undefined): number | undefined {
    if (ttlMs === undefined) return undefined
    this.startMs ??= this.nowMs
    return this.nowMs + ttlMs
  }

  #checkedSize(value: unknown): number {
    const bytes = this.#bounds.maxBytes === Infinity ? 0 : sizeOf(value)
    if (bytes > this.#bounds.maxBytes) throw new TooLarge()
    return bytes
  }
}
