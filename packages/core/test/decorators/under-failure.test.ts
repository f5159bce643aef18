import {
  BackendUnavailableError,
  type BaseCache,
  CacheTimeoutError,
  cached,
  cachedStampede,
  multiCached,
  RedLock,
} from '@pycached/core'
import { RedisCache } from '@pycached/redis'
import { cacheOver, FailingBackend, FakeClock, MapBackend } from '@pycached/testing'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { type RedisServer, startRedisServer } from '../../../../test/support/redis-server.js'
import { closing, freshKey, memory, until } from '../support/stores.js'
import { DECORATORS, type DecoratorName, type Fate, falteringStore, LEASE_MS, settle } from './faltering-store.js'

const TIMEOUT_MS = 1000
const FUNCTION_MS = 200

/** What each decorator asks of the store for a miss, in order. */
const STEPS: Record<DecoratorName, readonly string[]> = {
  cached: ['get', 'set'],
  cachedStampede: ['get', 'add', 'get', 'get', 'set', 'compareAndDelete'],
  multiCached: ['getMany', 'setMany'],
}
const names = Object.keys(STEPS) as DecoratorName[]

/** One call of a function that takes {@link FUNCTION_MS}. */
async function callOnce(decorator: DecoratorName, fates: readonly Fate[]) {
  const clock = new FakeClock()
  const store = falteringStore(clock, fates, { timeout: TIMEOUT_MS / 1000 })
  const onError = vi.fn()
  const call = DECORATORS[decorator](store.cache, clock, FUNCTION_MS, onError)
  const [outcome] = await settle(clock, [call()])
  return { ...outcome, ...store, onError, clock, call }
}

describe.each(names)('%s', (decorator) => {
  const steps = STEPS[decorator]
  const misfortunes = steps.flatMap((primitive, index) =>
    (['hangs', 'fails', TIMEOUT_MS - 10] as const).map((fate) => ({ primitive, index, fate, step: index + 1 })),
  )

  test('asks the store for each step once', async () => {
    const { calls, result, tookMs, onError } = await callOnce(decorator, [])
    expect({ calls, result, tookMs }).toEqual({ calls: steps, result: 'value', tookMs: FUNCTION_MS })
    expect(onError).not.toHaveBeenCalled()
  })

  test.each(misfortunes)('the result comes within one timeout where step $step, $primitive, $fate', async (one) => {
    const { index, fate } = one
    const { result, tookMs, onError } = await callOnce(decorator, [...Array(index).fill('works'), fate])
    expect(result).toBe('value')
    expect(tookMs).toBe(FUNCTION_MS + (fate === 'hangs' ? TIMEOUT_MS : fate === 'fails' ? 0 : fate))
    // Late by less than the timeout is no failure, unless there is still something to store: nothing is left for it then.
    const isStored = index >= steps.length - (decorator === 'cachedStampede' ? 2 : 1)
    expect(onError).toHaveBeenCalledTimes(typeof fate === 'number' && isStored ? 0 : 1)
  })

  test('several steps that are late have one timeout together', async () => {
    const late = Array<Fate>(steps.length).fill(0.6 * TIMEOUT_MS)
    const { result, tookMs, onError } = await callOnce(decorator, late)
    expect(result).toBe('value')
    expect(tookMs).toBeGreaterThan(FUNCTION_MS + 0.9 * TIMEOUT_MS)
    expect(tookMs).toBeLessThanOrEqual(FUNCTION_MS + TIMEOUT_MS)
    expect(onError).toHaveBeenCalledOnce()
    expect(onError.mock.calls[0]?.[0]).toBeInstanceOf(CacheTimeoutError)
  })

  test('without a timeout it waits for as long as the store takes', async () => {
    const clock = new FakeClock()
    const late = Array<Fate>(steps.length).fill(20_000)
    const { cache } = falteringStore(clock, late, { timeout: null })
    const onError = vi.fn()
    const call = DECORATORS[decorator](cache, clock, 0, onError)
    const [outcome] = await settle(clock, [call()])
    expect(outcome).toMatchObject({ result: 'value', tookMs: steps.length * 20_000 })
    expect(onError).not.toHaveBeenCalled()
  })

  test('after a failure nothing more is asked, except to give back the lock', async () => {
    for (const [index, primitive] of steps.entries()) {
      const { calls } = await callOnce(decorator, [...Array(index).fill('works'), 'fails'])
      const further = calls.slice(index + 1)
      const mayHoldLock = decorator === 'cachedStampede' && index > 0 && index < steps.length - 1
      expect({ primitive, further }).toEqual({ primitive, further: mayHoldLock ? ['compareAndDelete'] : [] })
    }
  })

  test('whatever subset of commands hangs, fails or is late, the result comes within one timeout', async () => {
    const fate = fc.oneof(
      fc.constantFrom<Fate>('works', 'works', 'fails', 'hangs'),
      fc.integer({ min: 1, max: 2 * TIMEOUT_MS }),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(fate, { maxLength: 8 }),
        fc.integer({ min: 0, max: 3000 }),
        async (fates, functionMs) => {
          const clock = new FakeClock()
          const { cache } = falteringStore(clock, fates, { timeout: TIMEOUT_MS / 1000 })
          const onError = vi.fn()
          const [outcome] = await settle(clock, [DECORATORS[decorator](cache, clock, functionMs, onError)()])
          expect(outcome).toMatchObject({ result: 'value', error: undefined })
          expect(outcome?.tookMs).toBeLessThanOrEqual(functionMs + TIMEOUT_MS)
          expect(onError.mock.calls.length).toBeLessThanOrEqual(1)
        },
      ),
      { numRuns: 150 },
    )
  })
})

