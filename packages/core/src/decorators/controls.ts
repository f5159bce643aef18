/** What a decorated function carries beside its signature. */
import type { BaseCache } from '../base-cache.js'
import { checkBoolean, checkOptions } from '../options.js'
import type { CacheSource } from './cache-source.js'
import type { AsyncFunction, Callable } from './decorate.js'

/** What a call may leave out, of looking up and storing. Both default to `true`. */
export interface CallOptions {
  /** `false`: the function runs whatever is stored. */
  cacheRead?: boolean | undefined
  /** `false`: the result is not stored. */
  cacheWrite?: boolean | undefined
}

/** What a decorated function carries. Methods give it `this` by `call`: `users.find.refresh.call(users, 1)`. */
export interface CachedControls<F extends AsyncFunction> {
  /** The cache it uses. For an alias, the one that the alias names now. */
  readonly cache: BaseCache
  /** The key under which the result of these arguments is stored, namespace included. */
  keyFor(...args: Parameters<F>): string
  /**
   * Deletes the result of these arguments. A computation of it that is still running in this process will not be stored.
   * Rejects when the cache fails.
   *
   * @returns the number of deleted keys, 0 or 1
   */
  invalidate(...args: Parameters<F>): Promise<number>
  /** Computes whatever is stored, stores, and resolves to the result. A computation that began before will not be stored. */
  refresh: F
  /** A function of the same signature that does not look up, or does not store. */
  with(options: CallOptions): F
}

export type CachedFunction<F extends AsyncFunction> = F & CachedControls<F>

interface Controls {
  keyFor(self: unknown, args: readonly unknown[]): unknown
  invalidate(self: unknown, args: readonly unknown[]): Promise<number>
  refresh(self: unknown, args: readonly unknown[]): Promise<unknown>
  with(self: unknown, args: readonly unknown[], reads: boolean, writes: boolean): Promise<unknown>
}

/** Gives a function what {@link CachedControls} says. */
export function carry(decorated: Callable, source: CacheSource, controls: Controls): Callable {
  // `find.refresh(1)` has the function itself as `this`, which is nobody's instance.
  const selfOf = (self: unknown) => (self === decorated ? undefined : self)
  const carried = {
    keyFor(this: unknown, ...args: unknown[]) {
      return controls.keyFor(selfOf(this), args)
    },
    invalidate(this: unknown, ...args: unknown[]) {
      return controls.invalidate(selfOf(this), args)
    },
    refresh(this: unknown, ...args: unknown[]) {
      return controls.refresh(selfOf(this), args)
    },
    with(options: CallOptions) {
      checkOptions(options, ['cacheRead', 'cacheWrite'], 'with')
      const { cacheRead = true, cacheWrite = true } = options
      checkBoolean('cacheRead', cacheRead)
      checkBoolean('cacheWrite', cacheWrite)
      return function (this: unknown, ...args: unknown[]) {
        return controls.with(this, args, cacheRead, cacheWrite)
      }
    },
  }
  Object.defineProperty(decorated, 'cache', { get: () => source.cache, configurable: true })
  for (const [name, value] of Object.entries(carried)) {
    Object.defineProperty(decorated, name, { value, configurable: true })
  }
  return decorated
}
