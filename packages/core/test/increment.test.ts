import { cacheOver, FailingBackend, FakeClock, MapBackend } from '@pycached/testing'
import { expect, test } from 'vitest'
import { incrementEncoded } from '../src/increment.js'

/** Writes integers in a form that no store counts in. */
const serializer = {
  encoding: 'utf-8' as const,
  dumps: (value: unknown) => `n${String(value)}`,
  loads: (text: unknown) => Number(String(text).slice(1)),
}

function make(options: Parameters<typeof cacheOver>[1] = {}) {
  const clock = new FakeClock()
  const backend = new FailingBackend(new MapBackend(clock), clock)
  const cache = cacheOver(backend, { clock, serializer, timeout: '1s', ...options })
  const count = (primitive: string) => backend.calls.filter(([name]) => name === primitive).length
  return { clock, backend, cache, count }
}

const outcomes = async (all: Promise<number>[]) =>
  (await Promise.allSettled(all)).map((one) => (one.status === 'fulfilled' ? one.value : one.reason?.name))

test('many at once read and replace once each, in the order of the calls', async () => {
  const { cache, count } = make()
  const sums = await Promise.all(Array.from({ length: 100 }, () => cache.increment('key')))
  expect(sums).toEqual(sums.map((_, i) => i + 1))
  expect([count('get'), count('compareAndSet')]).toEqual([100, 100])
})

test('keys do not wait for each other', async () => {
  const { backend, cache } = make()
  backend.hang('get')
  const held = cache.increment('a')
  backend.answer('get', undefined)
  expect(await cache.increment('b')).toBe(1)
  backend.restore()
  expect(await held).toBe(1)
})

test('a store that hangs holds up nobody beyond the deadline, and who was given up writes nothing', async () => {
  const { clock, backend, cache, count } = make()
  backend.hang('get')
  const first = cache.increment('key')
  await clock.advanceAsync(500)
  const second = cache.increment('key', 10)
  const aborted = cache.increment('key', 100, { signal: AbortSignal.abort(new Error('enough')) })
  const result = outcomes([first, second, aborted])
  backend.answer('get', undefined)
  await clock.advanceAsync(500)
  backend.restore()
  await clock.advanceAsync(500)
  expect(await result).toEqual(['CacheTimeoutError', 10, 'Error'])
  expect(count('compareAndSet')).toBe(1)
  expect(await cache.get('key')).toBe(10)
})

test('one that is given up between its own deadline and the command’s is no failure of the value', async () => {
  const { clock, backend, cache } = make()
  backend.hang('get')
  const { _state: state } = cache
  const late = incrementEncoded(state, state.keys.own, 'key', 1, undefined).catch((error: unknown) => error)
  await clock.advanceAsync(1000)
  backend.restore()
  expect(await late).toMatchObject({ code: 'PYCACHED_TIMEOUT', key: 'key', mayHaveExecuted: false })
})

test('an abort ends the turn at once', async () => {
  const { backend, cache } = make({ timeout: null })
  const controller = new AbortController()
  backend.hang('get')
  const result = outcomes([cache.increment('key', 1, { signal: controller.signal }), cache.increment('key', 10)])
  backend.answer('get', undefined)
  controller.abort(new Error('enough'))
  expect(await result).toEqual(['Error', 10])
  backend.restore()
})

test('one that fails lets the next have its turn', async () => {
  const { backend, cache } = make()
  await cache.set('key', 1)
  backend.fail('get', new Error('connection lost'))
  const failing = cache.increment('key')
  const next = cache.increment('key')
  backend.restore()
  expect(await outcomes([failing, next])).toEqual(['BackendError', 2])
})