test('callers that wait for each other’s computation wait for one lease more at most', async () => {
  const fate = fc.oneof(
    fc.constantFrom<Fate>('works', 'works', 'works', 'fails', 'hangs'),
    fc.integer({ min: 1, max: 2 * TIMEOUT_MS }),
  )
  const callers = fc.array(fc.array(fate, { maxLength: 10 }), { minLength: 2, maxLength: 3 })
  await fc.assert(
    fc.asyncProperty(callers, fc.integer({ min: 0, max: 3000 }), async (fatesOfEach, functionMs) => {
      const clock = new FakeClock()
      // As from several processes: each has a store object of its own, over the same entries.
      const entries = new MapBackend(clock)
      const calls = fatesOfEach.map((fates) => {
        const { cache } = falteringStore(clock, fates, { timeout: TIMEOUT_MS / 1000 }, entries)
        return DECORATORS.cachedStampede(cache, clock, functionMs, () => {})()
      })
      for (const { tookMs, result } of await settle(clock, calls)) {
        expect(result).toBe('value')
        expect(tookMs).toBeLessThanOrEqual(functionMs + TIMEOUT_MS + LEASE_MS)
      }
    }),
    { numRuns: 100 },
  )
})

test('the time that others compute is not the cache’s: who waited for them has its whole timeout left', async () => {
  const clock = new FakeClock()
  const entries = new MapBackend(clock)
  const holder = falteringStore(clock, [], {}, entries).cache
  const lock = await new RedLock(holder, 'key', { lease: '10m' }).acquire()
  const asked = falteringStore(clock, [], { timeout: TIMEOUT_MS / 1000 }, entries)
  const onError = vi.fn()
  const call = DECORATORS.cachedStampede(asked.cache, clock, FUNCTION_MS, onError)()
  await clock.advanceAsync(4 * TIMEOUT_MS)
  await lock.release()
  const [outcome] = await settle(clock, [call])
  expect(outcome?.result).toBe('value')
  expect(onError).not.toHaveBeenCalled()
  expect(await asked.cache.get('key')).toBe('value')
})

describe('a write that nobody waits for any more', () => {
  /** The look-up takes half of the timeout, the write arrives long after the call has gone on. */
  const fates: Fate[] = [500, 700]
  const makers = {
    cached: (cache: BaseCache) => cached({ cache, key: 'key', onError: () => {} })(async () => 'old'),
    multiCached(cache: BaseCache) {
      const find = multiCached(0, { cache, onError: () => {} })(async (_keys: string[]) => ({ key: 'old' }))
      return Object.assign(() => find(['key']), { invalidate: () => find.invalidate(['key']) })
    },
  }

  test.each(Object.entries(makers))(
    'by %s is deleted by an invalidation that comes after the call',
    async (_name, make) => {
      const clock = new FakeClock()
      const { cache, calls } = falteringStore(clock, fates, { timeout: TIMEOUT_MS / 1000 })
      const find = make(cache)
      const [outcome] = await settle(clock, [find() as Promise<unknown>])
      expect(outcome?.tookMs).toBeLessThanOrEqual(TIMEOUT_MS)
      expect(await cache.exists('key')).toBe(false)
      const sent = calls.length
      const invalidated = find.invalidate()
      await clock.advanceAsync(100)
      expect(calls.slice(sent)).toEqual([])
      await settle(clock, [invalidated])
      expect(await invalidated).toBe(1)
      expect(await cache.exists('key')).toBe(false)
    },
  )

  test('is stored where nobody invalidates', async () => {
    const clock = new FakeClock()
    const { cache } = falteringStore(clock, fates, { timeout: TIMEOUT_MS / 1000 })
    await settle(clock, [makers.cached(cache)()])
    await clock.advanceAsync(TIMEOUT_MS)
    expect(await cache.get('key')).toBe('old')
  })
})

