/** Entries by slot, within their bounds: what makes, reads, changes and removes one, and what has to go for it. */
import { type Clock, type ReplacedTtl, SerializationError } from '@pycached/core'
import { AdaptiveFifo } from './adaptive-fifo.js'
import { Departures } from './departures.js'
import type { Eviction } from './eviction.js'
import { Expiry } from './expiry.js'
import { Lru } from './lru.js'
import type { Bounds, EvictionReason, SizeOf } from './memory-options.js'
import { SlotLists } from './slot-lists.js'
import { KEPT, NONE, Slots, TABLE_BIT, USE_MASK } from './slots.js'

/** Whoever finds entries by key. */
export interface KeyOwner {
  /** Put before its keys, they are complete. */
  readonly prefix: string
  /** The key leads to the slot no more. */
  unlink(key: string, slot: number): void
}

/** Slots of a cache that was large are given back once it is empty. */
const LARGE = 1024
/** The largest size of one value that fits its place. */
const MAX_SIZE = 2 ** 32 - 1

export class Store {
  readonly #slots = new Slots()
  readonly #bounds: Bounds
  readonly #expiry: Expiry
  readonly #eviction: Eviction
  /** Counters and locks, in order of arrival: they go only where there is nothing else. */
  readonly #kept = new SlotLists(1)
  readonly #departures: Departures | undefined
  /** By table number. */
  readonly #owners: KeyOwner[] = []
  #bytes = 0

  constructor(clock: Clock, bounds: Bounds) {
    const { maxEntries, maxBytes, eviction, onEvict } = bounds
    this.#bounds = bounds
    this.#expiry = new Expiry(clock, this.#slots, (slot) => this.remove(slot, 'expired'))
    // With both bounds an entry weighs the larger of its shares.
    const leastWeight = maxBytes === Infinity ? 1 : Math.max(1, Math.floor(maxBytes / maxEntries))
    this.#eviction = eviction === 'lru' ? new Lru() : new AdaptiveFifo(this.#slots, leastWeight)
    this.#departures = onEvict === undefined ? undefined : new Departures(onEvict)
  }

  /** Its number among the owners of keys: 0 or 1. */
  own(owner: KeyOwner): number {
    return this.#owners.push(owner) - 1
  }

  /** The entry's value, which was used; `undefined` if it expired. */
  use(slot: number): unknown {
    const word = this.#slots.words[slot] as number
    if (this.#expiry.isExpired(slot, word)) {
      this.remove(slot, 'expired')
      return undefined
    }
    this.#eviction.touch(slot, word)
    return this.#slots.values[slot]
  }

  /** Whether the entry has not expired. If it has, it is gone. */
  isLive(slot: number): boolean {
    if (!this.hasExpired(slot)) return true
    this.remove(slot, 'expired')
    return false
  }

  hasExpired(slot: number): boolean {
    return this.#expiry.isExpired(slot, this.#slots.words[slot] as number)
  }

  /** How long the entry still lives, in milliseconds; `undefined`: for ever. */
  leftMs(slot: number): number | undefined {
    return this.#expiry.leftMs(slot)
  }

  keyOf(slot: number): string | undefined {
    return this.#slots.keys[slot]
  }

  valueOf(slot: number): unknown {
    return this.#slots.values[slot]
  }

