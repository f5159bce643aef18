/** Those in this process who wait for one lock: in order of arrival, and only the first of them asks the store. */
import type { Backend } from '../backend.js'
import type { Clock } from '../clock.js'
import { Waiting } from '../deadline.js'
import { PerKey } from '../per-key.js'

/** The waiters of each lock. A queue that is empty is dropped. */
const queues = new PerKey<LockWaiter[]>()

/** One who waits. Its deadline is the end of its patience. */
export class LockWaiter extends Waiting {
  readonly #backend: Backend
  readonly #lockKey: string
  readonly #clock: Clock
  readonly #queue: LockWaiter[]
  #nudged = false
  #resume: (() => void) | undefined
  /** Whether it has waited as long as it may. */
  late = false

  /** Joins the queue, at its end. */
  constructor(backend: Backend, lockKey: string, clock: Clock) {
    super()
    this.#backend = backend
    this.#lockKey = lockKey
    this.#clock = clock
    this.#queue = queues.get(backend, lockKey) ?? []
    this.#queue.push(this)
    queues.set(backend, lockKey, this.#queue)
  }

  get isFirst(): boolean {
    return this.#queue[0] === this
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

  /** Until {@link nudge}, and no longer than `limitMs`. */
  async pause(limitMs?: number): Promise<void> {
    if (!this.#nudged) {
      await new Promise<void>((resolve) => {
        this.#resume = resolve
        if (limitMs === undefined) return
        // What keeps the process alive is the waiter's deadline.
        const timer = this.#clock.schedule(resolve, limitMs)
        this.#resume = () => {
          timer.cancel()
          resolve()
        }
      })
    }
    this.#nudged = false
    this.#resume = undefined
  }

  /** Leaves the queue; whoever is first then has its turn. */
  leave(): void {
    const place = this.#queue.indexOf(this)
    this.#queue.splice(place, 1)
    if (this.#queue.length === 0) queues.delete(this.#backend, this.#lockKey)
    else if (place === 0) this.#queue[0]?.nudge()
  }
}

/** The lock may be free: its first waiter looks at once. */
export function nudgeFirst(backend: Backend, lockKey: string): void {
  queues.get(backend, lockKey)?.[0]?.nudge()
}