test('a computation without the store is outdated by an invalidation, too: callers after it compute anew', async () => {
  const clock = new FakeClock()
  const { cache } = falteringStore(clock, ['fails'])
  let source = 'old'
  const find = cachedStampede({ cache, onError: () => {} })(async function load() {
    const read = source
    await new Promise<void>((resolve) => clock.schedule(resolve, FUNCTION_MS))
    return read
  })
  const before = find()
  await clock.advanceAsync(1)
  source = 'new'
  await find.invalidate()
  const after = find()
  expect((await settle(clock, [before, after])).map(({ result }) => result)).toEqual(['old', 'new'])
})

test('a hit in memory reads the clock no more often than get does', async () => {
  const clock = new FakeClock()
  const cache = memory({ clock, ttl: '1m' })
  const find = cached({ cache, key: 'key' })(async () => 'value')
  await find()
  const now = vi.spyOn(clock, 'now')
  await cache.get('key')
  const readByGet = now.mock.calls.length
  now.mockClear()
  expect(await find()).toBe('value')
  expect(now).toHaveBeenCalledTimes(readByGet)
})

test('the decorator’s timeout is the one that counts, and the error says so', async () => {
  const clock = new FakeClock()
  const { cache } = falteringStore(clock, [300, 300], { timeout: '10s' })
  const onError = vi.fn()
  const find = cached({ cache, key: 'key', timeout: '500ms', onError })(async () => 'value')
  const [outcome] = await settle(clock, [find()])
  expect(outcome?.tookMs).toBeLessThanOrEqual(500)
  expect(onError.mock.calls[0]?.[0]).toMatchObject({ name: 'CacheTimeoutError', key: 'key', mayHaveExecuted: true })
  expect(onError.mock.calls[0]?.[0].message).toBe(
    'set had no answer within what was left of the 0.5 s that one call of cached may wait for its cache (it was sent, so the store may have been changed)',
  )
})

describe('failures are told once per interval', () => {
  function failing(options: { errorInterval?: '1m' | null } = {}) {
    const clock = new FakeClock()
    const backend = new FailingBackend(new MapBackend(clock), clock)
    const cache = cacheOver(backend, { clock })
    backend.fail('get', new Error('down'))
    const told: [string, string, number][] = []
    const onError = (error: unknown, { key, suppressed }: { key: string; suppressed: number }) => {
      told.push([(error as Error).name, key, suppressed])
    }
    const decorator = cached({ cache, keyBuilder: (id: number) => `key-${id}`, onError, ...options })
    return { clock, backend, told, decorator, find: decorator(async (id: number) => id) }
  }

  test('the first at once, and after the interval the next with the number of those between', async () => {
    const { clock, told, find } = failing()
    for (let id = 1; id <= 50; id++) expect(await find(id)).toBe(id)
    expect(told).toEqual([['BackendError', 'key-1', 0]])
    clock.advance(9999)
    await find(51)
    expect(told).toHaveLength(1)
    clock.advance(1)
    await find(52)
    await find(53)
    expect(told).toEqual([
      ['BackendError', 'key-1', 0],
      ['BackendError', 'key-52', 50],
    ])
    clock.advance(60_000)
    await find(54)
    expect(told.at(-1)).toEqual(['BackendError', 'key-54', 1])
  })

  test('each code for itself', async () => {
    const { backend, told, find } = failing()
    await find(1)
    backend.fail('get', new BackendUnavailableError('the store is out of reach'))
    await find(2)
    await find(3)
    backend.fail('get', new Error('down'))
    await find(4)
    expect(told).toEqual([
      ['BackendError', 'key-1', 0],
      ['BackendUnavailableError', 'key-2', 0],
    ])
  })

  test('each decorator for itself, whatever it decorates', async () => {
    const { told, decorator, find } = failing()
    await find(1)
    await decorator(async (id: number) => id)(2)
    expect(told).toHaveLength(1)
    const other = failing()
    await other.find(1)
    expect(other.told).toHaveLength(1)
  })

  test('the interval is an option, and null tells every failure', async () => {
    const slow = failing({ errorInterval: '1m' })
    await slow.find(1)
    slow.clock.advance(59_999)
    await slow.find(2)
    expect(slow.told).toHaveLength(1)
    slow.clock.advance(1)
    await slow.find(3)
    expect(slow.told).toHaveLength(2)
    const each = failing({ errorInterval: null })
    await each.find(1)
    await each.find(2)
    expect(each.told).toEqual([
      ['BackendError', 'key-1', 0],
      ['BackendError', 'key-2', 0],
    ])
  })

  test('warnings, too, which say how many there were', async () => {
    const clock = new FakeClock()
    const cache = memory({ clock })
    await cache.close()
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    try {
      const find = multiCached(0, { cache })(async (ids: string[]) => Object.fromEntries(ids.map((id) => [id, id])))
      for (const id of ['a', 'b', 'c']) await find([id])
      clock.advance(10_000)
      await find(['d'])
      expect(warn.mock.calls.map(([message]) => message)).toEqual([
        'multiCached went on without the cache for "a" (CacheClosedError: multiGet was called on a closed cache: make a new one)',
        'multiCached went on without the cache for "d" (CacheClosedError: multiGet was called on a closed cache: make a new one); 2 more such failures since the last warning',
      ])
    } finally {
      warn.mockRestore()
    }
  })

  test('a clock that is another one, as of an alias that was replaced, begins anew', async () => {
    const told: number[] = []
    const clocks = [new FakeClock(1e9), new FakeClock(5)]
    let current: BaseCache = memory()
    const find = cached({
      cache: new Proxy({} as BaseCache, { get: (_none, name) => Reflect.get(current, name) }),
      key: 'key',
      onError: (_error, { suppressed }) => void told.push(suppressed),
    })(async () => 'value')
    for (const clock of clocks) {
      current = memory({ clock })
      await current.close()
      await find()
      await find()
    }
    expect(told).toEqual([0, 1])
  })

  test('an interval that is no duration is refused when decorating', () => {
    for (const errorInterval of [0, -1, 'soon', Number.NaN]) {
      const options = { errorInterval } as never
      expect(() => cached(options)).toThrow('errorInterval must be a positive number of seconds')
      expect(() => cachedStampede(options)).toThrow('errorInterval must be')
      expect(() => multiCached(0, options)).toThrow('errorInterval must be')
    }
  })
})

