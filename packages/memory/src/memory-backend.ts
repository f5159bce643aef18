/** The store of one memory cache. */
import { type Backend, type Clock, InvalidArgumentError, type MaybePromise, type ReplacedTtl } from '@pycached/core'
import { MemoryLocks } from './memory-locks.js'
import { type Bounds, resolveBounds } from './memory-options.js'
import { Store } from './store.js'
import { Table } from './table.js'

const RAW_COMMANDS = ['get', 'set', 'has', 'delete', 'clear', 'keys', 'size']

/**
 * Complete keys → entries. All answers but those of large clears are plain values. The entries below the prefix of the first
 * {@link scope} are in a table of their own, by short keys, so that a cache's namespace costs its commands nothing; everything else
 * is in the other table, by complete keys. An entry is in one of the two, whichever way it is reached.
 */
export class MemoryBackend implements Backend {
  readonly #store: Store
  readonly #rest: Table
  #home: Table | undefined
  readonly locks = new MemoryLocks(this)

  constructor(clock: Clock, bounds: Bounds = resolveBounds({})) {
    this.#store = new Store(clock, bounds)
    this.#rest = new Table(this, this.#store, '')
  }

  get(key: string): unknown {
    // What most caches do most: without a namespace there is one table.
    if (this.#home === undefined) return this.#rest.get(key)
    return this.#tableOf(key).get(this.#keyOf(key))
  }

  getMany(keys: readonly string[]): readonly unknown[] {
    if (this.#home === undefined) return this.#rest.getMany(keys)
    return keys.map((key) => this.get(key))
  }

  set(key: string, value: unknown, ttlMs: number | undefined): void {
    this.#tableOf(key).set(this.#keyOf(key), value, ttlMs)
  }

  setMany(entries: readonly (readonly [key: string, value: unknown])[], ttlMs: number | undefined): void {
    const sizes = entries.map(([key, value]) => this.#tableOf(key).sizeOf(value, this.#keyOf(key)))
    for (const [index, [key, value]] of entries.entries()) {
      this.#tableOf(key).put(this.#keyOf(key), value, sizes[index] as number, ttlMs)
    }
  }

  add(key: string, value: unknown, ttlMs: number | undefined, vital?: boolean): boolean {
    return this.#tableOf(key).add(this.#keyOf(key), value, ttlMs, vital)
  }

  delete(key: string): boolean {
    return this.#tableOf(key).delete(this.#keyOf(key))
  }

  deleteMany(keys: readonly string[]): number {
    let deleted = 0
    for (const key of keys) if (this.delete(key)) deleted++
    return deleted
  }

  exists(key: string): boolean {
    return this.#tableOf(key).exists(this.#keyOf(key))
  }

  increment(key: string, delta: number, initial: unknown): number | undefined {
    return this.#tableOf(key).increment(this.#keyOf(key), delta, initial)
  }

  expire(key: string, ttlMs: number | undefined): boolean {
    return this.#tableOf(key).expire(this.#keyOf(key), ttlMs)
  }

  clear(prefix: string): MaybePromise<void> {
    const [home, rest] = [this.#home, this.#rest]
    const clearsHome = home?.prefix.startsWith(prefix) ?? true
    const clearsRest = prefix === '' || rest.isEmpty
    if (clearsHome && clearsRest && !this.#store.isObserved) return this.#reset()
    // All below the home's prefix is at home, and nothing else is.
    if (home !== undefined && prefix.startsWith(home.prefix)) return home.clear(prefix.slice(home.prefix.length))
    const above = rest.clear(prefix)
    const below = clearsHome ? home?.clear('') : undefined
    return above === undefined && below === undefined ? undefined : Promise.all([above, below]).then(() => undefined)
  }

  compareAndSet(key: string, expected: unknown, value: unknown, ttlMs: ReplacedTtl, vital?: boolean): boolean {
    return this.#tableOf(key).compareAndSet(this.#keyOf(key), expected, value, ttlMs, vital)
  }

  compareAndDelete(key: string, expected: unknown): boolean {
    return this.#tableOf(key).compareAndDelete(this.#keyOf(key), expected)
  }

  /** `get has delete` take a complete key, `set` a key and a value that never expires; `keys` are complete, in no order. */
  raw(command: string, args: readonly unknown[]): MaybePromise<unknown> {
    switch (command) {
      case 'get':
        return this.get(checkKey(command, args, 1))
      case 'set':
        return this.#rawSet(checkKey(command, args, 2), args[1])
      case 'has':
        return this.exists(checkKey(command, args, 1))
      case 'delete':
        return this.delete(checkKey(command, args, 1))
      case 'clear':
        checkCount(command, args, 0)
        return this.clear('')
      case 'keys':
        checkCount(command, args, 0)
        return this.#keys()
      case 'size':
        checkCount(command, args, 0)
        return this.#keys().length
      default:
        throw new InvalidArgumentError(
          `the memory store has no command '${command}': it knows ${RAW_COMMANDS.join(', ')}`,
          { option: 'command' },
        )
    }
  }

  close(): void {
    this.#reset()
    this.locks.close()
  }

  /** How long the entry still lives, in milliseconds; `undefined`: for ever, or there is none. */
  leftMs(key: string): number | undefined {
    return this.#tableOf(key).leftMs(this.#keyOf(key))
  }

  /** Only the first one, again and again: a cache has one namespace of its own. */
  scope(prefix: string): Backend | undefined {
    if (prefix === this.#home?.prefix) return this.#home
    if (this.#home !== undefined || prefix === '') return undefined
    this.#home = new Table(this, this.#store, prefix)
    this.#rest.move(this.#home)
    return this.#home
  }

  #reset(): void {
    this.#rest.forgetKeys()
    this.#home?.forgetKeys()
    this.#store.reset()
  }

  #tableOf(key: string): Table {
    return this.#home !== undefined && key.startsWith(this.#home.prefix) ? this.#home : this.#rest
  }

  #keyOf(key: string): string {
    return this.#home !== undefined && key.startsWith(this.#home.prefix) ? key.slice(this.#home.prefix.length) : key
  }

  #rawSet(key: string, value: unknown): true {
    if (value === undefined) throw new InvalidArgumentError('undefined means a miss and cannot be stored', { key })
    this.set(key, value, undefined)
    return true
  }

  #keys(): string[] {
    return [...this.#rest.keys(), ...(this.#home?.keys() ?? [])]
  }
}

function checkCount(command: string, args: readonly unknown[], count: number): void {
  if (args.length === count) return
  const expected = ['no argument', 'a key', 'a key and a value'][count]
  throw new InvalidArgumentError(`raw('${command}') takes ${expected}; got ${args.length} arguments`, {
    option: 'command',
  })
}

function checkKey(command: string, args: readonly unknown[], count: number): string {
  checkCount(command, args, count)
  const [key] = args
  if (typeof key === 'string' && key !== '') return key
  throw new InvalidArgumentError(`raw('${command}') takes a complete key, which is text that is not empty`, {
    option: 'key',
  })
}
