import {
  type CachedFunction,
  cachedStampede,
  InvalidArgumentError,
  InvalidDurationError,
  RedLock,
} from '@pycached/core'
import { RedisCache } from '@pycached/redis'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { redisArgument, runProcesses } from '../support/processes.js'
import { closing, deferred, freshKey, memory, redis, sleep, until } from '../support/stores.js'

afterEach(() => vi.useRealTimers())

describe.each([
  { store: 'memory', make: () => memory() },
  { store: 'Redis', make: () => redis(`stampede:${freshKey()}`) },
])('over $store', ({ make }) => {
  test('many callers of one cold key compute it once, and the lock is given back', async () => {
    const cache = make()
    let calls = 0
    const find = cachedStampede({ cache, lease: '20s' })(async function load(id: number) {
      calls++
      await sleep(10)
      return { id }
    })
    const results = await Promise.all(Array.from({ length: 50 }, () => find(1)))
    expect(results).toEqual(Array(50).fill({ id: 1 }))
    expect(calls).toBe(1)
    expect(await find(1)).toEqual({ id: 1 })
    expect(await find(2)).toEqual({ id: 2 })
    expect(calls).toBe(2)
    expect(await cache.exists('load(1)-lock')).toBe(false)
  })

  test('functions that share cache and key wait for each other, and the second finds the result', async () => {
    const cache = make()
    const calls: string[] = []
    const make2 = (name: string) =>
      cachedStampede({ cache, lease: '20s', key: 'shared' })(async () => {
        calls.push(name)
        await sleep(20)
        return name
      })
    const [one, other] = [make2('one'), make2('other')]
    expect(await Promise.all([one(), other()])).toEqual(['one', 'one'])
    expect(calls).toEqual(['one'])
  })

  test('what the function throws reaches everyone who waited, and the next call computes', async () => {
    const cache = make()
    let calls = 0
    const find = cachedStampede({ cache, lease: '20s' })(async function load() {
      await sleep(5)
      if (++calls === 1) throw new Error('boom')
      return calls
    })
    const outcomes = await Promise.allSettled([find(), find(), find()])
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(calls).toBe(1)
    expect(await find()).toBe(2)
    expect(await cache.exists('load()-lock')).toBe(false)
  })

  test('after waiting the lease in vain it computes all the same', async () => {
    const cache = make()
    await using holder = await new RedLock(cache, 'load()', { lease: '20s' }).acquire()
    const find = cachedStampede({ cache, lease: '30ms' })(async function load() {
      return 'value'
    })
    expect(await find()).toBe('value')
    expect(await cache.get('load()')).toBe('value')
    expect(await holder.release()).toBe(true)
  })

  test('a computation that hangs holds its key for its lease only: whoever waited then shares a new one', async () => {
    const cache = make()
    let started = 0
    const find = cachedStampede({ cache, lease: '50ms' })(async function load() {
      if (++started === 1) await new Promise(() => {})
      await sleep(5)
      return started
    })
    void find()
    await until(() => started === 1)
    expect(await Promise.all([find(), find(), find()])).toEqual([2, 2, 2])
    expect(await cache.get('load()')).toBe(2)
    expect(await find()).toBe(2)
  })

  test('an invalidation wins over the computation that is running, and callers after it compute anew', async () => {
    const cache = make()
    const gate = deferred()
    let source = 'old'
    let started = 0
    const find = cachedStampede({ cache, lease: '20s' })(async function load() {
      const read = source
      started++
      if (read === 'old') await gate.promise
      return read
    })
    const before = [find(), find()]
    await until(() => started === 1)
    source = 'new'
    await find.invalidate()
    expect(await find()).toBe('new')
    gate.resolve()
    expect(await Promise.all(before)).toEqual(['old', 'old'])
    expect(await cache.get('load()')).toBe('new')
    expect(await find()).toBe('new')
  })

  test('refresh waits for its turn, then computes and stores', async () => {
    const cache = make()
    let calls = 0
    let running = 0
    const find = cachedStampede({ cache, lease: '20s' })(async function load() {
      expect(++running).toBe(1)
      const call = ++calls
      await sleep(10)
      running--
      return call
    })
    expect(await Promise.all([find.refresh(), find.refresh()])).toEqual([1, 2])
    expect(await find()).toBe(2)
    expect(await find.with({ cacheRead: false })()).toBe(3)
    expect(await find.with({ cacheWrite: false })()).toBe(3)
  })

  test('null is a result, undefined is computed each time', async () => {
    const cache = make()
    let calls = 0
    const find = cachedStampede({ cache })(async function load(id: number) {
      calls++
      return id === 1 ? null : undefined
    })
    for (const id of [1, 1, 2, 2]) await find(id)
    expect(calls).toBe(3)
  })

  test('a disabled cache computes every call afresh', async () => {
    const cache = make()
    cache.enabled = false
    let calls = 0
    const find = cachedStampede({ cache })(async function load() {
      await sleep(1)
      return ++calls
    })
    expect(await Promise.all([find(), find(), find()])).toEqual([1, 2, 3])
  })
})

