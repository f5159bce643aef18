/**
 * The commands that every cache has, whatever its backend: signatures, options and what each promises.
 * Types only; `base-cache.ts` implements them and `commands.ts` says how each is carried out.
 */
import type { Duration } from './duration.js'

/** What every command's options take. */
export interface CommandOptions {
  /** Instead of the cache's own. `''` is none; `undefined` and `null` are the cache's own. */
  namespace?: string | null | undefined
  /** Instead of the cache's own. `0` and `null` disable it. */
  timeout?: Duration | null | undefined
  /** Aborts the wait: the command rejects with `signal.reason`. What was already sent to the store is not undone. */
  signal?: AbortSignal | undefined
}

export interface ReadOptions extends CommandOptions {
  /** Reads the stored form instead of the serializer's `loads`. Never called for a miss. */
  loadsFn?: ((stored: never) => unknown) | undefined
}

export interface GetOptions<D = unknown> extends ReadOptions {
  /** What a miss resolves to. Default `undefined`. */
  default?: D
}

export interface WriteOptions extends CommandOptions {
  /** Time to live. `undefined`: the cache's own; `null`: never expires. */
  ttl?: Duration | null | undefined
  /** Writes the stored form instead of the serializer's `dumps`. */
  dumpsFn?: ((value: never) => unknown) | undefined
}

export interface CacheCommands {
  /**
   * Stores a value only if the key does not exist; atomic, one round trip. Mirrors Redis `SET NX PX`.
   *
   * @returns `true`
   * @throws `KeyExistsError` if the key exists, `SerializationError`, `InvalidArgumentError`, `InvalidDurationError`.
   */
  add(key: string, value: unknown, options?: WriteOptions): Promise<true>
  /**
   * The value, or `options.default` (`undefined`) on a miss. A stored `null` is a hit. One round trip. Mirrors Redis `GET`.
   *
   * The type argument is what the caller knows to be stored: it is not checked.
   *
   * @throws `DeserializationError` if what is stored cannot be read; it stays stored.
   */
  get<T = unknown>(key: string, options?: GetOptions<undefined>): Promise<T | undefined>
  get<T = unknown, D = unknown>(key: string, options: GetOptions<D>): Promise<T | D>
  /**
   * Stores a value, replacing value and time to live; atomic, one round trip. Mirrors Redis `SET PX`.
   *
   * @returns `true`
   * @throws `SerializationError`, `InvalidArgumentError` (`undefined` is a miss and cannot be stored), `InvalidDurationError`.
   */
  set(key: string, value: unknown, options?: WriteOptions): Promise<true>
  /**
   * As many values as keys, in their order, `undefined` where missing. Read in one atomic step and one round trip; in a Redis Cluster in
   * one step for the keys of each slot, all sent at once. `[]` makes none. Mirrors Redis `MGET`.
   *
   * @throws `DeserializationError` naming the first key whose value cannot be read.
   */
  multiGet<T = unknown>(keys: Iterable<string>, options?: ReadOptions): Promise<(T | undefined)[]>
  /**
   * Stores all pairs (a `Map`, `Object.entries(record)`, any iterable) with the same time to live. Every key gets its value and its TTL, or
   * none is written: one atomic step, one round trip. In a Redis Cluster that holds for the keys of each slot, which are sent at once; where
   * some fail, it rejects though others were written. No pair makes no round trip. The last of two pairs with one key wins.
   *
   * @returns `true`
   * @throws as `set`; for a value that cannot be stored, before anything is written.
   */
  multiSet(pairs: Iterable<readonly [key: string, value: unknown]>, options?: WriteOptions): Promise<true>
  /** Whether the key exists. One round trip. Mirrors Redis `EXISTS`. */
  exists(key: string, options?: CommandOptions): Promise<boolean>
  /**
   * Adds `delta` (a safe integer, default 1, may be negative) and resolves to the new number. Atomic. Creates the key with
   * `delta`, never expiring; keeps the TTL of an existing one. Mirrors Redis `INCRBY`: one round trip where the serializer
   * writes integers as decimal text (null, string, JSON); with any other serializer a read and a compare-and-set, repeated
   * while other writers come between.
   *
   * @throws `NotAnIntegerError` (a `TypeError`) if the value is no integer or the sum is not a safe one; the value stays.
   */
  increment(key: string, delta?: number, options?: CommandOptions): Promise<number>
  /**
   * Gives an existing key a new time to live; `0` or `null` removes it. One round trip. Mirrors Redis `PEXPIRE` and `PERSIST`.
   *
   * @returns `true`, or `false` if there is no such key.
   */
  expire(key: string, ttl: Duration | null, options?: CommandOptions): Promise<boolean>
  /** The number of deleted keys, 0 or 1. One round trip. Mirrors Redis `UNLINK`. */
  delete(key: string, options?: CommandOptions): Promise<number>
  /**
   * The number of deleted keys. One atomic step, one round trip; in a Redis Cluster one for the keys of each slot, all sent at once. `[]` makes
   * none. Mirrors Redis `UNLINK`.
   */
  multiDelete(keys: Iterable<string>, options?: CommandOptions): Promise<number>
  /**
   * Removes every key of the cache's own namespace, or of `options.namespace`, and none of another's. A cache without a namespace
   * owns, and so empties, its whole database; `{ namespace: '' }` is refused. Not atomic: a key written meanwhile may stay or go.
   * Any number of small round trips, in a Redis Cluster to every master; the store is never blocked for long. With a custom `keyBuilder`, removes what
   * starts with `keyBuilder('', namespace)`.
   *
   * A namespace is a prefix up to a colon, so clearing `a` also clears what was stored under the namespace `a:b`.
   *
   * @returns `true`
   */
  clear(options?: CommandOptions): Promise<true>
  /**
   * Passes a command to the underlying client and resolves to whatever it returns: no namespace, no serializer, no portability.
   * Redis answers in text or bytes as the serializer's `encoding` says, a cluster from the node of the command's keys (without keys, from any); memory answers `get set has delete clear keys size` on its
   * store.
   */
  raw(command: string, ...args: unknown[]): Promise<unknown>
}

export type CommandName = keyof CacheCommands

/** The arguments of each command, as its hooks see them. Iterables have been read: hooks get arrays. */
export interface CommandArgs {
  add: [key: string, value: unknown, options?: WriteOptions]
  get: [key: string, options?: GetOptions]
  set: [key: string, value: unknown, options?: WriteOptions]
  multiGet: [keys: readonly string[], options?: ReadOptions]
  multiSet: [pairs: readonly (readonly [key: string, value: unknown])[], options?: WriteOptions]
  exists: [key: string, options?: CommandOptions]
  increment: [key: string, delta?: number, options?: CommandOptions]
  expire: [key: string, ttl: Duration | null, options?: CommandOptions]
  delete: [key: string, options?: CommandOptions]
  multiDelete: [keys: readonly string[], options?: CommandOptions]
  clear: [options?: CommandOptions]
  raw: [command: string, ...args: unknown[]]
}

/** What each command resolves to. */
export interface CommandResults {
  add: true
  get: unknown
  set: true
  multiGet: unknown[]
  multiSet: true
  exists: boolean
  increment: number
  expire: boolean
  delete: number
  multiDelete: number
  clear: true
  raw: unknown
}
