/** What a store may offer for locks beyond its primitives: numbers that fence, and messages to those who wait. Types only. */

/** Whether the lock is the asker's now. */
export type LockAnswer =
  | {
      readonly taken: true
      /** Greater than all numbers given with this lock before; `undefined` where none was asked for, or the store may give none. */
      readonly fencingToken: number | undefined
    }
  | {
      readonly taken: false
      /** How long the holder's lease still lasts, in milliseconds; `undefined` where that is unknown or for ever. */
      readonly heldForMs: number | undefined
    }

/**
 * Locks in a store, on complete keys. The lock is one of the store's entries, and its value is its holder's token: the primitives see it, and
 * `compareAndSet` from token to token extends it.
 *
 * Each method but {@link watch} is one atomic step, as the primitives of `Backend` are, and answers as they do.
 */
export interface LockStore {
  /**
   * Sets the lock to `token` for `leaseMs` if nobody has it. With `fenced` the answer has a number that only grows: from holder to holder,
   * also where the lock was cleared or has expired meanwhile. A store that evicts gives up everything else before a lock.
   */
  take(lockKey: string, token: string, leaseMs: number, fenced: boolean): LockAnswer | Promise<LockAnswer>
  /** Deletes the lock if it still is the token's, and tells those who watch; whether it was. */
  release(lockKey: string, token: string): boolean | Promise<boolean>
  /** Deletes the lock whosever it is, and tells those who watch; whether anybody had it. */
  break(lockKey: string): boolean | Promise<boolean>
  /**
   * Calls `call`, which does not throw, whenever the lock may have become free by {@link release} or {@link break}, in any process: also
   * once watching has begun, after any gap in which a message may have been lost, and when the store closes. It may be called for
   * nothing, and at once. That a lease ends, or a lock goes by other commands, is not told.
   *
   * @returns what ends it; called again, nothing happens
   */
  watch(lockKey: string, call: () => void): () => void
}
