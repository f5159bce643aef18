/** Locks in Redis: each step is one script on the lock's key, and who waits listens on a channel of that name. */
import type { LockAnswer, LockStore } from '@pycached/core'
import type { Connection } from '../connection/connection.js'
import type { RedisArgument } from '../redis-like.js'
import { checkKey, isOne } from '../wire.js'
import { fenceKeyOf } from './fence.js'
import { BREAK_LOCK, RELEASE_LOCK, TAKE_LOCK } from './lock-scripts.js'
import { Subscriber } from './subscriber.js'

/** Runs a script. */
export type RunScript = (script: string, keys: string[], args: RedisArgument[]) => Promise<unknown>

/** How long the last number is kept after a lease: far longer than a clock is set back by. */
const FENCE_MS = 86_400_000

/** All caches on one client listen through one connection. */
const subscribers = new WeakMap<object, Subscriber>()

export class RedisLocks implements LockStore {
  readonly #run: RunScript
  readonly #connection: Pick<Connection, 'keyPrefix' | 'subscriber'>
  readonly #subscriber: Subscriber
  /** Those who wait through this store: what ends their watch, and what wakes them. */
  readonly #watches = new Map<() => void, () => void>()

  constructor(run: RunScript, connection: Pick<Connection, 'keyPrefix' | 'subscriber'>) {
    this.#run = run
    this.#connection = connection
    const subscriber = subscribers.get(connection) ?? new Subscriber(() => connection.subscriber())
    subscribers.set(connection, subscriber)
    this.#subscriber = subscriber
  }

  async take(lockKey: string, token: string, leaseMs: number, fenced: boolean): Promise<LockAnswer> {
    const keys = [checkKey(lockKey)]
    if (fenced) keys.push(fenceKeyOf(lockKey, this.#connection.keyPrefix))
    const reply = await this.#run(TAKE_LOCK, keys, [token, leaseMs, ...(fenced ? [leaseMs + FENCE_MS] : [])])
    const [taken, value] = reply as [unknown, unknown]
    if (isOne(taken)) return { taken: true, fencingToken: value === '' ? undefined : Number(value) }
    const leftMs = Number(value)
    // The server counts whole milliseconds, and the last one is not over before the next begins.
    return { taken: false, heldForMs: leftMs < 0 ? undefined : leftMs + 1 }
  }

  release(lockKey: string, token: string): Promise<boolean> {
    return this.#run(RELEASE_LOCK, [checkKey(lockKey)], [token]).then(isOne)
  }

  break(lockKey: string): Promise<boolean> {
    return this.#run(BREAK_LOCK, [checkKey(lockKey)], []).then(isOne)
  }

  watch(lockKey: string, call: () => void): () => void {
    const unsubscribe = this.#subscriber.watch(this.#connection.keyPrefix + lockKey, call)
    const stop = () => {
      if (this.#watches.delete(stop)) unsubscribe()
    }
    this.#watches.set(stop, call)
    return stop
  }

  /** Wakes those who wait, and hangs up where nobody else listens. */
  close(): void {
    for (const [stop, call] of this.#watches) {
      stop()
      call()
    }
    this.#subscriber.hangUpIfIdle()
  }
}
