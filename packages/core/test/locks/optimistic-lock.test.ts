import {
  InvalidArgumentError,
  InvalidDurationError,
  OptimisticLock,
  OptimisticLockError,
  SerializationError,
} from '@pycached/core'
import { describe, expect, test } from 'vitest'
import { freshKey, memory, redis, sleep } from '../support/stores.js'

const stores = [
  { store: 'memory', make: memory },
  { store: 'Redis', make: () => redis('optimistic-lock') },
]

describe.each(stores)('over $store', ({ make }) => {
  test('cas replaces a value that nobody changed', async () => {
    const cache = make()
    const key = freshKey()
    await cache.set(key, 'old')
    const lock = await new OptimisticLock(cache, key).acquire()
    expect(await lock.cas('new')).toBe(true)
    expect(await cache.get(key)).toBe('new')
  })

  test('cas rejects when somebody wrote in between, and writes nothing', async () => {
    const cache = make()
    const key = freshKey()
    await cache.set(key, 'old')
    const lock = await new OptimisticLock(cache, key).acquire()
    await cache.set(key, 'theirs')
    await expect(lock.cas('ours')).rejects.toThrow(OptimisticLockError)
    await expect(lock.cas('ours')).rejects.toMatchObject({ code: 'PYCACHED_OPTIMISTIC_LOCK', key })
    expect(await cache.get(key)).toBe('theirs')
  })

  test('cas rejects when the key was deleted in between', async () => {
    const cache = make()
    const key = freshKey()
    await cache.set(key, 'old')
    const lock = await new OptimisticLock(cache, key).acquire()
    await cache.delete(key)
    await expect(lock.cas('ours')).rejects.toThrow(OptimisticLockError)
    expect(await cache.exists(key)).toBe(false)
  })

  test('on a missing key cas succeeds only if the key is still missing', async () => {
    const cache = make()
    const key = freshKey()
    const first = await new OptimisticLock(cache, key).acquire()
    const second = await new OptimisticLock(cache, key).acquire()
    expect(await first.cas('first')).toBe(true)
    await expect(second.cas('second')).rejects.toThrow(OptimisticLockError)
    expect(await cache.get(key)).toBe('first')
  })

  test('a lock can be acquired again after a success and after a conflict', async () => {
    const cache = make()
    const key = freshKey()
    const lock = new OptimisticLock(cache, key)
    expect(await lock.acquire()).toBe(lock)
    await lock.cas(1)
    await expect(lock.cas(2)).rejects.toThrow(OptimisticLockError)
    await lock.acquire()
    expect(await lock.cas(2)).toBe(true)
    expect(await cache.get(key)).toBe(2)
  })

  test('of many at once that read the same, exactly one wins', async () => {
    const cache = make()
    const key = freshKey()
    await cache.set(key, 'start')
    const locks = await Promise.all(Array.from({ length: 10 }, () => new OptimisticLock(cache, key).acquire()))
    const outcomes = await Promise.allSettled(locks.map((lock, n) => lock.cas(`value ${n}`)))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  test('cas takes a time to live, else the cache’s own', async () => {
    const cache = make()
    const key = freshKey()
    const lock = await new OptimisticLock(cache, key).acquire()
    await lock.cas('short', { ttl: '20ms' })
    await sleep(40)
    expect(await cache.exists(key)).toBe(false)
    await expect(lock.cas('x', { ttl: 0 })).rejects.toThrow(InvalidDurationError)
  })

  test('cas takes a dumpsFn of its own', async () => {
    const cache = make()
    const key = freshKey()
    const lock = await new OptimisticLock(cache, key).acquire()
    await lock.cas('quiet', { dumpsFn: (value: string) => JSON.stringify(value.toUpperCase()) })
    expect(await cache.get(key, { loadsFn: JSON.parse })).toBe('QUIET')
  })

  test('cas refuses what cannot be stored, and what it does not know', async () => {
    const cache = make()
    const key = freshKey()
    const lock = await new OptimisticLock(cache, key).acquire()
    await expect(lock.cas(undefined)).rejects.toThrow(InvalidArgumentError)
    const dumpsFn = () => {
      throw new Error('no')
    }
    await expect(lock.cas('x', { dumpsFn })).rejects.toThrow(SerializationError)
    await expect(lock.cas('x', { namespace: 'other' } as never)).rejects.toThrow("has no option 'namespace'")
    expect(await cache.exists(key)).toBe(false)
  })

  test('a disabled cache has no conflicts and is not touched', async () => {
    const cache = make()
    const key = freshKey()
    await cache.set(key, 'old')
    cache.enabled = false
    const lock = await new OptimisticLock(cache, key).acquire()
    expect(await lock.cas('new')).toBe(true)
    cache.enabled = true
    expect(await cache.get(key)).toBe('old')
    await expect(lock.cas('new')).rejects.toThrow(OptimisticLockError)
  })

  test('a namespace of its own is the one that is read and written', async () => {
    const cache = make()
    const key = freshKey()
    const namespace = `${cache.namespace ?? 'main'}:other`
    const lock = await new OptimisticLock(cache, key, { namespace }).acquire()
    await lock.cas('there')
    expect(await cache.get(key, { namespace })).toBe('there')
    expect(await cache.exists(key)).toBe(false)
  })
})

test('cas before acquire is a misuse', async () => {
  await expect(new OptimisticLock(memory(), 'key').cas('value')).rejects.toThrow(InvalidArgumentError)
})

test('an aborted signal and a closed cache reject', async () => {
  const cache = memory()
  const signal = AbortSignal.abort(new Error('enough'))
  await expect(new OptimisticLock(cache, 'key', { signal }).acquire()).rejects.toThrow('enough')
  await cache.close()
  await expect(new OptimisticLock(cache, 'key').acquire()).rejects.toMatchObject({ code: 'PYCACHED_CACHE_CLOSED' })
})

test('what is no cache, no key or no option is refused when the lock is made', () => {
  const cache = memory()
  expect(() => new OptimisticLock(undefined as never, 'key')).toThrow(InvalidArgumentError)
  expect(() => new OptimisticLock(cache, '')).toThrow(InvalidArgumentError)
  expect(() => new OptimisticLock(cache, 'key', { lease: 2 } as never)).toThrow("has no option 'lease'")
})
