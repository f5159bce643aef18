import { InvalidDurationError, LockLostError, type LockStore, RedLock, type RedLockOptions } from '@pycached/core'
import { SimpleMemoryCache } from '@pycached/memory'
import { cacheOver, FailingBackend, FakeClock, MapBackend } from '@pycached/testing'
import { describe, expect, test, vi } from 'vitest'
import { closing, freshKey, redis } from '../support/stores.js'

const make = () => {
  const clock = new FakeClock()
  const cache = closing(new SimpleMemoryCache({ clock }))
  const acquire = (options: RedLockOptions = { lease: '3s' }) => new RedLock(cache, 'key', options).acquire()
  return { clock, cache, acquire }
}

/** Over a store that can be told to fail. */
const makeFailing = () => {
  const clock = new FakeClock()
  const backend = new FailingBackend(new MapBackend(clock), clock)
  const cache = closing(cacheOver(backend, { clock, timeout: '1h' }))
  return { clock, backend, lock: new RedLock(cache, 'key', { lease: '3s' }) }
}

const isLost = (signal: AbortSignal): boolean => {
  if (!signal.aborted) return false
  expect(signal.reason).toBeInstanceOf(LockLostError)
  expect(signal.reason).toMatchObject({ code: 'PYCACHED_LOCK_LOST', key: 'key' })
  return true
}

describe('held', () => {
  test('ends with the lease, by the clock alone and without a timer', async () => {
    const { clock, acquire } = make()
    const before = clock.pending
    const lock = await acquire()
    // The store's own, which gives the memory back.
    expect(clock.pending - before).toBeLessThanOrEqual(2)
    expect(clock.referenced).toBe(0)
    clock.advance(2999)
    expect(lock.held).toBe(true)
    clock.advance(1)
    expect(lock.held).toBe(false)
    expect(await lock.release()).toBe(false)
  })

  test('counts from before the store was asked: the answer may have been long on its way', async () => {
    const { clock, backend, lock } = makeFailing()
    backend.muffle('add')
    const acquired = lock.acquire()
    await clock.advanceAsync(2000)
    backend.restore()
    await acquired
    clock.advance(999)
    expect(lock.held).toBe(true)
    clock.advance(1)
    expect(lock.held).toBe(false)
  })
})

