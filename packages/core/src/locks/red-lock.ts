/**
 * `RedLock`: one at a time, across processes, for as long as a lease. Mirrors the Python library's `RedLock`.
 *
 * Not for consistency: a lease that ends while its holder still works, or a store that forgets (a failover), lets two work at once.
 */
import { offAbort, onAbort } from '../abort.js'
import type { BaseCache } from '../base-cache.js'
import type { CacheState } from '../command.js'
import { describe } from '../describe.js'
import { type Duration, toMs, toTimeoutMs } from '../duration.js'
import { InvalidArgumentError } from '../errors.js'
import { checkOptions } from '../options.js'
import { run } from '../pipeline.js'
import { warn } from '../runtime.js'
import { BREAK, type Claim, OWNER, RELEASE, stateOf, TAKE } from './lock-commands.js'
import { LockWaiter, nudgeFirst } from './lock-queue.js'

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

/** Locks of other processes are looked at this often: soon at first, then more slowly. */
const FIRST_POLL_MS = 5
const LAST_POLL_MS = 50

/**
 * A lock on one key of a cache, under `<built key>-lock`. Not reentrant: who holds it and asks again waits.
 *
 * One object can be used again and again. {@link run} may also be called while another `run` of the same object is under way:
 * each takes its turn.
 */
export class RedLock implements AsyncDisposable {
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
    this._timeout = timeout
    this._signal = signal
  }

  /**
   * Whether the last `acquire` or `run` got the lock and has not given it back. `false` after waiting in vain, and on a disabled
   * cache. That the lease has ended meanwhile, only {@link release} finds out.
   */
  get held(): boolean {
    return this._latest?.held ?? false
  }

  /**
   * Waits for the lock, in order of arrival within the process, and takes it. After waiting `lease` in vain it goes on without
   * ({@link held} is `false`). At once where nobody holds it: one round trip.
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

  /**
   * Runs `fn` while holding the lock, or without it after waiting `lease` in vain, and always gives the lock back.
   *
   * @returns what `fn` returns. That the lock could not be given back is reported as a process warning: its lease ends it.
   */
  async run<T>(fn: () => T | PromiseLike<T>): Promise<Awaited<T>> {
    const hold = await this._take()
    try {
      return await fn()
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
    const claim = { lockKey: this._lockKey, token: crypto.randomUUID(), leaseMs: this._leaseMs }
    const hold = new Hold(this._state, this._key, claim, this._timeout)
    await hold.take(this._signal)
    this._latest = hold
    return hold
  }
}

/** One claim to the lock, from waiting for it to giving it back. */
class Hold {
  readonly #state: CacheState
  readonly #key: string
  readonly #claim: Claim
  readonly #timeout: Duration | null | undefined
  #takenMs = 0
  held = false
  /** Whether somebody else had the lock, or waited for it before. */
  waited = false

  constructor(state: CacheState, key: string, claim: Claim, timeout: Duration | null | undefined) {
    this.#state = state
    this.#key = key
    this.#claim = claim
    this.#timeout = timeout
  }

  async take(signal: AbortSignal | undefined): Promise<void> {
    const { backend, clock, deadlines } = this.#state
    const waiter = new LockWaiter(backend, this.#claim.lockKey, clock)
    deadlines.add(waiter, this.#claim.leaseMs)
    if (signal !== undefined) onAbort(signal, waiter.nudge)
    this.waited = !waiter.isFirst
    try {
      while (!waiter.isFirst && !waiter.late && signal?.aborted !== true) await waiter.pause()
      if (waiter.isFirst) await this.#takeInTurn(waiter, signal)
      if (signal?.aborted !== true) return
      // Taken in the moment of the abort: nobody will use it.
      await this.release().catch(() => {})
      throw signal.reason
    } finally {
      if (signal !== undefined) offAbort(signal, waiter.nudge)
      deadlines.remove(waiter)
      waiter.leave()
    }
  }

  async #takeInTurn(waiter: LockWaiter, signal: AbortSignal | undefined): Promise<void> {
    const options = { timeout: this.#timeout, signal }
    for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(pollMs * 1.5, LAST_POLL_MS)) {
      const last = waiter.late
      this.#takenMs = this.#state.clock.now()
      const taken = await run(this.#state, TAKE, this.#key, this.#claim, options).catch((error) => {
        // The lock may be made all the same, and nobody will know: its lease ends it where this cannot.
        this.#giveBack().catch(() => {})
        throw error
      })
      this.held = taken === true
      if (taken !== false) return
      this.waited = true
      if (last) return
      // Jitter, so that processes that began together do not ask together.
      await waiter.pause(pollMs * (0.75 + Math.random() / 2))
    }
  }

  async release(): Promise<boolean> {
    if (!this.held) return false
    this.held = false
    return this.#giveBack()
  }

  async isUnbroken(): Promise<boolean> {
    if (!this.held) return true
    const { clock, enabled } = this.#state
    const owner = await run(this.#state, OWNER, this.#key, this.#claim, { timeout: this.#timeout })
    const hasEnded = clock.now() - this.#takenMs >= this.#claim.leaseMs
    return owner === this.#claim.token || hasEnded || !enabled
  }

  async #giveBack(): Promise<boolean> {
    try {
      return await run(this.#state, RELEASE, this.#key, this.#claim, { timeout: this.#timeout })
    } finally {
      nudgeFirst(this.#state.backend, this.#claim.lockKey)
    }
  }
}
