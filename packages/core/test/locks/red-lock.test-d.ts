import { type BaseCache, type LockHold, type LockStore, RedLock } from '@pycached/core'
import { expectTypeOf, test } from 'vitest'

declare const cache: BaseCache

test('a lock tells what it holds, and so does what run gives its function', () => {
  const lock = new RedLock(cache, 'key', { lease: '2s' })
  expectTypeOf(lock).toExtend<LockHold>()
  expectTypeOf(lock.signal).toEqualTypeOf<AbortSignal>()
  expectTypeOf(lock.fencingToken).toEqualTypeOf<number | undefined>()
  expectTypeOf(lock.extend('5s')).toEqualTypeOf<Promise<boolean>>()
  expectTypeOf(lock.run(async ({ fencingToken }) => fencingToken ?? 'none')).toEqualTypeOf<Promise<number | 'none'>>()
  expectTypeOf(lock.run(() => 1)).toEqualTypeOf<Promise<number>>()
  // @ts-expect-error: a duration has a unit
  void lock.extend('5 seconds')
  // @ts-expect-error: what a holder knows cannot be changed
  lock.held = true
})

test('a store may have locks of its own, or none', () => {
  expectTypeOf(cache.backend.locks).toEqualTypeOf<LockStore | undefined>()
})
