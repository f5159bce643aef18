/** A store behind a circuit breaker. Which errors are failures of the store, and not of a command or a key, is the store's to say. */
import {
  type Backend,
  type Clock,
  DeserializationError,
  type Encoding,
  isPycachedError,
  type LockStore,
  type MaybePromise,
  type ReplacedTtl,
} from '@pycached/core'
import { isOutage } from '../connection/client-errors.js'
import type { Breaker } from './breaker.js'

export class GuardedBackend implements Backend {
  readonly locks: LockStore | undefined
  readonly #inner: Backend
  readonly #breaker: Breaker
  readonly #clock: Clock
  readonly #patienceMs: number

  /** A deadline that is shorter than `patienceMs`, that of the cache, says nothing about the store. */
  constructor(inner: Backend, breaker: Breaker, clock: Clock, patienceMs: number) {
    this.#inner = inner
    this.#breaker = breaker
    this.#clock = clock
    this.#patienceMs = patienceMs
    this.locks = inner.locks && this.#guardLocks(inner.locks)
  }

  get(key: string, encoding: Encoding): Promise<unknown> {
    return this.#guard(() => this.#inner.get(key, encoding))
  }

  getMany(keys: readonly string[], encoding: Encoding): Promise<readonly unknown[]> {
    return this.#guard(() => this.#inner.getMany(keys, encoding))
  }

  set(key: string, value: unknown, ttlMs: number | undefined): Promise<void> {
    return this.#guard(() => this.#inner.set(key, value, ttlMs))
  }

  setMany(entries: readonly (readonly [key: string, value: unknown])[], ttlMs: number | undefined): Promise<void> {
    return this.#guard(() => this.#inner.setMany(entries, ttlMs))
  }

  add(key: string, value: unknown, ttlMs: number | undefined, vital?: boolean): Promise<boolean> {
    return this.#guard(() => this.#inner.add(key, value, ttlMs, vital))
  }

  delete(key: string): Promise<boolean> {
    return this.#guard(() => this.#inner.delete(key))
  }

  deleteMany(keys: readonly string[]): Promise<number> {
    return this.#guard(() => this.#inner.deleteMany(keys))
  }

  exists(key: string): Promise<boolean> {
    return this.#guard(() => this.#inner.exists(key))
  }

  increment(key: string, delta: number, initial: unknown): Promise<number | undefined> {
    return this.#guard(() => this.#inner.increment(key, delta, initial))
  }

  expire(key: string, ttlMs: number | undefined): Promise<boolean> {
    return this.#guard(() => this.#inner.expire(key, ttlMs))
  }

  clear(prefix: string): Promise<void> {
    return this.#guard(() => this.#inner.clear(prefix))
  }

  compareAndSet(key: string, expected: unknown, value: unknown, ttlMs: ReplacedTtl, vital?: boolean): Promise<boolean> {
    return this.#guard(() => this.#inner.compareAndSet(key, expected, value, ttlMs, vital))
  }

  compareAndDelete(key: string, expected: unknown): Promise<boolean> {
    return this.#guard(() => this.#inner.compareAndDelete(key, expected))
  }

  raw(command: string, args: readonly unknown[], encoding: Encoding): Promise<unknown> {
    return this.#guard(() => this.#inner.raw(command, args, encoding))
  }

  connect(): Promise<void> {
    return this.#guard(() => this.#inner.connect?.())
  }

  unanswered(waitedMs: number): void {
    this.#inner.unanswered?.(waitedMs)
    // Who gives up sooner than others would, does not speak for them.
    if (waitedMs < this.#patienceMs) return
    this.#breaker.fail(this.#clock.now() - waitedMs, new Error('no answer within the deadline'))
  }

  close(graceMs?: number): MaybePromise<void> {
    return this.#inner.close(graceMs)
  }

  /** Watching asks nothing of the store that could fail. */
  #guardLocks(locks: LockStore): LockStore {
    return {
      take: (...args) => this.#guard(() => locks.take(...args)),
      release: (...args) => this.#guard(() => locks.release(...args)),
      break: (...args) => this.#guard(() => locks.break(...args)),
      watch: (lockKey, call) => locks.watch(lockKey, call),
    }
  }

  async #guard<T>(call: () => MaybePromise<T>): Promise<T> {
    const beganMs = this.#breaker.enter()
    try {
      const answer = await call()
      this.#breaker.succeed(beganMs)
      return answer
    } catch (error) {
      if (error instanceof DeserializationError) this.#breaker.succeed(beganMs)
      // Refused before it got to the store: it says nothing about that.
      else if (isPycachedError(error)) this.#breaker.leave(beganMs)
      else if (isOutage(error)) this.#breaker.fail(beganMs, error)
      else this.#breaker.succeed(beganMs)
      throw error
    }
  }
}
