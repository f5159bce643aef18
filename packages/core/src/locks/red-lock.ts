/**
 * `RedLock`: one at a time, across processes, for as long as a lease. Mirrors the Python library's `RedLock`.
 *
 * Not for consistency: a lease that ends while its holder still works, or a store that forgets (a failover), lets two work at once. Where
 * that would do damage, the resource itself has to refuse the fencing tokens of earlier holders.
 */
import { checkSignal } from '../abort.js'
import type { BaseCache } from '../base-cache.js'
import type { CacheState } from '../command.js'
import { describe } from '../describe.js'
import { type Duration, toMs, toTimeoutMs } from '../duration.js'
import { InvalidArgumentError, LockLostError } from '../errors.js'
import { checkOptions } from '../options.js'
import { run } from '../pipeline.js'
import { warn } from '../runtime.js'
import { Hold, type LockHold } from './hold.js'
import { BREAK, stateOf } from './lock-commands.js'
import { nudgeFirst } from './lock-queue.js'

export interface RedLockOptions {
  /**
   * How long the lock is held unless it is released before, and how long others wait for it before they go on without it.
   * Default `'2s'`.
   */
  lease?: Duration | undefined
  /** Instead of the cache's own. `''` is none. */
  namespace?: string | null | undefined
  /** The deadline of each call to the store, instead of the cache's own. `0` and `null` disable it. */
  timeout?: Duration | null | undefined
  /** Aborts the waiting: `acquire` and `run` reject with `signal.reason`. What is held stays held until it is released. */
  signal?: AbortSignal | undefined
}

const OPTIONS = ['lease', 'namespace', 'timeout', 'signal']
const DEFAULT_LEASE = '2s'

/**
 * A lock on one key of a cache, under `<built key>-lock`. Not reentrant: who holds it and asks again waits.
 *
 * One object can be used again and again. {@link run} may also be called while another `run` of the same object is under way:
 * each takes its turn. What the object says of itself is then about the latest; each `run` is told of its own.
 */
export class RedLock implements LockHold, AsyncDisposable {
  /** @internal */
  readonly _state: CacheState
  /** @internal */
  readonly _key: string
  /** @internal */
  readonly _lockKey: string
  /** @internal */
  readonly _leaseMs: number
  /** @internal */
  readonly _timeout: Duration | null | undefined
  /** @internal */
  readonly _signal: AbortSignal | undefined
  /** @internal */
  _isFenced = true
  /** @internal Between `acquire` and `release`. */
  _acquired: Hold | undefined
  /** @internal */
  _acquiring = false
  /** @internal */
  _latest: Hold | undefined

  /** @throws `InvalidArgumentError`, `InvalidDurationError` */
  constructor(cache: BaseCache, key: string, options: RedLockOptions = {}) {
    this._state = stateOf(cache, 'RedLock')
    checkOptions(options, OPTIONS, 'RedLock')
    const { lease = DEFAULT_LEASE, namespace, timeout, signal } = options
    this._key = key
    this._lockKey = `${cache.buildKey(key, namespace)}-lock`
    this._leaseMs = toMs(lease, 'lease')
    toTimeoutMs(timeout, undefined)
    checkSignal(signal)
    this._timeout = timeout
    this._signal = signal
  }

  /** @internal As a new one, without fencing tokens: for locks on many keys, of which each would leave another key in the store for a day. */
  static _unfenced(cache: BaseCache, key: string, options?: RedLockOptions): RedLock {
    const lock = new RedLock(cache, key, options)
    lock._isFenced = false
    return lock
  }

  /** Of the last `acquire` or `run`; `false` before the first. */
  get held(): boolean {
    return this._latest?.held ?? false
  }

  /** Of the last `acquire` or `run`; `undefined` before the first. */
  get fencingToken(): number | undefined {
    return this._latest?.fencingToken
  }

  /** Of the last `acquire` or `run`; has aborted already before the first. */
  get signal(): AbortSignal {
    if (this._latest !== undefined) return this._latest.signal
    const controller = new AbortController()
    controller.abort(new LockLostError(`the lock on '${this._key}' was not acquired yet`, { key: this._key }))
    return controller.signal
  }

  /**
   * Waits for the lock, in order of arrival within the process, and takes it. After waiting `lease` in vain it goes on without
   * ({@link held} is `false`). At once where nobody holds it: one round trip. Who waits is woken by a message where the store has them,
   * and asks again when the holder's lease ends; the store is not asked meanwhile.
   *
   * @returns the lock itself: `await using lock = await new RedLock(cache, key).acquire()`
   * @throws `InvalidArgumentError` if this object was acquired and not released; `BackendError`, `CacheTimeoutError`, `CacheClosedError`.
   */
  async acquire(): Promise<this> {
    if (this._acquiring || this._acquired !== undefined) {
      throw new InvalidArgumentError(
        `this lock on '${this._key}' is acquired already: release it first, or make another RedLock`,
        { key: this._key },
      )
    }
    this._acquiring = true
    try {
      this._acquired = await this._take()
    } finally {
      this._acquiring = false
    }
    return this
  }

  /**
   * Gives back what {@link acquire} took; the next waiter has its turn at once.
   *
   * @returns whether the lock was still its own: `false` after the lease has ended, and where it was never held.
   */
  async release(): Promise<boolean> {
    const hold = this._acquired
    this._acquired = undefined
    return hold === undefined ? false : hold.release()
  }

  /** What the last `acquire` or `run` took; `false` before the first. */
  async extend(lease?: Duration): Promise<boolean> {
    return this._latest === undefined ? false : this._latest.extend(lease)
  }

  /**
   * Runs `fn` while holding the lock, or without it after waiting `lease` in vain, and always gives the lock back. `fn` is told of what it
   * holds.
   *
   * @returns what `fn` returns. That the lock could not be given back is reported as a process warning: its lease ends it.
   */
  async run<T>(fn: (hold: LockHold) => T | PromiseLike<T>): Promise<Awaited<T>> {
    const hold = await this._take()
    try {
      return await fn(hold)
    } finally {
      await hold.release().catch((error) => {
        const key = JSON.stringify(this._key)
        warn(`the lock on ${key} could not be released and ends with its lease: ${describe(error)}`, error.code)
      })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release()
  }

  /** @internal `false` if somebody broke what {@link acquire} took; `true` also where the lease has ended, or nothing is known. */
  async _isUnbroken(): Promise<boolean> {
    return this._acquired === undefined ? true : this._acquired.isUnbroken()
  }

  /** @internal Whether others were before the last `acquire`: what it took is their time then, and else the store's. */
  get _waited(): boolean {
    return this._latest?.waited ?? false
  }

  /** @internal Takes the lock from whoever has it, in whatever process. */
  async _break(): Promise<void> {
    try {
      await run(this._state, BREAK, this._key, { lockKey: this._lockKey }, { timeout: this._timeout })
    } finally {
      nudgeFirst(this._state.backend, this._lockKey)
    }
  }

  /** @internal */
  async _take(): Promise<Hold> {
    const token = crypto.randomUUID()
    const claim = { lockKey: this._lockKey, token, leaseMs: this._leaseMs, isFenced: this._isFenced }
    const hold = new Hold(this._state, this._key, claim, this._timeout)
    await hold.take(this._signal)
    this._latest = hold
    return hold
  }
}
