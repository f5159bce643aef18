/** Keys → entries: every primitive of a store, each one synchronous and so atomic. */
import { type Backend, type Encoding, InvalidArgumentError, type MaybePromise, type ReplacedTtl } from '@pycached/core'
import { inSlices } from './in-slices.js'
import { KeyIndex } from './key-index.js'
import type { KeyOwner, Store } from './store.js'
import { addTo, isSame } from './value.js'

/** What a table of entries leaves to the backend that it belongs to. */
export type Whole = Pick<Backend, 'raw' | 'close'>

/** Values are kept as they are, without a copy, whatever their type; so `encoding` is without effect. */
export class Table implements Backend, KeyOwner {
  readonly prefix: string
  readonly #whole: Whole
  readonly #store: Store
  readonly #number: number
  #slots = new KeyIndex()
  /** Clears that are still at work on slots whose keys were forgotten. */
  #clearing = 0

  constructor(whole: Whole, store: Store, prefix: string) {
    this.#whole = whole
    this.#store = store
    this.prefix = prefix
    this.#number = store.own(this)
  }

  get(key: string): unknown {
    const slot = this.#slots.get(key)
    return slot === undefined ? undefined : this.#store.use(slot)
  }

  getMany(keys: readonly string[]): readonly unknown[] {
    const values: unknown[] = []
    for (const key of keys) values.push(this.get(key))
    return values
  }

  set(key: string, value: unknown, ttlMs: number | undefined): void {
    this.put(key, value, this.sizeOf(value, key), ttlMs)
  }

  setMany(entries: readonly (readonly [key: string, value: unknown])[], ttlMs: number | undefined): void {
    // All or none: a value that is too large is found before anything is stored.
    const sizes = entries.map(([key, value]) => this.sizeOf(value, key))
    for (const [index, [key, value]] of entries.entries()) this.put(key, value, sizes[index] as number, ttlMs)
  }