test('an invalidation from another process wins over the computation that is running here', async () => {
  const area = `stampede:${freshKey()}`
  const [here, there] = [redis(area), redis(area)]
  const gate = deferred()
  let source = 'old'
  let started = 0
  const make = (cache: RedisCache) =>
    cachedStampede({ cache, lease: '20s' })(async function load() {
      const read = source
      started++
      if (read === 'old') await gate.promise
      return read
    })
  const [find, findThere] = [make(here), make(there)]
  const slow = find()
  await until(() => started === 1)
  expect(await there.exists('load()-lock')).toBe(true)
  source = 'new'
  await findThere.invalidate()
  gate.resolve()
  expect(await slow).toBe('old')
  expect(await there.exists('load()')).toBe(false)
  expect(await findThere()).toBe('new')
  expect(await find()).toBe('new')
})

test('a computation that outlasts its lease is stored all the same', async () => {
  const cache = redis(`stampede:${freshKey()}`)
  const find = cachedStampede({ cache, lease: '10ms' })(async function load() {
    await sleep(40)
    return 'slow'
  })
  expect(await find()).toBe('slow')
  expect(await cache.get('load()')).toBe('slow')
})

test('several processes that miss one key at once compute it once', async () => {
  const area = `stampede:${freshKey()}`
  const processes = Array.from({ length: 3 }, () => [redisArgument(area), '20'])
  const outputs = (await runProcesses('stampede', processes)).map((text) => JSON.parse(text))
  expect(outputs.map(({ results }) => results)).toEqual([['value'], ['value'], ['value']])
  expect(outputs.reduce((sum, { calls }) => sum + calls, 0)).toBe(1)
}, 40_000)

test('when the cache fails each call is told once, and the function runs once for those that share it', async () => {
  const cache = closing(new RedisCache({ port: 1 }))
  const onError = vi.fn()
  let calls = 0
  const find = cachedStampede({ cache, onError, errorInterval: null })(async function load() {
    return ++calls
  })
  const failure = [expect.objectContaining({ code: 'PYCACHED_BACKEND' }), { key: 'load()', suppressed: 0 }]
  expect(await Promise.all([find(), find()])).toEqual([1, 1])
  expect(onError.mock.calls).toEqual([failure, failure])
})

test('a lock that fails is told, and the function runs', async () => {
  const cache = memory()
  const onError = vi.fn()
  const find = cachedStampede({ cache, onError })(async function load() {
    return 'value'
  })
  const add = vi.spyOn(cache.backend, 'add').mockImplementation(() => {
    throw new Error('full')
  })
  expect(await find()).toBe('value')
  add.mockRestore()
  expect(onError.mock.calls).toEqual([
    [expect.objectContaining({ code: 'PYCACHED_BACKEND' }), { key: 'load()', suppressed: 0 }],
  ])
})

test('it decorates methods', async () => {
  class Users {
    calls = 0
    @cachedStampede({ lease: '20s' }) async find(id: number): Promise<number> {
      await sleep(1)
      this.calls++
      return id
    }
  }
  const users = new Users()
  expect(await Promise.all([users.find(1), users.find(1), users.find(2)])).toEqual([1, 1, 2])
  expect(users.calls).toBe(2)
  expect((users.find as CachedFunction<Users['find']>).keyFor(1)).toMatch(/Users#find\(1\)$/)
})

test('the lease is checked when decorating', () => {
  expect(() => cachedStampede({ lease: 0 })).toThrow(InvalidDurationError)
  expect(() => cachedStampede({ leese: 1 } as never)).toThrow('did you mean lease?')
  expect(() => cachedStampede(null as never)).toThrow(InvalidArgumentError)
})