describe('the signal', () => {
  test('aborts when the lease ends, and tells why', async () => {
    const { clock, acquire } = make()
    const lock = await acquire()
    const { signal } = lock
    expect(lock.signal).toBe(signal)
    await clock.advanceAsync(2999)
    expect(signal.aborted).toBe(false)
    await clock.advanceAsync(1)
    expect(isLost(signal)).toBe(true)
    expect(signal.reason).toMatchObject({ message: "the lock on 'key' is not the holder's: its lease has ended" })
    expect([lock.held, await lock.extend()]).toEqual([false, false])
  })

  test('that is asked for when the lease has ended has aborted', async () => {
    const { clock, acquire } = make()
    const lock = await acquire()
    clock.advance(3000)
    const { signal } = lock
    await clock.advanceAsync(1)
    expect(isLost(signal)).toBe(true)
  })

  test('aborts within a third of the lease when the lock was broken, and looks once in each', async () => {
    const { clock, cache, acquire } = make()
    const lock = await acquire()
    const { signal } = lock
    const get = vi.spyOn(cache.backend, 'get')
    await clock.advanceAsync(2000)
    expect(get).toHaveBeenCalledTimes(2)
    expect([signal.aborted, lock.held]).toEqual([false, true])
    await lock.extend()
    await clock.advanceAsync(500)
    await cache.delete('key-lock')
    await clock.advanceAsync(499)
    expect(signal.aborted).toBe(false)
    await clock.advanceAsync(1)
    expect(isLost(signal)).toBe(true)
    expect(lock.held).toBe(false)
    expect(get).toHaveBeenCalledTimes(3)
    await clock.advanceAsync(10_000)
    expect(get).toHaveBeenCalledTimes(3)
  })

  test('aborts when somebody else has the lock', async () => {
    const { clock, cache, acquire } = make()
    const lock = await acquire()
    const { signal } = lock
    await cache.delete('key-lock')
    const other = await acquire()
    await clock.advanceAsync(1000)
    expect([isLost(signal), other.held, other.signal.aborted]).toEqual([true, true, false])
    expect(await lock.release()).toBe(false)
    expect(await other.release()).toBe(true)
  })

  test('aborts when extending finds that the lock is lost', async () => {
    const { cache, acquire } = make()
    const lock = await acquire()
    const { signal } = lock
    await cache.clear()
    expect(await lock.extend()).toBe(false)
    expect([isLost(signal), lock.held]).toEqual([true, false])
  })

  test('does not abort once the lock was given back', async () => {
    const { clock, acquire } = make()
    const lock = await acquire()
    const { signal } = lock
    expect(await lock.release()).toBe(true)
    await clock.advanceAsync(10_000)
    expect(signal.aborted).toBe(false)
    const fresh = await acquire()
    await fresh.release()
    expect(isLost(fresh.signal)).toBe(true)
  })

  test('has aborted where the lock was waited for in vain, and before the first acquire', async () => {
    const { clock, cache, acquire } = make()
    await acquire({ lease: '1h' })
    const lock = new RedLock(cache, 'key', { lease: '1s' })
    expect(isLost(lock.signal)).toBe(true)
    expect(await lock.extend()).toBe(false)
    const waiting = lock.acquire()
    await clock.advanceAsync(1000)
    await waiting
    expect([lock.held, isLost(lock.signal), await lock.extend(), lock.fencingToken]).toEqual([
      false,
      true,
      false,
      undefined,
    ])
  })

  test('never aborts on a disabled cache', async () => {
    const { clock, cache, acquire } = make()
    const taken = await acquire()
    const { signal } = taken
    cache.enabled = false
    await clock.advanceAsync(2000)
    expect(signal.aborted).toBe(false)
    const free = await new RedLock(cache, 'other', { lease: '1s' }).acquire()
    await clock.advanceAsync(5000)
    expect([free.held, free.signal.aborted, await free.extend()]).toEqual([false, false, false])
  })

  test('does not abort because a look failed: its lease may still end it', async () => {
    const { clock, backend, lock } = makeFailing()
    const { signal } = await lock.acquire()
    backend.fail('get', new Error('connection lost'))
    await clock.advanceAsync(2999)
    expect([signal.aborted, lock.held]).toEqual([false, true])
    await clock.advanceAsync(1)
    expect(isLost(signal)).toBe(true)
  })

  test('has one look under way at most', async () => {
    const { clock, backend, lock } = makeFailing()
    const { signal } = await lock.acquire()
    backend.hang('get')
    await clock.advanceAsync(2500)
    expect(backend.calls.filter(([name]) => name === 'get')).toHaveLength(1)
    await clock.advanceAsync(500)
    expect(isLost(signal)).toBe(true)
    backend.restore()
  })

  test('keeps no process alive, and one timer looks after all of a cache', async () => {
    const { clock, cache } = make()
    const idle = clock.pending
    const locks = await Promise.all(
      Array.from({ length: 10 }, (_, index) => new RedLock(cache, `key-${index}`, { lease: '3s' }).acquire()),
    )
    const held = clock.pending
    for (const { signal } of locks) expect(signal.aborted).toBe(false)
    expect(clock.pending).toBe(held + 1)
    expect(clock.referenced).toBe(0)
    for (const lock of locks) await lock.release()
    await clock.advanceAsync(10_000)
    expect(clock.pending).toBe(idle)
  })
})

