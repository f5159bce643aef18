/** One claim to a lock: waiting for it, holding it while its lease lasts, giving it back. */
import { offAbort, onAbort } from '../abort.js'
import type { CacheState } from '../command.js'
import { type Duration, toMs } from '../duration.js'
import { LockLostError } from '../errors.js'
import { run } from '../pipeline.js'
import { LeaseGuard } from './lease-guard.js'
import { type Claim, EXTEND, locksOf, OWNER, RELEASE, TAKE } from './lock-commands.js'
import { LockWaiter, nudgeFirst } from './lock-queue.js'

/** What a holder knows of its lock, and can do. */
export interface LockHold {
  /**
   * Whether the lock was taken, has not been given back, and its lease has not ended by the process's own monotonic clock, counted from
   * before the store was asked. Never `true` on a disabled cache, and after waiting in vain. Costs a reading of the clock.
   */
  readonly held: boolean
  /**
   * A number that only grows with each holder of this lock, for resources that refuse the smaller ones; a safe integer. It stays what it was
   * when the lock is lost or given back. `undefined` where the lock was not taken, and where the store has no such numbers.
   */
  readonly fencingToken: number | undefined
  /**
   * Aborts, with a `LockLostError`, when the lease ends and when the lock is found lost; has aborted already where the lock was waited
   * for in vain, or where it is asked for once the lock was given back. Does not abort by giving the lock back, and never on a disabled cache.
   *
   * Made when first asked for. From then on the holder looks every third of the lease whether the lock still is its own, one round trip
   * each, so that a lock which somebody broke or the store forgot is noticed before the lease ends.
   */
  readonly signal: AbortSignal
  /**
   * Gives the lock a new lease from now on, if it still is its own: atomic, one round trip. `lease` defaults to the lock's.
   *
   * @returns whether it has the new lease. If not, the lock is lost for good: so it is, without a round trip, once the lease has ended, and
   * where the answer comes after that. `false` also where there was no lock, and on a disabled cache.
   * @throws `InvalidDurationError`, `BackendError`, `CacheTimeoutError`, `CacheClosedError`; the lock then is what it was, but never longer
   * than `lease` from now.
   */
  extend(lease?: Duration): Promise<boolean>
}

/** How long at most until the next look where the store does not say how long the lock is held. */
const UNKNOWN_LEASE_MS = 1000

/** `none`: not taken, or not yet. `free`: on a disabled cache there are no locks, so none is lost. */
type Status = 'none' | 'free' | 'taken' | 'lost' | 'released'

export class Hold implements LockHold {
  readonly #state: CacheState
  readonly #key: string
  readonly #claim: Claim
  readonly #timeout: Duration | null | undefined
  #status: Status = 'none'
  #fencingToken: number | undefined
  #leaseMs: number
  /** By the clock of the cache. */
  #endsMs = 0
  #extensions = 0
  #guard: LeaseGuard | undefined
  #looking = false
  /** Whether others were before. */
  waited = false

  constructor(state: CacheState, key: string, claim: Claim, timeout: Duration | null | undefined) {
    this.#state = state
    this.#key = key
    this.#claim = claim
    this.#timeout = timeout
    this.#leaseMs = claim.leaseMs
  }

  get held(): boolean {
    return this.#status === 'taken' && this.#leftMs() > 0
  }

  get fencingToken(): number | undefined {
    return this.#fencingToken
  }

