import { CacheClosedError, InvalidArgumentError, InvalidDurationError, RedLock } from '@pycached/core'
import { cacheOver, MapBackend } from '@pycached/testing'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { redisArgument, runProcesses } from '../support/processes.js'
import { closing, deferred, freshKey, memory, redis, sleep } from '../support/stores.js'

afterEach(() => vi.useRealTimers())

const stores = [
  { store: 'memory', make: memory },
  { store: 'Redis', make: () => redis('red-lock') },
  { store: 'a store without locks of its own', make: () => closing(cacheOver(new MapBackend())) },
]

describe.each(stores)('over $store', ({ make }) => {
  test('one runs at a time, in the order in which they came', async () => {
    const cache = make()
    const key = freshKey()
    const order: number[] = []
    let running = 0
    let most = 0
    const turns = Array.from({ length: 8 }, (_, turn) =>
      new RedLock(cache, key, { lease: '20s' }).run(async () => {
        order.push(turn)
        most = Math.max(most, ++running)
        await sleep(2)
        running--
        return turn
      }),
    )
    expect(await Promise.all(turns)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(most).toBe(1)
  })

  test('the lock is a token under the built key and -lock, gone after the run', async () => {
    const cache = make()
    const key = freshKey()
    const lockKey = `${cache.buildKey(key)}-lock`
    const tokens: unknown[] = []
    for (let i = 0; i < 2; i++)
      await new RedLock(cache, key).run(async () => tokens.push(await cache.backend.get(lockKey, 'utf-8')))
    expect(tokens[0]).toMatch(/^[0-9a-f-]{36}$/)
    expect(tokens[1]).not.toBe(tokens[0])
    expect(await cache.backend.get(lockKey, 'utf-8')).toBeUndefined()
  })

  test('a namespace of its own is part of the lock’s key', async () => {
    const cache = make()
    const key = freshKey()
    const namespace = `${cache.namespace ?? 'main'}:other`
    await using lock = await new RedLock(cache, key, { namespace }).acquire()
    expect(lock.held).toBe(true)
    expect(await cache.exists(`${key}-lock`, { namespace })).toBe(true)
    expect(await cache.exists(`${key}-lock`)).toBe(false)
  })

  test('run gives the lock back when the function throws, and rejects with what it threw', async () => {
    const cache = make()
    const lock = new RedLock(cache, freshKey(), { lease: '20s' })
    const boom = new Error('boom')
    await expect(
      lock.run(() => {
        throw boom
      }),
    ).rejects.toBe(boom)
    await expect(lock.run(async () => Promise.reject(boom))).rejects.toBe(boom)
    expect(await lock.run(() => lock.held)).toBe(true)
    expect(lock.held).toBe(false)
  })

  test('who waited the lease in vain goes on without the lock, and releases nobody else’s', async () => {
    const cache = make()
    const key = freshKey()
    await using holder = await new RedLock(cache, key, { lease: '20s' }).acquire()
    const impatient = await new RedLock(cache, key, { lease: '30ms' }).acquire()
    expect(impatient.held).toBe(false)
    expect(await impatient.release()).toBe(false)
    expect(holder.held).toBe(true)
    expect(await new RedLock(cache, key, { lease: '30ms' }).run(async () => 'ran')).toBe('ran')
    expect(await holder.release()).toBe(true)
  })

  test('a release after the lease ended says false and leaves the next holder’s lock alone', async () => {
    const cache = make()
    const key = freshKey()
    const slow = await new RedLock(cache, key, { lease: '20ms' }).acquire()
    await using next = await new RedLock(cache, key, { lease: '20s' }).acquire()
    expect(next.held).toBe(true)
    expect(await slow.release()).toBe(false)
    expect(await cache.exists(`${key}-lock`)).toBe(true)
    expect(await next.release()).toBe(true)
  })

  test('an object can be used again, one acquire at a time', async () => {
    const cache = make()
    const lock = new RedLock(cache, freshKey())
    expect(await lock.release()).toBe(false)
    for (let round = 0; round < 3; round++) {
      expect(await lock.acquire()).toBe(lock)
      expect(lock.held).toBe(true)
      await expect(lock.acquire()).rejects.toThrow(InvalidArgumentError)
      expect(await lock.release()).toBe(true)
      expect(lock.held).toBe(false)
      expect(await lock.release()).toBe(false)
    }
    const first = lock.acquire()
    await expect(lock.acquire()).rejects.toThrow('is acquired already')
    await first
    expect(await lock.release()).toBe(true)
  })

  test('several runs of one object take turns', async () => {
    const cache = make()
    const lock = new RedLock(cache, freshKey(), { lease: '20s' })
    const seen: string[] = []
    await Promise.all(
      ['a', 'b', 'c'].map((name) =>
        lock.run(async () => {
          seen.push(`${name} in`)
          await sleep(1)
          seen.push(`${name} out`)
        }),
      ),
    )
    expect(seen).toEqual(['a in', 'a out', 'b in', 'b out', 'c in', 'c out'])
  })

  test('await using releases at the end of the block', async () => {
    const cache = make()
    const key = freshKey()
    {
      await using lock = await new RedLock(cache, key).acquire()
      expect(lock.held).toBe(true)
      expect(await cache.exists(`${key}-lock`)).toBe(true)
    }
    expect(await cache.exists(`${key}-lock`)).toBe(false)
  })

  test('a signal ends the waiting, and whoever waited behind still gets its turn', async () => {
    const cache = make()
    const key = freshKey()
    const holder = await new RedLock(cache, key, { lease: '20s' }).acquire()
    const controller = new AbortController()
    const aborted = [1, 2].map(() => new RedLock(cache, key, { lease: '20s', signal: controller.signal }).acquire())
    const patient = new RedLock(cache, key, { lease: '20s' }).acquire()
    const reasons = Promise.allSettled(aborted)
    controller.abort(new Error('enough'))
    for (const outcome of await reasons) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { message: 'enough' } })
    }
    await holder.release()
    expect((await patient).held).toBe(true)
    expect(await (await patient).release()).toBe(true)
    await expect(new RedLock(cache, key, { signal: controller.signal }).acquire()).rejects.toThrow('enough')
    expect(await cache.exists(`${key}-lock`)).toBe(false)
  })

  test('a lock that was asked for and then aborted is not left behind', async () => {
    const cache = make()
    const key = freshKey()
    const controller = new AbortController()
    const asked = new RedLock(cache, key, { lease: '20s', signal: controller.signal }).acquire()
    controller.abort(new Error('enough'))
    await expect(asked).rejects.toThrow('enough')
    await using next = await new RedLock(cache, key, { lease: '20s' }).acquire()
    expect(next.held).toBe(true)
  })

  test('what was never held is not released in the store', async () => {
    const cache = make()
    const key = freshKey()
    await using _holder = await new RedLock(cache, key, { lease: '20s' }).acquire()
    const impatient = await new RedLock(cache, key, { lease: '10ms' }).acquire()
    const compareAndDelete = vi.spyOn(cache.backend, 'compareAndDelete')
    expect(await impatient.release()).toBe(false)
    expect(compareAndDelete).not.toHaveBeenCalled()
    compareAndDelete.mockRestore()
  })

  test('locks on different keys do not wait for each other', async () => {
    const cache = make()
    await using _one = await new RedLock(cache, freshKey(), { lease: '20s' }).acquire()
    await using other = await new RedLock(cache, freshKey(), { lease: '20s' }).acquire()
    expect(other.held).toBe(true)
  })

  test('a disabled cache locks nothing: everything proceeds and nothing is stored', async () => {
    const cache = make()
    const key = freshKey()
    cache.enabled = false
    const lock = new RedLock(cache, key)
    const [first, second] = await Promise.all([lock.run(() => lock.held), lock.run(() => lock.held)])
    expect([first, second]).toEqual([false, false])
    expect(await (await lock.acquire()).release()).toBe(false)
    cache.enabled = true
    expect(await cache.exists(`${key}-lock`)).toBe(false)
  })

  test('on a closed cache acquire and run reject, waiters included', async () => {
    const cache = make()
    const key = freshKey()
    const holder = await new RedLock(cache, key, { lease: '20s' }).acquire()
    const waiting = [1, 2].map(() => new RedLock(cache, key, { lease: '20s' }).run(() => 'ran'))
    const outcomes = Promise.allSettled(waiting)
    await cache.close()
    await expect(holder.release()).rejects.toThrow(CacheClosedError)
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'PYCACHED_CACHE_CLOSED' } })
    }
  })
})