describe('extend', () => {
  test('gives the lock its lease again, from now on', async () => {
    const { clock, cache, acquire } = make()
    const lock = await acquire()
    const { signal } = lock
    for (let round = 0; round < 5; round++) {
      await clock.advanceAsync(2900)
      expect(await lock.extend()).toBe(true)
    }
    await clock.advanceAsync(2999)
    expect([signal.aborted, lock.held, await cache.exists('key-lock')]).toEqual([false, true, true])
    await clock.advanceAsync(1)
    expect([isLost(signal), lock.held, await cache.exists('key-lock')]).toEqual([true, false, false])
  })

  test('takes another lease, longer or shorter', async () => {
    const { clock, acquire } = make()
    const lock = await acquire()
    expect(await lock.extend('10s')).toBe(true)
    await clock.advanceAsync(5000)
    expect(lock.held).toBe(true)
    const { signal } = lock
    expect(await lock.extend(0.5)).toBe(true)
    await clock.advanceAsync(499)
    expect([signal.aborted, lock.held]).toEqual([false, true])
    await clock.advanceAsync(1)
    expect([isLost(signal), lock.held]).toEqual([true, false])
  })

  test('does not ask the store once the lease has ended', async () => {
    const { clock, cache, acquire } = make()
    const lock = await acquire()
    clock.advance(3000)
    const compareAndSet = vi.spyOn(cache.backend, 'compareAndSet')
    expect(await lock.extend()).toBe(false)
    expect(compareAndSet).not.toHaveBeenCalled()
  })

  test('that is answered after the lease has ended comes too late, and release gives back what it made', async () => {
    const { clock, backend, lock } = makeFailing()
    await lock.acquire()
    backend.muffle('compareAndSet')
    const extended = lock.extend('10s')
    await clock.advanceAsync(3000)
    backend.restore()
    expect(await extended).toBe(false)
    expect([lock.held, isLost(lock.signal)]).toEqual([false, true])
    expect(await lock.release()).toBe(true)
    expect(backend.exists('key-lock')).toBe(false)
  })

  test('that failed leaves no longer a lease than either', async () => {
    const { clock, backend, lock } = makeFailing()
    await lock.acquire()
    const { signal } = lock
    backend.fail('compareAndSet', new Error('connection lost'))
    await expect(lock.extend('10s')).rejects.toThrow('connection lost')
    await clock.advanceAsync(1000)
    expect(lock.held).toBe(true)
    await expect(lock.extend('1s')).rejects.toThrow('connection lost')
    await clock.advanceAsync(999)
    expect([signal.aborted, lock.held]).toEqual([false, true])
    await clock.advanceAsync(1)
    expect([isLost(signal), lock.held]).toEqual([true, false])
  })

  test('the answer of an earlier one does not outlast a later and shorter one', async () => {
    const { clock, backend, lock } = makeFailing()
    await lock.acquire()
    backend.muffle('compareAndSet')
    const long = lock.extend('1h')
    backend.fail('compareAndSet', new Error('connection lost'))
    await expect(lock.extend('1s')).rejects.toThrow('connection lost')
    backend.restore()
    expect(await long).toBe(true)
    clock.advance(1000)
    expect(lock.held).toBe(false)
  })

  test('after the release is false, and asks nothing', async () => {
    const { cache, acquire } = make()
    const lock = await acquire()
    await lock.release()
    await acquire()
    expect(await lock.extend()).toBe(false)
    expect(await cache.exists('key-lock')).toBe(true)
  })

  test('refuses what is no duration', async () => {
    const { acquire } = make()
    const lock = await acquire()
    await expect(lock.extend(0)).rejects.toThrow(InvalidDurationError)
    await expect(lock.extend('2x' as never)).rejects.toThrow(InvalidDurationError)
    expect(lock.held).toBe(true)
  })

  test('on Redis gives the lease in one step, unless the lock is somebody else’s', async () => {
    const cache = redis('hold')
    const key = freshKey()
    const lock = await new RedLock(cache, key, { lease: '5s' }).acquire()
    expect(await lock.extend('1h')).toBe(true)
    expect(await cache.raw('pttl', cache.buildKey(`${key}-lock`))).toBeGreaterThan(3_000_000)
    await cache.delete(`${key}-lock`)
    await using other = await new RedLock(cache, key, { lease: '5s' }).acquire()
    expect(await lock.extend()).toBe(false)
    expect([lock.held, lock.signal.aborted, other.held]).toEqual([false, true, true])
  })
})