  get signal(): AbortSignal {
    if (this.#guard === undefined) {
      this.#guard = new LeaseGuard(this.#state, () => this.#onDue())
      if (this.#status === 'taken') this.#watchLease()
      else if (this.#status !== 'free') this.#guard.abort(this.#lost('it is not held'))
    }
    return this.#guard.signal
  }

  /** Waits for the lock and takes it, or comes back without it. */
  async take(signal: AbortSignal | undefined): Promise<void> {
    const { backend, deadlines } = this.#state
    const waiter = new LockWaiter(backend, this.#claim.lockKey, deadlines)
    deadlines.add(waiter, this.#claim.leaseMs)
    if (signal !== undefined) onAbort(signal, waiter.nudge)
    try {
      this.waited = !waiter.isFirst
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

  async extend(lease?: Duration): Promise<boolean> {
    const leaseMs = lease === undefined ? this.#claim.leaseMs : toMs(lease, 'lease')
    if (!this.#isStillTaken()) return false
    const extension = ++this.#extensions
    const endsMs = this.#state.clock.now() + leaseMs
    // Until the answer comes, and if none comes, the new lease may be the one that counts.
    this.#leaseUntil(Math.min(endsMs, this.#endsMs), Math.min(leaseMs, this.#leaseMs))
    const { lockKey, token } = this.#claim
    const claim = { lockKey, token, leaseMs }
    const isOwn = await run(this.#state, EXTEND, this.#key, claim, { timeout: this.#timeout })
    if (!this.#isStillTaken() || isOwn === undefined) return false
    if (!isOwn) return this.#lose('somebody broke it, or the store forgot it')
    // An earlier lease that ends later does not count: the store may have the later one already.
    if (extension === this.#extensions) this.#leaseUntil(endsMs, leaseMs)
    return true
  }

  /** Whether the lock was still its own. */
  async release(): Promise<boolean> {
    if (this.#status !== 'taken' && this.#status !== 'lost') return false
    this.#status = 'released'
    this.#guard?.stop()
    return this.#giveBack()
  }

  /** `false` if somebody broke what was taken; `true` also where the lease has ended, or nothing is known. One round trip. */
  async isUnbroken(): Promise<boolean> {
    if (this.#status !== 'taken') return true
    const owner = await this.#owner()
    return owner === this.#claim.token || this.#leftMs() <= 0 || !this.#state.enabled
  }

  async #takeInTurn(waiter: LockWaiter, signal: AbortSignal | undefined): Promise<void> {
    const options = { timeout: this.#timeout, signal }
    for (;;) {
      const last = waiter.late
      const askedMs = this.#state.clock.now()
      const answer = await run(this.#state, TAKE, this.#key, this.#claim, options).catch((error) => {
        // The lock may be made all the same, and nobody will know: its lease ends it where this cannot.
        this.#giveBack().catch(() => {})
        throw error
      })
      if (answer === undefined) this.#status = 'free'
      if (answer?.taken === true) {
        this.#status = 'taken'
        this.#fencingToken = answer.fencingToken
        this.#endsMs = askedMs + this.#claim.leaseMs
      }
      if (answer?.taken !== false || last) return
      this.waited = true
      // It calls once it has begun, so that nothing is missed that happened since the answer.
      waiter.watch(locksOf(this.#state))
      await waiter.pause(Math.max(1, Math.ceil(answer.heldForMs ?? UNKNOWN_LEASE_MS)))
    }
  }

  #leftMs(): number {
    return this.#endsMs - this.#state.clock.now()
  }

  /** Loses it if its lease has ended. */
  #isStillTaken(): boolean {
    if (this.#status !== 'taken') return false
    return this.#leftMs() > 0 || this.#lose('its lease has ended')
  }

  #leaseUntil(endsMs: number, leaseMs: number): void {
    this.#endsMs = endsMs
    this.#leaseMs = leaseMs
    this.#watchLease()
  }

  #watchLease(): void {
    this.#guard?.wait(Math.min(this.#leftMs(), this.#leaseMs / 3))
  }

  #onDue(): void {
    if (!this.#isStillTaken()) return
    this.#watchLease()
    void this.#look()
  }

  async #look(): Promise<void> {
    if (this.#looking) return
    this.#looking = true
    try {
      const owner = await this.#owner()
      const isLost = owner !== this.#claim.token && this.#state.enabled
      if (isLost && this.#status === 'taken') this.#lose('somebody broke it, or the store forgot it')
    } catch {
      // Nothing is known, and nothing lost by it: the next look, or the end of the lease, will tell.
    } finally {
      this.#looking = false
    }
  }

  #owner(): Promise<unknown> {
    return run(this.#state, OWNER, this.#key, this.#claim, { timeout: this.#timeout })
  }

  #lose(why: string): false {
    this.#status = 'lost'
    this.#guard?.abort(this.#lost(why))
    return false
  }

  #lost(why: string): LockLostError {
    return new LockLostError(`the lock on '${this.#key}' is not the holder's: ${why}`, { key: this.#key })
  }

  async #giveBack(): Promise<boolean> {
    try {
      return await run(this.#state, RELEASE, this.#key, this.#claim, { timeout: this.#timeout })
    } finally {
      nudgeFirst(this.#state.backend, this.#claim.lockKey)
    }
  }
}