test('a release wakes the next in line at once, without a timer', async () => {
  vi.useFakeTimers()
  const cache = memory()
  const holder = await new RedLock(cache, 'key', { lease: '10s' }).acquire()
  const waiting = new RedLock(cache, 'key', { lease: '10s' }).acquire()
  await vi.advanceTimersByTimeAsync(1000)
  await holder.release()
  expect((await waiting).held).toBe(true)
  await (await waiting).release()
})

test('a waiter takes the lock of a holder whose lease has ended', async () => {
  vi.useFakeTimers()
  const cache = memory()
  const dead = await new RedLock(cache, 'key', { lease: '1s' }).acquire()
  await vi.advanceTimersByTimeAsync(500)
  const waiting = new RedLock(cache, 'key', { lease: '1s' }).acquire()
  await vi.advanceTimersByTimeAsync(600)
  expect((await waiting).held).toBe(true)
  expect(await dead.release()).toBe(false)
  expect(await (await waiting).release()).toBe(true)
})

test('a waiter is patient for its own lease and no longer', async () => {
  vi.useFakeTimers()
  const cache = memory()
  await new RedLock(cache, 'key', { lease: '1h' }).acquire()
  const done: string[] = []
  const waits = (['3s', '1s', '2s'] as const).map((lease) =>
    new RedLock(cache, 'key', { lease }).acquire().then(({ held }) => done.push(`${lease} ${held}`)),
  )
  await vi.advanceTimersByTimeAsync(1500)
  expect(done).toEqual(['1s false'])
  await vi.advanceTimersByTimeAsync(2000)
  await Promise.all(waits)
  expect(done).toEqual(['1s false', '2s false', '3s false'])
})

