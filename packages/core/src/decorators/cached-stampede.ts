/** `cachedStampede`: as `cached`, and many who miss one key at once compute it once, across processes. */
import { Waiting } from '../deadline.js'
import { type Duration, toMs } from '../duration.js'
import { RedLock } from '../locks/red-lock.js'
import type { CacheSource, ExistingCache, OwnCache } from './cache-source.js'
import { cachedDecorator, checkObject, OWN_OPTIONS, type Strategy } from './cached-function.js'
import type { Miss } from './miss.js'
import type { CachedDecorator, StampedeOptions } from './options.js'

const DEFAULT_LEASE = '2s'

/**
 * As {@link cached}, with at most one computation of a key at a time: calls of one process share it, other processes wait for it by
 * the cache's `RedLock`; all for `lease` at most, so that a computation that hangs does not hold its key for ever. Without the lock (in
 * vain waited, or the cache fails) it computes as `cached` does.
 * A call that does not store (`with({ cacheWrite: false })`) computes for itself, at once.
 *
 * A miss costs four more round trips than with `cached` (take the lock, look again, see that it is unbroken, release); a hit none.
 *
 * @throws as {@link cached}; `InvalidDurationError`
 */
export function cachedStampede<Args extends readonly unknown[] = unknown[], Result = unknown>(
  options: StampedeOptions<Args, Result> & ExistingCache,
): CachedDecorator<Args, Result>
export function cachedStampede<Type = undefined, Args extends readonly unknown[] = unknown[], Result = unknown>(
  options?: StampedeOptions<Args, Result> & OwnCache<Type>,
): CachedDecorator<Args, Result>
export function cachedStampede(options: object = {}): unknown {
  checkObject('cachedStampede', options)
  const { lease = DEFAULT_LEASE } = options as { lease?: Duration }
  toMs(lease, 'lease')
  return cachedDecorator(
    'cachedStampede',
    options,
    [...OWN_OPTIONS, 'lease'],
    (source) => new OneAtATime(source, lease),
  )
}

const OVERDUE = Symbol('overdue')

/** A computation that others may wait for, until its lease has ended. */
class SharedMiss extends Waiting {
  readonly miss: Miss
  readonly overdue: Promise<typeof OVERDUE>
  result: Promise<unknown> | undefined
  readonly #onExpire: () => void

  constructor(miss: Miss, onExpire: (shared: SharedMiss) => void) {
    super()
    this.miss = miss
    let resolve: (overdue: typeof OVERDUE) => void = () => {}
    this.overdue = new Promise((settle) => {
      resolve = settle
    })
    this.#onExpire = () => {
      onExpire(this)
      resolve(OVERDUE)
    }
  }

  expire(): void {
    this.#onExpire()
  }
}

type Compute = Parameters<Strategy['onMiss']>[1]

class OneAtATime implements Strategy {
  readonly #source: CacheSource
  readonly #lease: Duration
  readonly #leaseMs: number
  readonly #sharedMisses = new Map<string, SharedMiss>()

  constructor(source: CacheSource, lease: Duration) {
    this.#source = source
    this.#lease = lease
    this.#leaseMs = toMs(lease, 'lease')
  }

  join(key: string, computeAnew: () => Promise<unknown>): Promise<unknown> | undefined {
    const shared = this.#sharedMisses.get(key)
    // What is invalidated serves those who had asked before, nobody else.
    if (shared === undefined || shared.miss.computation?.voided === true) return undefined
    return Promise.race([shared.result, shared.overdue]).then((result) => (result === OVERDUE ? computeAnew() : result))
  }

  onMiss(miss: Miss, compute: Compute): Promise<unknown> {
    if (!miss.shared || !miss.cache.enabled) return this.#inTurn(miss, compute)
    const joined = this.join(miss.key, () => this.onMiss(miss, compute))
    if (joined !== undefined) return joined
    const { deadlines } = miss.cache._state
    const shared = new SharedMiss(miss, (late) => this.#unshare(late))
    // Waiting for the lock before has a limit of its own.
    const computeInTime: Compute = (one, mayStore) => {
      deadlines.add(shared, this.#leaseMs)
      return compute(one, mayStore)
    }
    this.#sharedMisses.set(miss.key, shared)
    const result = this.#inTurn(miss, computeInTime).finally(() => {
      deadlines.remove(shared)
      this.#unshare(shared)
    })
    shared.result = result
    return result
  }

  onInvalidate(cache: Miss['cache'], key: string): Promise<unknown> {
    return this.#lockOn(cache, key, this.#source.timeout)._break()
  }

  #unshare(shared: SharedMiss): void {
    if (this.#sharedMisses.get(shared.miss.key) === shared) this.#sharedMisses.delete(shared.miss.key)
  }

  async #inTurn(miss: Miss, compute: Compute): Promise<unknown> {
    const lock = await this.#lock(miss)
    if (lock === undefined) return compute(miss)
    const mayStore = () => miss.budget.within('RedLock.owner', false, () => lock._isUnbroken())
    try {
      const found = miss.reads ? await this.#lookAgain(miss) : undefined
      return found === undefined ? await compute(miss, mayStore) : found
    } finally {
      await this.#release(miss, lock)
    }
  }

  /** `undefined` where there can be none: the function runs all the same. */
  async #lock(miss: Miss): Promise<RedLock | undefined> {
    const { cache, key, budget } = miss
    if (!miss.writes || !cache.enabled) return undefined
    try {
      const lock = this.#lockOn(cache, key, budget.timeoutLeft('RedLock.acquire'))
      const stop = budget.stopwatch()
      await lock.acquire()
      // Others who compute may take their lease; the rest is the cache's.
      stop(lock._waited ? this.#leaseMs : 0)
      return lock
    } catch (error) {
      miss.fail(error)
      return undefined
    }
  }

  /** Whoever had the lock before may have stored the result. */
  async #lookAgain(miss: Miss): Promise<unknown> {
    try {
      return await miss.budget.within('get', false, () => miss.cache.get(miss.key, this.#source.read))
    } catch (error) {
      miss.fail(error)
      return undefined
    }
  }

  async #release(miss: Miss, lock: RedLock): Promise<void> {
    const { budget } = miss
    const release = () => lock.release()
    if (miss.writes && !budget.isSpent)
      await budget.within('RedLock.release', true, release).catch((error) => miss.fail(error))
    // It goes on by itself; should it fail, the lease ends the lock.
    else release().catch(() => {})
  }

  #lockOn(cache: Miss['cache'], key: string, timeout: Duration | null | undefined): RedLock {
    return RedLock._unfenced(cache, key, { lease: this.#lease, namespace: this.#source.namespace, timeout })
  }
}
