/** `OptimisticLock`: writes only if nobody else wrote since it read. Mirrors the Python library's `OptimisticLock`. */
import type { BaseCache } from '../base-cache.js'
import type { WriteOptions } from '../cache-commands.js'
import type { CacheState } from '../command.js'
import { type Duration, toTimeoutMs } from '../duration.js'
import { InvalidArgumentError, OptimisticLockError } from '../errors.js'
import { checkOptions } from '../options.js'
import { run } from '../pipeline.js'
import { READ, REPLACE, stateOf } from './lock-commands.js'

export interface OptimisticLockOptions {
  /** Instead of the cache's own. `''` is none. */
  namespace?: string | null | undefined
  /** The deadline of `acquire`, instead of the cache's own. `0` and `null` disable it. */
  timeout?: Duration | null | undefined
  /** Aborts the wait of `acquire`, which rejects with `signal.reason`. */
  signal?: AbortSignal | undefined
}

/** What `cas` takes: the lock has its namespace already. */
export type CasOptions = Omit<WriteOptions, 'namespace'>

const OPTIONS = ['namespace', 'timeout', 'signal']

/**
 * Nothing is locked and nobody waits: a conflict shows when writing. What is compared is what is stored, so a value that was
 * changed and changed back is the same; with the null serializer in memory, a value is the same if it is the same object.
 */
export class OptimisticLock {
  /** @internal */
  readonly _state: CacheState
  /** @internal */
  readonly _key: string
  /** @internal */
  readonly _storedKey: string
  /** @internal */
  readonly _options: OptimisticLockOptions
  /** @internal */
  _read: { readonly stored: unknown } | undefined

  /** @throws `InvalidArgumentError`, `InvalidDurationError` */
  constructor(cache: BaseCache, key: string, options: OptimisticLockOptions = {}) {
    this._state = stateOf(cache, 'OptimisticLock')
    checkOptions(options, OPTIONS, 'OptimisticLock')
    const { namespace, timeout, signal } = options
    toTimeoutMs(timeout, undefined)
    this._key = key
    this._storedKey = cache.buildKey(key, namespace)
    this._options = { timeout, signal }
  }

  /**
   * Remembers what is stored now, or that nothing is. One round trip. May be called again, to begin anew.
   *
   * @returns the lock itself
   */
  async acquire(): Promise<this> {
    this._read = undefined
    this._read = { stored: await run(this._state, READ, this._key, this._storedKey, this._options) }
    return this
  }

  /**
   * Stores a value if what is stored still is what {@link acquire} saw; where nothing was, if there still is nothing. Atomic, one
   * round trip.
   *
   * @returns `true`
   * @throws `OptimisticLockError` if somebody else wrote (nothing is written then: acquire again, and decide anew);
   * `InvalidArgumentError` before `acquire`; otherwise as `set`.
   */
  async cas(value: unknown, options?: CasOptions): Promise<true> {
    if (this._read === undefined) {
      throw new InvalidArgumentError(`cas on '${this._key}' needs to know what was stored: acquire the lock before`, {
        key: this._key,
      })
    }
    const replacement = { storedKey: this._storedKey, read: this._read.stored, value }
    if (await run(this._state, REPLACE, this._key, replacement, options)) return true
    throw new OptimisticLockError(`'${this._key}' was changed after it was read: acquire the lock again, then cas`, {
      key: this._key,
    })
  }
}
