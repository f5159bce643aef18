/** `multiCached`: a function's results by key, of which only the missing ones are computed. Mirrors the Python library's `multi_cached`. */
import type { BaseCache } from '../base-cache.js'
import { kindOf } from '../describe.js'
import { DeserializationError, InvalidArgumentError, isPycachedError } from '../errors.js'
import { checkFunction } from '../options.js'
import { Budget } from './budget.js'
import { type CacheSource, cacheSources, type ExistingCache, type OwnCache } from './cache-source.js'
import { checkBuilt, checkObject } from './cached-function.js'
import { Computation, voidComputations } from './computations.js'
import { carry } from './controls.js'
import { type Callable, decorate } from './decorate.js'
import { FAILURE_OPTIONS, type Report, reporter } from './failures.js'
import { type KeysArgument, type KeysFrom, keysArgument } from './keys-argument.js'
import type { MultiCachedDecorator, MultiCachedOptions, ResultShape } from './multi-options.js'

const OWN_OPTIONS = ['as', 'keyBuilder', 'skipCache', ...FAILURE_OPTIONS]

/**
 * Wraps a function, or decorates a method, that takes keys and resolves to a record or a `Map` of results by key. What is stored is
 * not asked for again: the function is called with the keys that are missing, or not at all. The caller gets a record (a `Map` with
 * `as: 'map'`) of the keys that have a result, in the order asked (a record has keys that are integers first, whatever the order).
 *
 * A result is stored under its key itself, or what `keyBuilder` makes of it. One round trip for all that is looked up, one for all
 * that is stored; each with its key's own time to live, hits untouched. When the cache fails, the function runs for all keys.
 *
 * @param keysFrom the name of a property of the options argument (`'ids'`), or the index of the argument that is the keys. Where a
 * call leaves it away, the function runs as it was called, and its results are stored.
 * @throws as `cached`
 */
export function multiCached<
  From extends KeysFrom,
  As extends ResultShape = 'record',
  Args extends readonly unknown[] = unknown[],
  Result extends readonly unknown[] = unknown[],
>(
  keysFrom: From,
  options: MultiCachedOptions<As, Args, Result> & ExistingCache,
): MultiCachedDecorator<From, As, Args, Result>
export function multiCached<
  From extends KeysFrom,
  Type = undefined,
  As extends ResultShape = 'record',
  Args extends readonly unknown[] = unknown[],
  Result extends readonly unknown[] = unknown[],
>(
  keysFrom: From,
  options?: MultiCachedOptions<As, Args, Result> & OwnCache<Type>,
): MultiCachedDecorator<From, As, Args, Result>
export function multiCached(keysFrom: KeysFrom, options: object = {}): unknown {
  const argument = keysArgument(keysFrom)
  checkObject('multiCached', options)
  const { as = 'record', keyBuilder, skipCache } = options as MultiCachedOptions<ResultShape, unknown[], unknown[]>
  checkFunction('keyBuilder', keyBuilder)
  checkFunction('skipCache', skipCache)
  if (as !== 'record' && as !== 'map') throw new InvalidArgumentError("as must be 'record' or 'map'", { option: 'as' })
  const report = reporter('multiCached', options)
  const makeSource = cacheSources(options, OWN_OPTIONS, 'multiCached')
  return decorate('multiCached', true, (fn) =>
    multiCachedFunction({ fn, source: makeSource(), argument, as, keyBuilder, skipCache, report }),
  )
}

interface Recipe {
  readonly fn: Callable
  readonly source: CacheSource
  readonly argument: KeysArgument
  readonly as: ResultShape
  readonly keyBuilder: ((...args: unknown[]) => string) | undefined
  readonly skipCache: ((...result: unknown[]) => boolean) | undefined
  readonly report: Report
}

/** One of the keys asked, and what the cache calls it. */
interface Entry {
  readonly asked: unknown
  readonly key: string
}

/** Results by the keys asked. */
type Results = ReadonlyMap<unknown, unknown>

interface Call {
  readonly cache: BaseCache
  readonly self: unknown
  readonly args: readonly unknown[]
  /** Whether results may be stored. Not after a failure: then nothing more is awaited. */
  writes: boolean
  /** What the call may still wait for its cache. */
  readonly budget: Budget
  /** Tells the first failure of the call. What cannot be read is no failure of the store: it is replaced. */
  fail(error: unknown, entries: readonly Entry[]): void
}