  add(key: string, value: unknown, ttlMs: number | undefined, vital = false): boolean {
    if (this.#live(key) !== undefined) return false
    const bytes = this.sizeOf(value, key)
    // Measuring may run code of the user's.
    if (this.#live(key) !== undefined) return false
    this.put(key, value, bytes, ttlMs, vital)
    return true
  }

  delete(key: string): boolean {
    const slot = this.#live(key)
    if (slot === undefined) return false
    this.#store.remove(slot, 'deleted')
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
    const slot = this.#live(key)
    const value = this.#valueOf(slot)
    const sum = slot === undefined ? initial : addTo(value, delta)
    if (sum === undefined) return undefined
    const bytes = this.sizeOf(sum, key)
    if (this.#live(key) !== slot || this.#valueOf(slot) !== value) {
      throw new InvalidArgumentError('sizeOf used the cache while increment was at work: let it only measure', {
        option: 'sizeOf',
      })
    }
    if (slot === undefined) {
      this.put(key, sum, bytes, undefined, true)
      return delta
    }
    this.#store.replace(slot, sum, bytes, 'keep')
    this.#store.keep(slot)
    return Number(sum)
  }

  expire(key: string, ttlMs: number | undefined): boolean {
    const slot = this.#live(key)
    if (slot === undefined) return false
    this.#store.expire(slot, ttlMs)
    return true
  }

  clear(prefix: string): MaybePromise<void> {
    const index = this.#slots
    // Cleared at once: what remains to be done concerns only what nobody can reach any more.
    if (prefix === '') this.#slots = new KeyIndex()
    this.#clearing++
    const rest = inSlices(index.entries(), ([key, slot]) => {
      // Once all keys are forgotten, only who forgot them sees to what they led to: a slot may be somebody else's by now.
      const isMeant = index === this.#slots ? key.startsWith(prefix) : prefix === '' && this.#isOrphan(key, slot)
      if (isMeant) this.#store.remove(slot, 'deleted')
    })
    if (rest === undefined) this.#clearing--
    return rest?.then(() => void this.#clearing--)
  }

  compareAndSet(key: string, expected: unknown, value: unknown, ttlMs: ReplacedTtl, vital = false): boolean {
    if (!isSame(this.#valueOf(this.#live(key)), expected)) return false
    const bytes = this.sizeOf(value, key)
    const slot = this.#live(key)
    // Measuring may run code of the user's.
    if (!isSame(this.#valueOf(slot), expected)) return false
    if (slot === undefined) {
      this.put(key, value, bytes, ttlMs === 'keep' ? undefined : ttlMs, vital)
    } else {
      this.#store.replace(slot, value, bytes, ttlMs)
      if (vital) this.#store.keep(slot)
    }
    return true
  }

  compareAndDelete(key: string, expected: unknown): boolean {
    const slot = this.#live(key)
    if (slot === undefined || !isSame(this.#store.valueOf(slot), expected)) return false
    this.#store.remove(slot, 'deleted')
    return true
  }

  raw(command: string, args: readonly unknown[], encoding: Encoding): MaybePromise<unknown> {
    return this.#whole.raw(command, args, encoding)
  }

  close(): MaybePromise<void> {
    return this.#whole.close()
  }

  /** How long the entry still lives, in milliseconds; `undefined`: for ever, or there is none. */
  leftMs(key: string): number | undefined {
    const slot = this.#live(key)
    return slot === undefined ? undefined : this.#store.leftMs(slot)
  }

  /** How much of the bound a value takes. @throws `SerializationError` if that is more than there is. */
  sizeOf(value: unknown, key: string): number {
    return this.#store.sizeOf(value, this, key)
  }

  /** Stores a value of {@link sizeOf} so many bytes. */
  put(key: string, value: unknown, bytes: number, ttlMs: number | undefined, vital = false): void {
    const store = this.#store
    let slot = this.#slots.get(key)
    // Otherwise it is overwritten, expired or not; somebody who wants to know is told which.
    if (slot !== undefined && store.isObserved && !store.isLive(slot)) slot = undefined
    if (slot === undefined) {
      this.#slots.add(key, store.insert(this.#number, key, value, bytes, ttlMs, vital))
      return
    }
    store.replace(slot, value, bytes, ttlMs)
    if (!vital) store.release(slot)
  }

  unlink(key: string, slot: number): void {
    // Only then may the key lead elsewhere by now.
    if (this.#clearing === 0 || this.#slots.get(key) === slot) this.#slots.delete(key)
  }

  /** Forgets the keys at once, not what they led to. */
  forgetKeys(): void {
    this.#slots = new KeyIndex()
  }

  get isEmpty(): boolean {
    return this.#slots.size === 0
  }

  /** The complete keys that have not expired. */
  *keys(): Generator<string> {
    for (const [key, slot] of this.#slots.entries()) if (!this.#store.hasExpired(slot)) yield this.prefix + key
  }

  /** Hands over, with the time they have left, all entries whose complete keys start with the other's prefix. */
  move(to: Table): void {
    for (const [key, slot] of this.#slots.entries()) {
      if (!key.startsWith(to.prefix)) continue
      this.#slots.delete(key)
      const short = key.slice(to.prefix.length)
      this.#store.hand(slot, to.#number, short)
      to.#slots.add(short, slot)
    }
  }

  /** @internal What it consists of, for tests. */
  _snapshot(): KeyIndex {
    return this.#slots
  }

  #valueOf(slot: number | undefined): unknown {
    return slot === undefined ? undefined : this.#store.valueOf(slot)
  }

  #live(key: string): number | undefined {
    const slot = this.#slots.get(key)
    return slot !== undefined && this.#store.isLive(slot) ? slot : undefined
  }

  /** Whether the slot still has the entry that the key led to before all keys were forgotten. */
  #isOrphan(key: string, slot: number): boolean {
    const store = this.#store
    return store.keyOf(slot) === key && store.ownerOf(slot) === this.#number && this.#slots.get(key) !== slot
  }
}
