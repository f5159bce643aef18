/**
 * The contract of a contender: what a cache offers to take part in a workload.
 *
 * A contender is a module whose default export is a `Contender`. Its members open a cache and say how its commands are called; the loops around them belong
 * to the workloads and are the same for everybody. Each workload runs a contender in processes of its own, so that the engine compiles the loop for it alone.
 *
 * A contender that has both memory and Redis imports what it needs of Redis only in `redis` and `redisLoader`: processes start faster, and many of them do.
 *
 * What a cache has no command for is left out, and the contender is absent from that workload. It must not be put together from other commands.
 */

export interface Contender {
  /** Shown in tables and charts; unique. */
  readonly name: string
  /** `limit`: what no cache can be expected to beat by much, such as a bare `Map`. Default: `peer`. */
  readonly kind?: 'ours' | 'peer' | 'limit'
  /** The npm packages whose versions are reported. */
  readonly packages?: readonly string[]
  /** One sentence: how the cache is set up, and why so. */
  readonly usage?: string
  /** Ids of workloads (`M3`, `R2.64`); in all others it is absent. Default: whatever it has the commands for. */
  readonly only?: readonly string[]

  /** M1 to M4, M7 to M9. `undefined` if it cannot keep what is asked for. */
  memory?(options: MemoryOptions): Awaitable<MemoryStore | undefined>
  /** M5, M6: calls that are answered from memory, or by `load`. */
  memoryLoader?(options: MemoryOptions, load: Load): Awaitable<Loader | undefined>
  /** R1 to R4, R7. */
  redis?(options: RedisOptions): Awaitable<RedisStore | undefined>
  /** R6: calls that are answered from Redis, or by `load`. */
  redisLoader?(options: RedisOptions, load: Load): Awaitable<Loader | undefined>
  /** S1 (`plain`: what JSON can hold), S2 (`typed`: dates, maps, sets, big integers). `undefined` if it does not keep such values. */
  codec?(values: 'plain' | 'typed'): Awaitable<Codec | undefined>
}

export interface MemoryOptions {
  /** As many entries have to fit. */
  readonly entries: number
  /** More are written than that, and the cache has to evict. Otherwise whoever needs no bound can go without. */
  readonly bounded: boolean
  /** The time to live of every entry. */
  readonly ttlMs: number
}

/** A synchronous cache answers `Promise.resolve(…)`: workloads await every answer, as a program with several caches would. */
export interface MemoryStore {
  /** `undefined` or `null` on a miss. */
  get(key: string): Promise<unknown>
  /** With `ttlMs`, which is the one of the options except in M9, where entries of different age expire at once. */
  set(key: string, value: string, ttlMs: number): Promise<unknown>
  getMany?(keys: string[]): Promise<unknown>
  /** Entries that are kept, expired ones included. */
  size?(): Awaitable<number>
  /** Every entry can have a time to live of its own (M9). Default: true. */
  readonly ttlPerEntry?: boolean
  close?(): Awaitable<unknown>
}

export interface RedisOptions {
  readonly url: string
  /** What keys start with; entries are removed below it in the end. */
  readonly namespace: string
  readonly ttlMs: number
}

export interface RedisStore {
  get(key: string): Promise<unknown>
  set?(key: string, value: string, ttlMs: number): Promise<unknown>
  getMany?(keys: string[]): Promise<unknown>
  setMany?(pairs: readonly (readonly [key: string, value: string])[], ttlMs: number): Promise<unknown>
  /** Removes every key of the namespace and no other. */
  clear?(): Promise<unknown>
  /** What `key` is called in Redis; needed with `clear`. */
  wireKey?(key: string): string
  close(): Awaitable<unknown>
}

export interface Loader {
  call(key: string): Promise<unknown>
  close?(): Awaitable<unknown>
}

export type Load = (key: string) => Promise<string>

export interface Codec {
  encode(value: unknown): string | Uint8Array
  decode(encoded: string | Uint8Array): unknown
}

export type Awaitable<T> = T | Promise<T>