function multiCachedFunction({ fn, source, argument, as, keyBuilder, skipCache, report }: Recipe): Callable {
  const entriesOf = (keys: Iterable<unknown>, args: readonly unknown[]): Entry[] =>
    Array.from(keys, (asked) => {
      const key = keyBuilder === undefined ? keyItself(asked) : checkBuilt('multiCached', keyBuilder(asked, ...args))
      return { asked, key }
    })

  const call = async (self: unknown, args: readonly unknown[], reads: boolean, writes: boolean): Promise<unknown> => {
    const one = callOf(self, args, writes)
    const keys = argument.keysOf(args)
    if (keys === undefined) return shape(as, await computeUnasked(one))
    const entries = entriesOf(keys, args)
    const found: Results = reads && entries.length > 0 ? await lookUp(one, entries) : new Map()
    const missing = entries.filter(({ asked }) => !found.has(asked))
    if (missing.length === 0) return shape(as, found)
    const computed = await compute(one, missing)
    const all = entries.map(({ asked }) => [asked, found.has(asked) ? found.get(asked) : computed.get(asked)] as const)
    return shape(as, new Map(all.filter(([, result]) => result !== undefined)))
  }

  const callOf = (self: unknown, args: readonly unknown[], writes: boolean): Call => {
    const { cache } = source
    let told = false
    const fail = (error: unknown, entries: readonly Entry[]) => {
      const key = (isPycachedError(error) ? error.key : undefined) ?? entries[0]?.key
      if (!told) report(error, String(key), cache._state.clock)
      told = true
      call.writes &&= error instanceof DeserializationError
    }
    const budget = new Budget('multiCached', undefined, cache._state, source.timeout, 0)
    const call: Call = { cache, self, args, writes, budget, fail }
    return call
  }

  const lookUp = async (call: Call, entries: readonly Entry[]): Promise<Results> => {
    const { cache, budget } = call
    const keys = entries.map(({ key }) => key)
    let values: unknown[] = []
    try {
      values = await budget.within('multiGet', false, () => cache.multiGet(keys, source.read))
    } catch (error) {
      call.fail(error, entries)
      if (!call.writes) return new Map()
      // One that cannot be read is that key's misfortune: the others are hits.
      const read = async (key: string, index: number) => {
        values[index] = await cache.get(key, source.read).catch((failure) => call.fail(failure, entries))
      }
      const readAll = () => Promise.all(keys.map(read))
      await budget.within('get', false, readAll).catch((failure) => call.fail(failure, entries))
    }
    const pairs = entries.map(({ asked }, index) => [asked, values[index]] as const)
    return new Map(pairs.filter(([, value]) => value !== undefined))
  }

  /** The results of the function for these keys. */
  const compute = async (call: Call, missing: readonly Entry[]): Promise<Results> => {
    const computations = call.writes ? begin(call, missing) : []
    try {
      const keys = missing.map(({ asked }) => asked)
      const answer = await fn.apply(call.self, argument.withKeys(call.args, keys) as unknown[])
      const results = resultsOf(answer, keys)
      await store(call, missing, results, computations)
      return results
    } finally {
      for (const computation of computations) computation.end()
    }
  }

  /** The call says no keys: the function has its own default, which shows in the results alone. */
  const computeUnasked = async (call: Call): Promise<Results> => {
    const answer = await fn.apply(call.self, call.args as unknown[])
    const keys = answer instanceof Map ? answer.keys() : Object.keys(Object(answer))
    const entries = entriesOf(keys, call.args)
    const results = resultsOf(
      answer,
      entries.map(({ asked }) => asked),
    )
    const computations = call.writes ? begin(call, entries) : []
    await store(call, entries, results, computations)
    for (const computation of computations) computation.end()
    return results
  }

  const begin = (call: Call, entries: readonly Entry[]): Computation[] => {
    try {
      return storedKeys(call.cache, entries).map((storedKey) => new Computation(call.cache.backend, storedKey))
    } catch (error) {
      call.fail(error, entries)
      return []
    }
  }

  const store = async (
    call: Call,
    entries: readonly Entry[],
    results: Results,
    computations: readonly Computation[],
  ): Promise<void> => {
    const pairs = entries
      .filter(({ asked }, index) => computations[index]?.voided === false && results.has(asked))
      .filter(({ asked }) => skipCache?.(asked, results.get(asked)) !== true)
      .map(({ asked, key }) => [key, results.get(asked)] as const)
    if (pairs.length === 0) return
    try {
      await call.budget.within('multiSet', true, () => {
        const write = call.cache.multiSet(pairs, source.write)
        for (const computation of computations) computation.storing(write)
        return write
      })
      for (const computation of computations) computation.storing(undefined)
    } catch (error) {
      call.fail(error, entries)
    }
  }

  const storedKeys = (cache: BaseCache, entries: readonly Entry[]) =>
    entries.map(({ key }) => cache.buildKey(key, source.namespace))

  const entriesIn = (args: readonly unknown[]) => entriesOf(argument.keysOf(args) ?? [], args)

  const outdate = (cache: BaseCache, entries: readonly Entry[]) =>
    voidComputations(cache.backend, storedKeys(cache, entries))

  function decorated(this: unknown, ...args: unknown[]) {
    return call(this, args, true, true)
  }
  return carry(decorated, source, {
    keyFor: (_self, args) => storedKeys(source.cache, entriesIn(args)),
    async invalidate(_self, args) {
      const { cache } = source
      const entries = entriesIn(args)
      await outdate(cache, entries)
      const keys = entries.map(({ key }) => key)
      return cache.multiDelete(keys, source.read)
    },
    async refresh(self, args) {
      const keys = argument.keysOf(args)
      if (keys === undefined) return call(self, args, false, true)
      void outdate(source.cache, entriesOf(keys, args))
      return call(self, argument.withKeys(args, keys), false, true)
    },
    with: call,
  })
}

function keyItself(asked: unknown): string {
  if (typeof asked === 'string' && asked !== '') return asked
  if (typeof asked === 'number' || typeof asked === 'bigint') return String(asked)
  const got = asked === '' ? 'an empty string' : kindOf(asked)
  throw new InvalidArgumentError(
    `multiCached stores under the keys themselves, which must be text or numbers; got ${got}: give keyBuilder(key, ...args)`,
    { option: 'keyBuilder' },
  )
}

/** What the function's answer has for these keys. `undefined` is no result. */
function resultsOf(answer: unknown, keys: readonly unknown[]): Results {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer) || answer instanceof Set) {
    throw new InvalidArgumentError(
      `multiCached needs a function that resolves to a record or a Map by key; got ${kindOf(answer)}`,
    )
  }
  const results = new Map<unknown, unknown>()
  for (const key of keys) {
    const own = answer instanceof Map || Object.hasOwn(answer, key as PropertyKey)
    const result = answer instanceof Map ? answer.get(key) : own ? answer[key as keyof typeof answer] : undefined
    if (result !== undefined) results.set(key, result)
  }
  return results
}

function shape(as: ResultShape, results: Results): unknown {
  return as === 'map' ? new Map(results) : Object.fromEntries(results)
}