describe('fencing tokens', () => {
  test.each([
    { store: 'memory', of: () => closing(new SimpleMemoryCache()) },
    { store: 'Redis', of: () => redis('hold') },
  ])('grow from holder to holder over $store, and stay readable after the release', async ({ of }) => {
    const cache = of()
    const key = freshKey()
    const tokens: number[] = []
    for (let round = 0; round < 5; round++) {
      const lock = await new RedLock(cache, key, { lease: '20s' }).acquire()
      const { fencingToken = Number.NaN } = lock
      expect(Number.isSafeInteger(fencingToken)).toBe(true)
      tokens.push(fencingToken)
      if (round % 2 === 0) await lock.release()
      else await cache.clear()
      expect(lock.fencingToken).toBe(fencingToken)
    }
    expect(tokens.toSorted((a, b) => a - b)).toEqual(tokens)
    expect(new Set(tokens).size).toBe(5)
  })

  test('are not to be had from a store without locks of its own', async () => {
    const { lock } = makeFailing()
    await lock.acquire()
    expect([lock.held, lock.fencingToken]).toEqual([true, undefined])
    await lock.release()
  })
})

describe('what run tells its function', () => {
  test('is about its own hold, also where runs of one object take turns', async () => {
    const { clock, cache } = make()
    const lock = new RedLock(cache, 'key', { lease: '10s' })
    const tokens: (number | undefined)[] = []
    const signals: AbortSignal[] = []
    await Promise.all(
      [1, 2, 3].map(() =>
        lock.run(async (hold) => {
          tokens.push(hold.fencingToken)
          signals.push(hold.signal)
          await clock.advanceAsync(2000)
          expect([hold.held, hold.signal.aborted, await hold.extend()]).toEqual([true, false, true])
        }),
      ),
    )
    expect(new Set(tokens).size).toBe(3)
    await clock.advanceAsync(20_000)
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false, false])
  })

  test('says when there is no lock', async () => {
    const { clock, cache, acquire } = make()
    await acquire({ lease: '1h' })
    const told = new RedLock(cache, 'key', { lease: '1s' }).run(({ held, signal, fencingToken }) => [
      held,
      signal.aborted,
      fencingToken,
    ])
    await clock.advanceAsync(1000)
    expect(await told).toEqual([false, true, undefined])
  })
})

describe('who waits', () => {
  test('asks when it comes and once it watches, and then no more until the lease ends', async () => {
    const { clock, cache, acquire } = make()
    await acquire({ lease: '1h' })
    const take = vi.spyOn(cache.backend.locks as LockStore, 'take')
    const waiting = acquire({ lease: '2h' })
    await clock.advanceAsync(3_599_000)
    expect(take).toHaveBeenCalledTimes(2)
    await clock.advanceAsync(1000)
    expect([(await waiting).held, take.mock.calls.length]).toEqual([true, 3])
  })

  test('asks once a second where the store does not say how long the lock is held', async () => {
    const { clock, cache, acquire } = make()
    await cache.set('key-lock', 'somebody')
    const take = vi.spyOn(cache.backend.locks as LockStore, 'take')
    const waiting = acquire({ lease: '1h' })
    await clock.advanceAsync(10_500)
    expect(take).toHaveBeenCalledTimes(12)
    await cache.delete('key-lock')
    await clock.advanceAsync(500)
    expect((await waiting).held).toBe(true)
  })

  test('has one watch on the lock for all of a queue, and none once the queue is empty', async () => {
    const { clock, cache, acquire } = make()
    const holder = await acquire({ lease: '1h' })
    const locks = cache.backend.locks as LockStore
    const stops: number[] = []
    const watch = locks.watch.bind(locks)
    const watching = vi.spyOn(locks, 'watch').mockImplementation((lockKey, call) => {
      const stop = watch(lockKey, call)
      return () => {
        stops.push(1)
        stop()
      }
    })
    const turns = [1, 2, 3].map(async () => (await acquire({ lease: '1h' })).release())
    await clock.advanceAsync(10)
    await holder.release()
    expect(await Promise.all(turns)).toEqual([true, true, true])
    expect([watching.mock.calls.length, stops.length]).toEqual([1, 1])
  })
})
