import type { LockAnswer } from '@pycached/core'
import { FakeClock } from '@pycached/testing'
import { expect, test, vi } from 'vitest'
import { MemoryBackend } from '../src/memory-backend.js'
import { resolveBounds } from '../src/memory-options.js'

const make = (bounds = resolveBounds({})) => {
  const clock = new FakeClock()
  const backend = new MemoryBackend(clock, bounds)
  return { clock, backend, locks: backend.locks }
}

const tokenOf = (answer: LockAnswer): number =>
  answer.taken ? (answer.fencingToken ?? Number.NaN) : expect.unreachable('the lock was not free')

test('answers are plain values', () => {
  const { locks } = make()
  expect(locks.take('lock', 'mine', 1000, false)).toEqual({ taken: true, fencingToken: undefined })
  expect(locks.release('lock', 'mine')).toBe(true)
  expect(locks.break('lock')).toBe(false)
})

test('the holder’s lease is told to the millisecond, whichever table the lock is in', () => {
  const { clock, backend, locks } = make()
  backend.scope('main:')
  for (const lockKey of ['main:key-lock', 'other:key-lock']) {
    locks.take(lockKey, 'mine', 90_000, false)
    clock.advance(1234)
    expect(locks.take(lockKey, 'other', 1000, false)).toEqual({ taken: false, heldForMs: 88_766 })
    expect(backend.compareAndSet(lockKey, 'mine', 'mine', 5000, true)).toBe(true)
    expect(locks.take(lockKey, 'other', 1000, false)).toEqual({ taken: false, heldForMs: 5000 })
    clock.advance(5000)
    expect(locks.take(lockKey, 'other', 1000, false)).toMatchObject({ taken: true })
  }
})

test('fencing tokens grow through clear and eviction, and from store to store', () => {
  const { backend, locks } = make(resolveBounds({ maxEntries: 2 }))
  const first = tokenOf(locks.take('lock', 'token', 1000, true))
  void backend.clear('')
  const second = tokenOf(locks.take('lock', 'token', 1000, true))
  // Three that are vital do not fit, so the oldest goes.
  locks.take('other', 'token', 1000, false)
  locks.take('third', 'token', 1000, false)
  expect(backend.exists('lock')).toBe(false)
  const third = tokenOf(locks.take('lock', 'token', 1000, true))
  const another = tokenOf(make().locks.take('lock', 'token', 1000, true))
  expect(second).toBeGreaterThan(first)
  expect(third).toBeGreaterThan(second)
  expect(another).toBeGreaterThan(third)
  expect(Number.isSafeInteger(another)).toBe(true)
})

test('fencing tokens grow while the wall clock goes back', () => {
  vi.useFakeTimers({ now: 2_000_000_000_000, toFake: ['Date'] })
  try {
    const { locks } = make()
    const first = tokenOf(locks.take('lock', 'token', 1000, true))
    expect(first).toBe(2_000_000_000_000_000)
    vi.setSystemTime(1_000_000_000_000)
    locks.release('lock', 'token')
    expect(tokenOf(locks.take('lock', 'token', 1000, true))).toBe(first + 1)
  } finally {
    vi.useRealTimers()
  }
})

test('a lock goes only where there is nothing else', () => {
  const { backend, locks } = make(resolveBounds({ maxEntries: 10 }))
  locks.take('lock', 'mine', 1000, true)
  for (let index = 0; index < 100; index++) backend.set(`key-${index}`, index, undefined)
  expect(backend.get('lock')).toBe('mine')
})

test('who watches twice is called twice, and each stop ends one', () => {
  const { locks } = make()
  const call = vi.fn<() => void>()
  const stops = [locks.watch('lock', call), locks.watch('lock', call)]
  expect(call).toHaveBeenCalledTimes(2)
  stops[0]?.()
  stops[0]?.()
  locks.take('lock', 'mine', 1000, false)
  locks.release('lock', 'mine')
  expect(call).toHaveBeenCalledTimes(3)
  stops[1]?.()
  locks.take('lock', 'mine', 1000, false)
  locks.break('lock')
  expect(call).toHaveBeenCalledTimes(3)
})

test('who stops or watches within the call disturbs nobody', () => {
  const { locks } = make()
  const called: string[] = []
  const stops: { one?: () => void } = {}
  stops.one = locks.watch('lock', () => {
    called.push('one')
    stops.one?.()
  })
  locks.watch('lock', () => called.push('two'))
  called.length = 0
  locks.take('lock', 'mine', 1000, false)
  locks.break('lock')
  locks.take('lock', 'mine', 1000, false)
  locks.break('lock')
  expect(called).toEqual(['one', 'two', 'two'])
})
