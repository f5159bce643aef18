/** Those in this process who wait for one lock: in order of arrival, and only the first of them asks the store. */
import type { Backend } from '../backend.js'
import { Alarm, type Deadlines, Waiting } from '../deadline.js'
import type { LockStore } from '../lock-store.js'
import { PerKey } from '../per-key.js'

/** In order of arrival. One that is empty is dropped. */
interface LockQueue {
  readonly waiters: LockWaiter[]
  /** Ends the watch on the lock, which is kept from waiter to waiter: so none of them misses a message. */
  stopWatching: (() => void) | undefined
}

const queues = new PerKey<LockQueue>()

/** One who waits. Its deadline is the end of its patience. */
export class LockWaiter extends Waiting {
  readonly #backend: Backend
  readonly #lockKey: string
  readonly #deadlines: Deadlines
  readonly #queue: LockQueue
  #nudged = false
  #resume: (() => void) | undefined
  /** Whether it has waited as long as it may. */
  late = false

  /** Joins the queue, at its end. */
  constructor(backend: Backend, lockKey: string, deadlines: Deadlines) {
    super()
    this.#backend = backend
    this.#lockKey = lockKey
    this.#deadlines = deadlines
    this.#queue = queues.get(backend, lockKey) ?? { waiters: [], stopWatching: undefined }
    this.#queue.waiters.push(this)
    queues.set(backend, lockKey, this.#queue)
  }

  get isFirst(): boolean {
    return this.#queue.waiters[0] === this
  }

  expire(): void {
    this.late = true
    this.nudge()
  }

  /** Ends the pause, or the next one where there is none: what happened during a call to the store is not missed. */
  readonly nudge = (): void => {
    this.#nudged = true
    this.#resume?.()
  }

  /** From now on the first in the queue is nudged when the lock may be free. */
  watch(locks: LockStore): void {
    const queue = this.#queue
    queue.stopWatching ??= locks.watch(this.#lockKey, () => queue.waiters[0]?.nudge())
  }

  /** Until {@link nudge}, and no longer than `limitMs`. */
  async pause(limitMs?: number): Promise<void> {
    if (!this.#nudged) {
      const alarm = new Alarm(this.nudge)
      if (limitMs !== undefined) this.#deadlines.add(alarm, limitMs)
      await new Promise<void>((resolve) => {
        this.#resume = resolve
      })
      this.#deadlines.remove(alarm)
    }
    this.#nudged = false
    this.#resume = undefined
  }

  /** Leaves the queue; whoever is first then has its turn. */
  leave(): void {
    const { waiters } = this.#queue
    const place = waiters.indexOf(this)
    waiters.splice(place, 1)
    if (waiters.length === 0) {
      queues.delete(this.#backend, this.#lockKey)
      this.#queue.stopWatching?.()
    } else if (place === 0) waiters[0]?.nudge()
  }
}

/** The lock may be free: its first waiter looks at once. */
export function nudgeFirst(backend: Backend, lockKey: string): void {
  queues.get(backend, lockKey)?.waiters[0]?.nudge()
}
