/** Locks in a store that offers none of its own: made of its primitives, and looked at again and again by those who wait. */
import type { Backend, MaybePromise } from '../backend.js'
import type { Clock } from '../clock.js'
import type { LockAnswer, LockStore } from '../lock-store.js'

/** Soon at first, then more slowly. */
const FIRST_POLL_MS = 5
const LAST_POLL_MS = 50

const TAKEN: LockAnswer = { taken: true, fencingToken: undefined }
const HELD: LockAnswer = { taken: false, heldForMs: undefined }

export class PollingLocks implements LockStore {
  readonly #backend: Backend
  readonly #clock: Clock

  constructor(backend: Backend, clock: Clock) {
    this.#backend = backend
    this.#clock = clock
  }

  take(lockKey: string, token: string, leaseMs: number): MaybePromise<LockAnswer> {
    const added = this.#backend.add(lockKey, token, leaseMs, true)
    return added instanceof Promise ? added.then(toAnswer) : toAnswer(added)
  }

  release(lockKey: string, token: string): MaybePromise<boolean> {
    return this.#backend.compareAndDelete(lockKey, token)
  }

  break(lockKey: string): MaybePromise<boolean> {
    return this.#backend.delete(lockKey)
  }

  watch(_lockKey: string, call: () => void): () => void {
    let delayMs = FIRST_POLL_MS
    // Jitter, so that processes that began together do not ask together. What keeps a process alive is its waiter's deadline.
    const after = () => this.#clock.schedule(poll, delayMs * (0.75 + Math.random() / 2))
    const poll = () => {
      delayMs = Math.min(delayMs * 1.5, LAST_POLL_MS)
      pending = after()
      call()
    }
    let pending = after()
    return () => pending.cancel()
  }
}

function toAnswer(added: boolean): LockAnswer {
  return added ? TAKEN : HELD
}