  /** Which owner has the entry's key. */
  ownerOf(slot: number): number {
    return ((this.#slots.words[slot] as number) & TABLE_BIT) === 0 ? 0 : 1
  }

  /**
   * How much of the bound a value takes.
   *
   * @throws `SerializationError` if that is more than there is.
   */
  sizeOf(value: unknown, owner: KeyOwner, key: string): number {
    const { maxBytes, sizeOf, isOwnSizeOf } = this.#bounds
    if (maxBytes === Infinity) return 0
    const bytes = isOwnSizeOf ? measured(sizeOf, value, owner.prefix + key) : sizeOf(value, key)
    if (bytes <= maxBytes && bytes <= MAX_SIZE) return bytes
    throw new SerializationError(
      `the value takes ${bytes} bytes, and the whole cache may take ${Math.min(maxBytes, MAX_SIZE)} (maxBytes): nothing was stored or evicted`,
    )
  }

  /** The slot of a new entry, of {@link sizeOf} so many bytes. `vital`: it goes only where there is nothing else. */
  insert(owner: number, key: string, value: unknown, bytes: number, ttlMs: number | undefined, vital: boolean): number {
    if (!vital) this.#eviction.arrive(key)
    this.#makeRoom(1, bytes)
    const slot = this.#slots.take(key, value, owner === 0 ? 0 : TABLE_BIT)
    this.#slots.sizes[slot] = bytes
    this.#bytes += bytes
    if (vital) this.#keep(slot)
    else this.#eviction.admit(slot)
    if (ttlMs !== undefined) this.#expiry.set(slot, ttlMs)
    return slot
  }

  /** Gives the entry to another owner, who has it by another key. */
  hand(slot: number, owner: number, key: string): void {
    const { keys, words } = this.#slots
    keys[slot] = key
    words[slot] = ((words[slot] as number) & ~TABLE_BIT) | (owner === 0 ? 0 : TABLE_BIT)
  }

  /** Another value for an entry, of {@link sizeOf} so many bytes. */
  replace(slot: number, value: unknown, bytes: number, ttlMs: ReplacedTtl): void {
    const slots = this.#slots
    if (this.#departures !== undefined) this.#tell(slot, 'replaced')
    slots.values[slot] = value
    const more = bytes - (slots.sizes[slot] as number)
    if (more !== 0) this.#resize(slot, bytes, more)
    this.#eviction.touch(slot, slots.words[slot] as number)
    if (ttlMs !== 'keep') this.#expiry.set(slot, ttlMs)
  }

  expire(slot: number, ttlMs: number | undefined): void {
    this.#expiry.set(slot, ttlMs)
  }

  /** From now on the entry goes only where there is nothing else. */
  keep(slot: number): void {
    if (this.#isKept(slot)) return
    this.#eviction.remove(slot)
    this.#keep(slot)
  }

  /** The entry is one like the others again. */
  release(slot: number): void {
    if (!this.#isKept(slot)) return
    this.#kept.remove(slot)
    this.#slots.words[slot] = (this.#slots.words[slot] as number) & ~USE_MASK
    this.#eviction.readmit(slot)
  }

  remove(slot: number, reason: EvictionReason): void {
    if (this.#isKept(slot)) this.#kept.remove(slot)
    else this.#eviction.remove(slot)
    this.#drop(slot, reason)
  }

  /** Empties it at once. */
  reset(): void {
    this.#slots.reset()
    this.#expiry.reset()
    this.#eviction.reset()
    this.#kept.reset()
    this.#bytes = 0
  }

  /** Whether somebody wants to know of every value that goes. */
  get isObserved(): boolean {
    return this.#departures !== undefined
  }

  /** @internal What it consists of, for tests. */
  _snapshot() {
    return {
      slots: this.#slots,
      expiry: this.#expiry,
      eviction: this.#eviction,
      kept: this.#kept,
      owners: this.#owners,
      bytes: this.#bytes,
    }
  }

  #isKept(slot: number): boolean {
    return ((this.#slots.words[slot] as number) & USE_MASK) === KEPT
  }

  #keep(slot: number): void {
    this.#slots.words[slot] = (this.#slots.words[slot] as number) | KEPT
    this.#kept.append(0, slot)
  }

  #resize(slot: number, bytes: number, more: number): void {
    const { sizes } = this.#slots
    const isKept = this.#isKept(slot)
    const mustMakeRoom = this.#bytes + more > this.#bounds.maxBytes
    if (mustMakeRoom) {
      // Not at the cost of the entry itself.
      if (isKept) this.#kept.remove(slot)
      else this.#eviction.remove(slot)
      this.#makeRoom(0, more)
    } else if (!isKept) {
      this.#eviction.resize(slot, bytes)
    }
    sizes[slot] = bytes
    this.#bytes += more
    if (!mustMakeRoom) return
    if (isKept) this.#kept.append(0, slot)
    else this.#eviction.readmit(slot)
  }

  #makeRoom(entries: number, bytes: number): void {
    const { maxEntries, maxBytes } = this.#bounds
    while (this.#slots.count + entries > maxEntries || this.#bytes + bytes > maxBytes) {
      let slot = this.#eviction.evict()
      if (slot === NONE) {
        slot = this.#kept.first(0)
        this.#kept.remove(slot)
      }
      this.#drop(slot, 'evicted')
    }
  }

  /** The entry is in no order of eviction any more. */
  #drop(slot: number, reason: EvictionReason): void {
    const slots = this.#slots
    // Whatever the occasion: its time was over before.
    if (this.#departures !== undefined) this.#tell(slot, this.hasExpired(slot) ? 'expired' : reason)
    this.#expiry.forget(slot)
    this.#owners[this.ownerOf(slot)]?.unlink(slots.keys[slot] as string, slot)
    this.#bytes -= slots.sizes[slot] as number
    slots.release(slot)
    if (slots.count === 0 && slots.capacity > LARGE) this.reset()
  }

  #tell(slot: number, reason: EvictionReason): void {
    const { keys, values } = this.#slots
    const prefix = this.#owners[this.ownerOf(slot)]?.prefix ?? ''
    this.#departures?.add(prefix + keys[slot], values[slot], reason)
  }
}

function measured(sizeOf: SizeOf, value: unknown, key: string): number {
  let bytes: unknown
  try {
    bytes = sizeOf(value, key)
  } catch (cause) {
    throw new SerializationError('sizeOf failed, and nothing was stored: cause is what it threw', { cause })
  }
  if (typeof bytes === 'number' && bytes >= 0 && bytes < Infinity) return Math.ceil(bytes)
  throw new SerializationError(
    `sizeOf must return a number of bytes, 0 or more; it returned ${typeof bytes === 'number' ? bytes : typeof bytes}`,
  )
}
