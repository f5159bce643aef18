/** The function that `cached` and `cachedStampede` make: look up, else compute and store. */
import type { BaseCache } from '../base-cache.js'
import { kindOf } from '../describe.js'
import { InvalidArgumentError } from '../errors.js'
import { checkFunction } from '../options.js'
import { type CacheSource, cacheSources } from './cache-source.js'
import { argumentsKey } from './call-key.js'
import { Computation, voidComputations } from './computations.js'
import { carry } from './controls.js'
import { type Callable, decorate, type NameOf } from './decorate.js'
import { FAILURE_OPTIONS, reporter } from './failures.js'
import { Miss, type Origin } from './miss.js'
import type { CachedOptions } from './options.js'

/** How a call computes. */
export interface Strategy {
  /** The result of a computation that is under way already, else (waited for in vain) what `compute` makes; `undefined` where none is. */
  join?(key: string, compute: () => Promise<unknown>): Promise<unknown> | undefined
  /** Calls `compute` once, or finds the result otherwise. */
  onMiss(miss: Miss, compute: (miss: Miss, mayStore?: () => Promise<boolean>) => Promise<unknown>): Promise<unknown>
  /** Makes room for computations from newer data, in other processes too. */
  onInvalidate?(cache: BaseCache, key: string): Promise<unknown>
}

/** The names of the options that `cached` knows beside those of caches. */
export const OWN_OPTIONS = ['key', 'keyBuilder', 'skipCache', ...FAILURE_OPTIONS]

export function cachedDecorator(
  owner: string,
  options: object,
  own: readonly string[],
  strategyOf: (source: CacheSource) => Strategy,
): (...form: [unknown, unknown?, unknown?]) => unknown {
  checkObject(owner, options)
  const { key, keyBuilder, skipCache } = options as CachedOptions<unknown[], unknown>
  checkFunction('keyBuilder', keyBuilder)
  checkFunction('skipCache', skipCache)
  if (key !== undefined && keyBuilder !== undefined) {
    throw new InvalidArgumentError(`${owner} takes key or keyBuilder, not both`, { option: 'key' })
  }
  if (key !== undefined && (typeof key !== 'string' || key === '')) {
    throw new InvalidArgumentError('key must be text that is not empty', { option: 'key' })
  }
  const report = reporter(owner, options)
  const makeSource = cacheSources(options, own, owner)
  // One decorator may decorate several functions: where the cache is their own, each has one.
  return decorate(owner, key !== undefined || keyBuilder !== undefined, (fn, nameOf) => {
    const source = makeSource()
    const keyOf = keyRule(owner, key, keyBuilder, nameOf)
    return cachedFunction({ origin: { owner, source, report }, fn, keyOf, strategy: strategyOf(source), skipCache })
  })
}

interface Recipe {
  readonly origin: Origin
  readonly fn: Callable
  readonly keyOf: KeyRule
  readonly strategy: Strategy
  readonly skipCache: ((result: unknown) => boolean) | undefined
}

type KeyRule = (self: unknown, args: readonly unknown[]) => string

function keyRule(
  owner: string,
  key: string | undefined,
  keyBuilder: ((...args: unknown[]) => string) | undefined,
  nameOf: NameOf,
): KeyRule {
  if (key !== undefined) return () => key
  if (keyBuilder !== undefined) return (_self, args) => checkBuilt(owner, keyBuilder(...args))
  return (self, args) => {
    const name = nameOf(self)
    return `${name}(${argumentsKey(args, name)})`
  }
}

/** @throws `InvalidArgumentError` unless a key builder returned text. */
export function checkBuilt(owner: string, built: unknown): string {
  if (typeof built === 'string' && built !== '') return built
  throw new InvalidArgumentError(
    `keyBuilder of ${owner} must return text that is not empty, got ${built === '' ? 'an empty string' : typeof built}`,
    { option: 'keyBuilder' },
  )
}

/** @throws `InvalidArgumentError`, also for a function: the one to decorate, in the place of the options. */
export function checkObject(owner: string, options: unknown): asserts options is object {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return
  throw new InvalidArgumentError(
    `${owner} takes an object of options, then the function: ${owner}(options)(fn); got ${kindOf(options)}`,
    { option: 'options' },
  )
}

function cachedFunction({ origin, fn, keyOf, strategy, skipCache }: Recipe): Callable {
  const { source } = origin
  const call = (self: unknown, args: readonly unknown[], reads: boolean, writes: boolean): Promise<unknown> => {
    let key: string
    let cache: BaseCache
    try {
      key = keyOf(self, args)
      cache = source.cache
    } catch (error) {
      return Promise.reject(error)
    }
    const miss = (startMs?: number, failure?: { error: unknown }) => {
      const spentMs = startMs === undefined ? 0 : cache._state.clock.now() - startMs
      const one = new Miss(origin, cache, key, self, args, reads, writes, spentMs)
      if (failure !== undefined) one.fail(failure.error)
      return strategy.onMiss(one, compute)
    }
    if (!reads) return miss()
    const joined = writes ? strategy.join?.(key, miss) : undefined
    if (joined !== undefined) return joined
    const { inFlight } = cache._state
    const answer = cache.get(key, source.read)
    // What is answered at once takes no time: a hit in memory reads no clock.
    const startMs = cache._state.inFlight === inFlight ? undefined : cache._state.clock.now()
    return answer.then(
      (hit) => (hit === undefined ? miss(startMs) : hit),
      (error: unknown) => miss(startMs, { error }),
    )
  }

  const compute = async (miss: Miss, mayStore?: () => Promise<boolean>): Promise<unknown> => {
    const { cache, key, self, args } = miss
    const computation = miss.writes || miss.shared ? begin(miss) : undefined
    miss.computation = computation
    try {
      const result = await fn.apply(self, args as unknown[])
      if (!miss.writes || result === undefined || skipCache?.(result) === true) return result
      try {
        if (mayStore !== undefined && !(await mayStore())) return result
        if (computation === undefined || computation.voided) return result
        await miss.budget.within('set', true, () => {
          const write = cache.set(key, result, source.write)
          computation.storing(write)
          return write
        })
        computation.storing(undefined)
      } catch (error) {
        miss.fail(error)
      }
      return result
    } finally {
      computation?.end()
    }
  }

  const begin = (miss: Miss): Computation | undefined => {
    try {
      return new Computation(miss.cache.backend, storedKey(miss.cache, miss.key))
    } catch (error) {
      miss.fail(error)
      return undefined
    }
  }

  const storedKey = (cache: BaseCache, key: string) => cache.buildKey(key, source.namespace)

  const invalidate = async (self: unknown, args: readonly unknown[]): Promise<number> => {
    const key = keyOf(self, args)
    const { cache } = source
    const quiet = voidComputations(cache.backend, [storedKey(cache, key)])
    await Promise.all([quiet, strategy.onInvalidate?.(cache, key)])
    return cache.delete(key, source.read)
  }

  const refresh = async (self: unknown, args: readonly unknown[]): Promise<unknown> => {
    const key = keyOf(self, args)
    const { cache } = source
    void voidComputations(cache.backend, [storedKey(cache, key)])
    return call(self, args, false, true)
  }

  function decorated(this: unknown, ...args: unknown[]) {
    return call(this, args, true, true)
  }
  return carry(decorated, source, {
    keyFor: (self, args) => storedKey(source.cache, keyOf(self, args)),
    invalidate,
    refresh,
    with: call,
  })
}
