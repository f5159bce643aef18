/** `cached`: a function's results, by its arguments. Mirrors the Python library's `cached`. */
import type { ExistingCache, OwnCache } from './cache-source.js'
import { cachedDecorator, OWN_OPTIONS, type Strategy } from './cached-function.js'
import type { CachedDecorator, CachedOptions } from './options.js'

/** Every miss computes, also where another call computes the same. */
const COMPUTE: Strategy = { onMiss: (miss, compute) => compute(miss) }

/**
 * Wraps a function or decorates a method, so that its results come from a cache. Results that are `undefined` are not stored, what
 * it throws neither. When the cache fails, the function runs and its result is returned. A call waits for its cache for one `timeout` in
 * all, beside the function's own time.
 *
 * The default key is the function's name (with the class's) and its arguments; `this` is no part of it. Functions of one name, or
 * methods of classes of one name, that share a cache need a `namespace`, a `key` or a `keyBuilder` to be told apart.
 *
 * @throws `InvalidArgumentError` when it decorates: for an option that it does not know, a function without a name, what is no method;
 * and what the constructor of a cache of its own throws.
 */
export function cached<Args extends readonly unknown[] = unknown[], Result = unknown>(
  options: CachedOptions<Args, Result> & ExistingCache,
): CachedDecorator<Args, Result>
export function cached<Type = undefined, Args extends readonly unknown[] = unknown[], Result = unknown>(
  options?: CachedOptions<Args, Result> & OwnCache<Type>,
): CachedDecorator<Args, Result>
export function cached(options: object = {}): unknown {
  return cachedDecorator('cached', options, OWN_OPTIONS, () => COMPUTE)
}
