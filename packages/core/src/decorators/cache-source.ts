/** Which cache a decorated function uses: one that exists (an instance, an alias), or one of its own, made from the options. */
import { type BaseCache, type CacheClass, isCache } from '../base-cache.js'
import { type OptionsOf, resolveCacheClass } from '../cache.js'
import type { CommandOptions, WriteOptions } from '../cache-commands.js'
import { caches } from '../caches.js'
import { type Duration, toTimeoutMs, toTtlMs } from '../duration.js'
import { InvalidArgumentError } from '../errors.js'
import { checkNamespace } from '../key.js'
import { type CacheOptions, checkOptions } from '../options.js'

/** What commands take themselves: given with each, these need no cache of their own. */
export interface SharedCacheOptions {
  /** Time to live of the results. `undefined`: the cache's own; `null`: they never expire. */
  ttl?: Duration | null | undefined
  /** Instead of the cache's own. */
  namespace?: string | null | undefined
  /** How long one call waits for its cache, all commands together, instead of the cache's own; the function has no deadline. */
  timeout?: Duration | null | undefined
}

/** A cache that exists: options that would make another one are refused. */
export type ExistingCache = SharedCacheOptions &
  (
    | {
        /** The alias's cache in `caches`, looked up at each call: it may be configured later, and be replaced. */
        alias: string
        cache?: undefined
      }
    | {
        /** Used as it is, and left open. */
        cache: BaseCache
        alias?: undefined
      }
  )

/** A cache made for the function when it is decorated, from a class, a class path or a type name (default memory) and its options. */
export type OwnCache<Type> = { cache?: Type; alias?: undefined } & OptionsFor<Type>

type OptionsFor<Type> = Type extends BaseCache
  ? never
  : Type extends new (
        options?: infer Options,
      ) => BaseCache
    ? WithoutKeyBuilder<NonNullable<Options>>
    : Type extends string
      ? WithoutKeyBuilder<OptionsOf<Type>>
      : WithoutKeyBuilder<CacheOptions>

/** Each member of a union for itself. The decorator's `keyBuilder` is of another kind. */
type WithoutKeyBuilder<Options> = Options extends unknown ? Omit<Options, 'keyBuilder'> : never

export interface CacheSource {
  /** @throws `UnknownAliasError`, and what making the alias's cache throws. */
  readonly cache: BaseCache
  readonly namespace: string | null | undefined
  readonly timeout: Duration | null | undefined
  /** The options of commands that do not write, if any. */
  readonly read: CommandOptions | undefined
  /** The options of commands that write, if any. */
  readonly write: WriteOptions | undefined
}

const SHARED = ['ttl', 'namespace', 'timeout']

/**
 * Checks the options, and gives a function that makes the source for one decorated function.
 *
 * @param own the names of the decorator's own options
 * @throws `InvalidArgumentError` for an option that nobody knows or that would make another cache; and that function what the cache's
 * constructor throws.
 */
export function cacheSources(options: object, own: readonly string[], owner: string): () => CacheSource {
  const { cache, alias } = options as { cache?: unknown; alias?: unknown }
  if (alias !== undefined) {
    if (typeof alias !== 'string' || alias === '') {
      throw new InvalidArgumentError('alias must be the name of a cache in caches', { option: 'alias' })
    }
    const source = existing(options, ['alias', ...own], `${owner} with an alias`, () => caches.get(alias))
    return () => source
  }
  if (isCache(cache)) {
    const source = existing(options, ['cache', ...own], `${owner} with an instance`, () => cache)
    return () => source
  }
  return makers(
    resolveCacheClass(cache === undefined ? 'memory' : cache, 'cache'),
    options,
    ['cache', 'alias', ...own],
    owner,
  )
}

function existing(options: object, own: readonly string[], owner: string, get: () => BaseCache): CacheSource {
  const known = [...own, ...SHARED]
  const other = Object.entries(options).find(([name, value]) => value !== undefined && !known.includes(name))?.[0]
  if (other !== undefined) {
    throw new InvalidArgumentError(
      `${owner} uses a cache that exists, so '${other}' is no option: it knows ${known.join(', ')}`,
      { option: other },
    )
  }
  const { ttl, namespace, timeout } = options as SharedCacheOptions
  toTtlMs(ttl, undefined)
  toTimeoutMs(timeout, undefined)
  if (namespace !== undefined && namespace !== null) checkNamespace(namespace)
  const read = given({ namespace, timeout })
  return {
    get cache() {
      return get()
    },
    namespace,
    timeout,
    read,
    write: given({ ...read, ttl }),
  }
}

function makers(target: CacheClass, options: object, own: readonly string[], owner: string): () => CacheSource {
  const ofCache = Object.keys(target.options).filter((name) => name !== 'keyBuilder')
  checkOptions(options, [...own, ...ofCache], `${owner} with a ${target.name}`)
  const chosen = Object.entries(options).filter(([name]) => ofCache.includes(name))
  return () => {
    const cache = new target(Object.fromEntries(chosen) as never)
    return { cache, namespace: undefined, timeout: undefined, read: undefined, write: undefined }
  }
}

/** `undefined` where nothing was given, so that a command has no options to look at. */
function given<T extends object>(options: T): T | undefined {
  const present = Object.entries(options).filter(([, value]) => value !== undefined)
  return present.length === 0 ? undefined : (Object.freeze(Object.fromEntries(present)) as T)
}
