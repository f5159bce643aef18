/** The contract of a store: primitives on complete keys and stored values. */
import type { LockStore } from './lock-store.js'

/** `'utf-8'`: the store keeps and returns text. `null`: bytes, as `Uint8Array`. */
export type Encoding = 'utf-8' | null

/** A native promise, or the plain value where the store answers at once. */
export type MaybePromise<T> = T | Promise<T>

/** How long a replaced value lives: milliseconds, `undefined` for ever, `'keep'` what is left of the old value's time. */
export type ReplacedTtl = number | 'keep' | undefined

/**
 * What a backend implements, and all that it knows. It never sees a namespace, a default, a serializer or a plugin.
 *
 * - `key` is complete and not empty. `ttlMs` is a positive integer, or `undefined` for "never expires".
 * - Stored values are what a serializer returned: text, bytes, or (memory with the null serializer) any value but `undefined`.
 * - A primitive answers with a plain value or with a **native** promise. A plain answer costs the caller no promise and no timer.
 * - Each primitive is atomic for each of its keys: one round trip, or one synchronous section. Never an `await` between a check
 *   and its write.
 * - An expired entry is a missing one, in every primitive.
 * - What fails is thrown or rejected as the store's own error; the pipeline maps it to `BackendError`. A value that the store
 *   cannot keep is a `SerializationError`; a stored value that is not text where text was asked for is a `DeserializationError`, of
 *   {@link getMany} with the complete key as its `key`.
 *
 * `backendContract` of `@pycached/testing` checks all of it.
 */
export interface Backend {
  /** The stored value in the form that `encoding` says, or `undefined`. */
  get(key: string, encoding: Encoding): MaybePromise<unknown>
  /** One answer per key, in order, `undefined` where missing; one round trip (per node). `keys` is never empty. */
  getMany(keys: readonly string[], encoding: Encoding): MaybePromise<readonly unknown[]>
  /** Replaces value and time to live. */
  set(key: string, value: unknown, ttlMs: number | undefined): MaybePromise<void>
  /** All with the same time to live, all or none (of a cluster's: of each slot). A key that stands twice gets its last value. Never empty. */
  setMany(entries: readonly (readonly [key: string, value: unknown])[], ttlMs: number | undefined): MaybePromise<void>
  /** Sets if there is no such key; whether it did. `vital` (locks): a store that evicts gives up everything else first. */
  add(key: string, value: unknown, ttlMs: number | undefined, vital?: boolean): MaybePromise<boolean>
  /** Whether there was such a key. */
  delete(key: string): MaybePromise<boolean>
  /** How many keys were deleted; a key that stands twice counts once. `keys` is never empty. */
  deleteMany(keys: readonly string[]): MaybePromise<number>
  exists(key: string): MaybePromise<boolean>
  /**
   * Adds `delta` to an integer (a number, or decimal text, kept in its form), keeping its time to live. A missing key is made
   * with `initial`, which is `delta` as the serializer writes it, and never expires. Counters are vital, as in {@link add}. Answers the new number, or `undefined` if the
   * value is no integer or the sum would not be a safe one; the value then stays.
   */
  increment(key: string, delta: number, initial: unknown): MaybePromise<number | undefined>
  /**
   * Sets the time to live, or with `undefined` removes it. Whether there is such a key: `true` also where it had none to
   * remove.
   */
  expire(key: string, ttlMs: number | undefined): MaybePromise<boolean>
  /** Removes every key that starts with `prefix`, all keys if it is empty. Not atomic; never blocks the store for long. */
  clear(prefix: string): MaybePromise<void>
  /**
   * Replaces the value if it still is `expected` (`undefined`: if the key is still missing); whether it did. Text and bytes are
   * equal by content, everything else by identity. `vital` (counters): as for {@link add}.
   */
  compareAndSet(
    key: string,
    expected: unknown,
    value: unknown,
    ttlMs: ReplacedTtl,
    vital?: boolean,
  ): MaybePromise<boolean>
  /** Deletes the key if its value still is `expected`; whether it did. */
  compareAndDelete(key: string, expected: unknown): MaybePromise<boolean>
  /** Passes a command to the client below, as it is; a store of text and bytes answers in the form that `encoding` says. */
  raw(command: string, args: readonly unknown[], encoding: Encoding): MaybePromise<unknown>
  /**
   * Frees everything that the backend opened. Called once; no primitive is called afterwards. What it has not answered yet it may wait for,
   * but no longer than `graceMs`, which is 0 once the deadlines of all who had asked have passed.
   */
  close(graceMs?: number): MaybePromise<void>
  /** Optional: opens now what the first primitive would open, and fails where that fails. */
  connect?(): MaybePromise<void>
  /** Optional: without it locks are made of {@link add} and {@link compareAndDelete}, have no fencing tokens, and who waits asks every 50 ms or so. */
  readonly locks?: LockStore | undefined
  /** Optional: told that the deadline of a primitive passed `waitedMs` after the call. It may still be answered; nobody waits any more. */
  unanswered?(waitedMs: number): void
  /**
   * Optional: the same store for keys that start with `prefix`, which callers then leave away. A backend that offers it finds the
   * entries of one namespace without building a longer key for each call. Complete keys reach the same entries through the
   * backend itself. `undefined`: not for this prefix.
   */
  scope?(prefix: string): Backend | undefined
}