test('the lease is two seconds where none is given', async () => {
  vi.useFakeTimers()
  const cache = memory()
  await new RedLock(cache, 'key').acquire()
  await vi.advanceTimersByTimeAsync(1999)
  expect(await cache.exists('key-lock')).toBe(true)
  await vi.advanceTimersByTimeAsync(2)
  expect(await cache.exists('key-lock')).toBe(false)
})

test('a waiter of another cache on the same Redis gets the lock when it is released', async () => {
  const one = redis('red-lock')
  const other = redis('red-lock')
  const key = freshKey()
  const holder = await new RedLock(one, key, { lease: '20s' }).acquire()
  const released = deferred()
  const waiting = new RedLock(other, key, { lease: '20s' }).run(async () => released.promise)
  await sleep(30)
  expect(await other.exists(`${key}-lock`)).toBe(true)
  expect(await holder.release()).toBe(true)
  while (!(await one.exists(`${key}-lock`))) await sleep(5)
  released.resolve()
  await waiting
  expect(await one.exists(`${key}-lock`)).toBe(false)
})

test('a lock that cannot be given back is a warning, and the result is not lost', async () => {
  const warnings: Error[] = []
  const listen = (warning: Error) => warnings.push(warning)
  process.on('warning', listen)
  const cache = memory()
  const result = await new RedLock(cache, 'key').run(async () => {
    await cache.close()
    return 'done'
  })
  await sleep(5)
  process.off('warning', listen)
  expect(result).toBe('done')
  expect(warnings.map(({ name, message }) => [name, message])).toEqual([
    ['PycachedWarning', expect.stringContaining('the lock on "key" could not be released')],
  ])
})

test('what is no cache, no key, no duration or no option is refused when the lock is made', () => {
  const cache = memory()
  expect(() => new RedLock({} as never, 'key')).toThrow(InvalidArgumentError)
  expect(() => new RedLock(cache, '')).toThrow(InvalidArgumentError)
  expect(() => new RedLock(cache, 'key', { signal: new AbortController() as never })).toThrow(/an AbortSignal/)
  expect(() => new RedLock(cache, 'key', { lease: 0 })).toThrow(InvalidDurationError)
  expect(() => new RedLock(cache, 'key', { lease: '2x' as never })).toThrow(InvalidDurationError)
  expect(() => new RedLock(cache, 'key', { timeout: -1 })).toThrow(InvalidDurationError)
  expect(() => new RedLock(cache, 'key', { leese: 2 } as never)).toThrow(
    'did you mean lease? It knows lease, namespace',
  )
})

test('a process that waits for a lock stays alive until it has it, and then ends by itself', async () => {
  expect(await runProcesses('wait-for-lock', [[]])).toEqual(['waited: false'])
}, 40_000)

test('several processes on one Redis run one at a time', async () => {
  const rounds = 15
  const area = `red-lock:${freshKey()}`
  const processes = Array.from({ length: 3 }, () => [redisArgument(area), String(rounds)])
  await runProcesses('count-under-lock', processes)
  expect(await redis(area).get('counter')).toBe(processes.length * rounds)
}, 40_000)