describe('with a Redis that stops answering', () => {
  const PAUSE_AT = {
    'before the call': { hook: 'preGet', nth: 1 },
    'before the lock': { hook: 'postGet', nth: 1 },
    'before looking again': { hook: 'preGet', nth: 2 },
    'before the write': { hook: 'preSet', nth: 1 },
    'before the release': { hook: 'postSet', nth: 1 },
  }
  /** Long enough that a busy machine does not take half as long again by itself. */
  const timeoutMs = 600

  async function callOn(server: RedisServer, hook: string | undefined, nth: number, load: () => Promise<string>) {
    let seen = 0
    const pauseAt = () => {
      if (++seen === nth) server.pause()
    }
    const plugins = hook === undefined ? [] : [{ [hook]: pauseAt }]
    const cache = closing(new RedisCache({ port: server.port, plugins, timeout: timeoutMs / 1000 }))
    const onError = vi.fn()
    const find = cachedStampede({ cache, key: freshKey(), lease: '1m', onError })(load)
    // Connected, so that it is the answer that stays away.
    await cache.raw('ping')
    const startMs = performance.now()
    const result = await find()
    const tookMs = performance.now() - startMs
    server.resume()
    return { result, tookMs, onError, find }
  }

  test('whenever it does, the result comes within one timeout, and one failure is told', async () => {
    await using server = await startRedisServer()
    for (const [when, { hook, nth }] of Object.entries(PAUSE_AT)) {
      const { result, tookMs, onError } = await callOn(server, hook, nth, async () => 'value')
      expect({ when, result, told: onError.mock.calls.length }).toEqual({ when, result: 'value', told: 1 })
      // Two commands that wait for their own deadlines would take twice as long.
      expect(tookMs / timeoutMs).toBeLessThan(1.6)
    }
  })

  test('during the function, its result comes within one timeout, and later calls compute and store again', async () => {
    await using server = await startRedisServer()
    let calls = 0
    const { result, tookMs, onError, find } = await callOn(server, undefined, 0, async () => {
      if (++calls === 1) server.pause()
      return `value ${calls}`
    })
    expect(result).toBe('value 1')
    expect(onError).toHaveBeenCalledOnce()
    expect(tookMs / timeoutMs).toBeLessThan(1.6)
    // The lock is given back behind the caller, as soon as the store answers.
    await until(() => calls === 2 || (void find(), false))
    expect(await find()).toBe('value 2')
    expect(calls).toBe(2)
  })
})
