/** A store of which each call meets a fate of its own, on the fake clock, and what decorated functions make of it. */
import {
  type Backend,
  type BaseCache,
  type CacheOptions,
  cached,
  cachedStampede,
  multiCached,
  type OnError,
} from '@pycached/core'
import { cacheOver, type FakeClock, MapBackend } from '@pycached/testing'

/** What becomes of one call: a number is how many milliseconds later it is carried out. */
export type Fate = 'works' | 'fails' | 'hangs' | number

export interface FalteringStore {
  readonly cache: BaseCache
  /** The primitives that were called so far. */
  readonly calls: string[]
}

/** Every call is answered by a promise, the n-th as the n-th fate says; those beyond work. */
export function falteringStore(
  clock: FakeClock,
  fates: readonly Fate[],
  options: CacheOptions = {},
  inner = new MapBackend(clock),
): FalteringStore {
  const calls: string[] = []
  const call = (name: keyof MapBackend, args: unknown[]) => {
    const fate = fates[calls.length] ?? 'works'
    calls.push(name)
    const proceed = async () => (inner[name] as (...given: unknown[]) => unknown).apply(inner, args)
    if (fate === 'works') return proceed()
    if (fate === 'fails') return Promise.reject(new Error(`${name} failed`))
    if (fate === 'hangs') return new Promise(() => {})
    return new Promise<void>((resolve) => clock.schedule(resolve, fate)).then(proceed)
  }
  const names = Object.getOwnPropertyNames(MapBackend.prototype) as (keyof MapBackend)[]
  const primitives = names.filter((name) => !['close', 'constructor'].includes(name) && !name.startsWith('_'))
  const backend = Object.fromEntries(primitives.map((name) => [name, (...args: unknown[]) => call(name, args)]))
  const cache = cacheOver({ ...(backend as unknown as Backend), close: () => {} }, { clock, ...options })
  return { cache, calls }
}

export const LEASE_MS = 5000

export type DecoratorName = 'cached' | 'cachedStampede' | 'multiCached'

/** A function that takes so long and resolves to `'value'`, decorated by each decorator. */
export const DECORATORS: Record<
  DecoratorName,
  (cache: BaseCache, clock: FakeClock, tookMs: number, onError: OnError) => () => Promise<unknown>
> = {
  cached: (cache, clock, tookMs, onError) => cached({ cache, key: 'key', onError })(() => computed(clock, tookMs)),
  cachedStampede: (cache, clock, tookMs, onError) =>
    cachedStampede({ cache, key: 'key', lease: LEASE_MS / 1000, onError })(() => computed(clock, tookMs)),
  multiCached(cache, clock, tookMs, onError) {
    const find = multiCached(0, { cache, onError })(async (_keys: string[]) => ({ key: await computed(clock, tookMs) }))
    return async () => (await find(['key'])).key
  },
}

async function computed(clock: FakeClock, tookMs: number): Promise<string> {
  if (tookMs > 0) await new Promise<void>((resolve) => clock.schedule(resolve, tookMs))
  return 'value'
}

/** Moves time on until all have settled; how much of it each took, and what it came to. */
export async function settle<T>(
  clock: FakeClock,
  pending: readonly Promise<T>[],
): Promise<{ tookMs: number; result: T | undefined; error: unknown }[]> {
  const startMs = clock.now()
  const outcomes = pending.map(async (one) => {
    const [outcome] = await Promise.allSettled([one])
    const tookMs = clock.now() - startMs
    return outcome?.status === 'fulfilled'
      ? { tookMs, result: outcome.value, error: undefined }
      : { tookMs, result: undefined, error: outcome?.reason }
  })
  let isSettled = false
  const all = Promise.all(outcomes).finally(() => {
    isSettled = true
  })
  await clock.advanceAsync(0)
  while (!isSettled) await clock.advanceAsync(10)
  return all
}
