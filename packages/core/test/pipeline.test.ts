import { InvalidArgumentError } from '@pycached/core'
import { cacheOver, FailingBackend, FakeClock, MapBackend, type Primitive } from '@pycached/testing'
import { describe, expect, test, vi } from 'vitest'

function make(options: Parameters<typeof cacheOver>[1] = {}) {
  const clock = new FakeClock()
  const backend = new FailingBackend(new MapBackend(clock), clock)
  const cache = cacheOver(backend, { clock, ...options })
  return { clock, backend, cache }
}

type Made = ReturnType<typeof make>

/** Every command, with the primitive that it comes to. */
const COMMANDS: readonly [
  name: string,
  primitive: Primitive,
  call: (cache: Made['cache'], options?: object) => Promise<unknown>,
][] = [
  ['add', 'add', (cache, options) => cache.add('key', 1, options)],
  ['get', 'get', (cache, options) => cache.get('key', options)],
  ['set', 'set', (cache, options) => cache.set('key', 1, options)],
  ['multiGet', 'getMany', (cache, options) => cache.multiGet(['key'], options)],
  ['multiSet', 'setMany', (cache, options) => cache.multiSet([['key', 1]], options)],
  ['exists', 'exists', (cache, options) => cache.exists('key', options)],
  ['increment', 'increment', (cache, options) => cache.increment('key', 1, options)],
  ['expire', 'expire', (cache, options) => cache.expire('key', 1, options)],
  ['delete', 'delete', (cache, options) => cache.delete('key', options)],
  ['multiDelete', 'deleteMany', (cache, options) => cache.multiDelete(['key'], options)],
  ['clear', 'clear', (cache, options) => cache.clear(options)],
]
const WRITES = ['add', 'set', 'multiSet', 'increment', 'expire', 'delete', 'multiDelete', 'clear']
const KEYED = ['add', 'get', 'set', 'exists', 'increment', 'expire', 'delete']

const errorOf = (promise: Promise<unknown>): Promise<Error & Record<string, unknown>> =>
  promise.then(
    () => expect.unreachable('resolved'),
    (error) => error,
  )

describe.each(COMMANDS)('%s', (name, primitive, call) => {
  const key = KEYED.includes(name) ? 'key' : undefined

  test('is one call of the store', async () => {
    const { backend, cache } = make()
    await call(cache)
    expect(backend.calls.map(([called]) => called)).toEqual([primitive])
  })

  test('has the deadline of the cache, 5 seconds by default, and tells whether the store may have been changed', async () => {
    const { clock, backend, cache } = make()
    backend.hang(primitive)
    const error = errorOf(call(cache))
    await clock.advanceAsync(4999)
    const early = await Promise.race([error, Promise.resolve('pending')])
    expect(early).toBe('pending')
    await clock.advanceAsync(1)
    expect(await error).toMatchObject({
      name: 'CacheTimeoutError',
      code: 'PYCACHED_TIMEOUT',
      mayHaveExecuted: WRITES.includes(name),
    })
    expect((await error).key).toBe(key)
    expect((await error).message).toMatch(new RegExp(`^${name} had no answer within 5 s`))
  })

  test('has a deadline of its own where one is given, and none for 0 and null', async () => {
    const { clock, backend, cache } = make({ timeout: '1s' })
    backend.hang(primitive)
    const short = errorOf(call(cache, { timeout: '10ms' }))
    const endless = [call(cache, { timeout: 0 }), call(cache, { timeout: null })]
    await clock.advanceAsync(10)
    expect((await short).message).toMatch(/within 0\.01 s/)
    let settled = 0
    for (const one of endless) void one.catch(() => {}).finally(() => settled++)
    await clock.advanceAsync(10_000_000)
    expect(settled).toBe(0)
    backend.restore()
    await Promise.allSettled(endless)
  })

  test('rejects with the reason of its signal, before it is sent or while it waits', async () => {
    const { backend, cache } = make()
    const reason = { any: 'reason' }
    expect(await errorOf(call(cache, { signal: AbortSignal.abort(reason) }))).toBe(reason)
    expect(backend.calls).toEqual([])
    backend.hang(primitive)
    const controller = new AbortController()
    const error = errorOf(call(cache, { signal: controller.signal }))
    controller.abort(reason)
    expect(await error).toBe(reason)
    backend.restore()
  })

  test('maps what the store throws or rejects with to BackendError, with key and cause', async () => {
    const { backend, cache } = make()
    for (const now of [false, true]) {
      for (const cause of [new Error('connection lost'), 'text', null]) {
        backend.fail(primitive, cause, { now })
        const error = await errorOf(call(cache))
        expect(error).toMatchObject({ name: 'BackendError', code: 'PYCACHED_BACKEND', cause })
        expect(error.key).toBe(key)
        expect(error.message).toMatch(new RegExp(`^${name} failed in the store: `))
      }
    }
  })

  test('lets our own errors through, with the key where it was missing', async () => {
    const { backend, cache } = make()
    const own = new InvalidArgumentError('refused by the store')
    backend.fail(primitive, own)
    expect(await errorOf(call(cache))).toBe(own)
    expect(own.key).toBe(key)
  })

  test('refuses unknown options, and a signal that is none, before anything is sent', async () => {
    const { backend, cache } = make()
    expect(await errorOf(call(cache, { tineout: 1 }))).toMatchObject({
      name: 'InvalidArgumentError',
      option: 'tineout',
      message: expect.stringMatching(/did you mean timeout/),
    })
    expect(await errorOf(call(cache, { signal: {} }))).toMatchObject({ name: 'InvalidArgumentError', option: 'signal' })
    expect(await errorOf(call(cache, { timeout: -1 }))).toMatchObject({
      name: 'InvalidDurationError',
      option: 'timeout',
    })
    expect(await errorOf(call(cache, 'text' as never))).toMatchObject({ name: 'InvalidArgumentError' })
    expect(await errorOf(call(cache, null as never))).toMatchObject({ name: 'InvalidArgumentError' })
    expect(backend.calls).toEqual([])
  })

  test('is refused by a closed cache', async () => {
    const { backend, cache } = make()
    await cache.close()
    backend.calls.length = 0
    const error = await errorOf(call(cache))
    expect(error).toMatchObject({ name: 'CacheClosedError', code: 'PYCACHED_CACHE_CLOSED' })
    expect(error.key).toBe(key)
    expect(backend.calls).toEqual([])
  })
})

test('raw has deadline and errors as every command has', async () => {
  const { clock, backend, cache } = make()
  backend.hang('raw')
  const error = errorOf(cache.raw('keys'))
  await clock.advanceAsync(5000)
  expect(await error).toMatchObject({ name: 'CacheTimeoutError', mayHaveExecuted: true })
  backend.fail('raw', new Error('down'))
  expect(await errorOf(cache.raw('keys', 1, 2))).toMatchObject({ name: 'BackendError' })
  for (const command of ['', 7, null])
    expect(await errorOf(cache.raw(command as string))).toMatchObject({
      name: 'InvalidArgumentError',
      option: 'command',
    })
})

test('a disabled cache answers as if there were nothing, without touching the store', async () => {
  const { backend, cache } = make({ enabled: false })
  expect(await cache.add('key', 1)).toBe(true)
  expect(await cache.set('key', 1)).toBe(true)
  expect(await cache.multiSet([['key', 1]])).toBe(true)
  expect(await cache.clear()).toBe(true)
  expect(await cache.get('key')).toBeUndefined()
  expect(await cache.get('key', { default: 7 })).toBe(7)
  expect(await cache.multiGet(new Set(['a', 'b']))).toEqual([undefined, undefined])
  expect(await cache.exists('key')).toBe(false)
  expect(await cache.expire('key', 1)).toBe(false)
  expect(await cache.delete('key')).toBe(0)
  expect(await cache.multiDelete(['key'])).toBe(0)
  expect(await cache.increment('key')).toBe(1)
  expect(await cache.increment('key', -3)).toBe(-3)
  expect(await cache.raw('keys')).toBeUndefined()
  expect(backend.calls).toEqual([])
  cache.enabled = true
  await cache.get('key')
  expect(backend.calls.length).toBe(1)
})

describe('a store that answers at once', () => {
  test('costs no timer, and its clock is not read', async () => {
    const clock = new FakeClock()
    clock.now = () => expect.unreachable('the clock was read')
    const cache = cacheOver(new MapBackend(), { clock })
    await cache.set('key', 1)
    expect(await cache.get('key')).toBe(1)
    expect(await cache.multiGet(['key'])).toEqual([1])
    expect(clock.pending).toBe(0)
  })

  test('is answered in the same turn of promises: whoever awaits a hit waits for one of them', async () => {
    const { cache } = make()
    await cache.set('key', 1)
    const order: string[] = []
    const hit = cache.get('key').then(() => order.push('hit'))
    const plain = Promise.resolve().then(() => order.push('plain'))
    await Promise.all([hit, plain])
    expect(order).toEqual(['hit', 'plain'])
  })
})

test('a misuse rejects the promise; nothing is thrown at the caller', async () => {
  const { cache } = make()
  for (const call of [
    () => cache.get(7 as never),
    () => cache.set('key', undefined),
    () => cache.multiGet(7 as never),
    () => cache.multiSet([['key']] as never),
    () => cache.multiSet('text' as never),
    () => cache.multiGet('text'),
    () => cache.multiDelete(null as never),
    () => cache.expire('key', -1),
    () => cache.expire('key', undefined as never),
    () => cache.increment('key', Number.NaN),
    () => cache.clear({ namespace: '' }),
    () =>
      cache.multiGet({
        [Symbol.iterator]: () => {
          throw new Error('boom')
        },
      }),
  ]) {
    const promise = call()
    expect(promise).toBeInstanceOf(Promise)
    expect(await errorOf(promise)).toBeInstanceOf(TypeError)
  }
})

test('loadsFn and dumpsFn must be functions, on a miss too', async () => {
  const { backend, cache } = make()
  const refusal = (option: string) => ({ name: 'InvalidArgumentError', option })
  await expect(cache.get('key', { loadsFn: 'json' as never })).rejects.toMatchObject(refusal('loadsFn'))
  await expect(cache.multiGet(['key'], { loadsFn: null as never })).rejects.toMatchObject(refusal('loadsFn'))
  await expect(cache.set('key', 1, { dumpsFn: {} as never })).rejects.toMatchObject(refusal('dumpsFn'))
  expect(backend.calls).toEqual([])
})

test('an empty batch touches no store', async () => {
  const { backend, cache } = make()
  expect([await cache.multiGet([]), await cache.multiSet(new Map()), await cache.multiDelete(new Set())]).toEqual([
    [],
    true,
    0,
  ])
  expect(backend.calls).toEqual([])
})

test('an iterable is read once', async () => {
  const { cache } = make()
  const once = (function* () {
    yield 'a'
    yield 'b'
  })()
  expect(await cache.multiGet(once)).toEqual([undefined, undefined])
})

test('an answer that comes after the deadline is dropped, and its failure is no unhandled rejection', async () => {
  const { clock, backend, cache } = make()
  backend.delay('get', 6000)
  const late = errorOf(cache.get('key'))
  await clock.advanceAsync(10_000)
  expect((await late).name).toBe('CacheTimeoutError')
  backend.hang('set')
  const error = errorOf(cache.set('key', 1))
  await clock.advanceAsync(5000)
  expect((await error).name).toBe('CacheTimeoutError')
  backend.fail('set', new Error('too late'))
  backend.restore()
  await clock.advanceAsync(0)
})

test('commands that share a signal put one listener on it, which leaves with the last of them', async () => {
  const { backend, cache } = make()
  const controller = new AbortController()
  const added = vi.spyOn(controller.signal, 'addEventListener')
  const removed = vi.spyOn(controller.signal, 'removeEventListener')
  backend.delay('get', 0)
  const gets = [cache.get('a', { signal: controller.signal }), cache.get('b', { signal: controller.signal })]
  expect([added.mock.calls.length, removed.mock.calls.length]).toEqual([1, 0])
  backend.restore()
  await new Promise((resolve) => setImmediate(resolve))
  controller.abort()
  await Promise.allSettled(gets)
  expect(removed.mock.calls).toEqual(added.mock.calls)
})

test('the store is told what it did not answer in time, and nothing of what never got to it', async () => {
  const { clock, backend, cache } = make({ timeout: '2s' })
  const told: number[] = []
  Object.assign(backend, { unanswered: (waitedMs: number) => told.push(waitedMs) })
  backend.hang('get')
  const late = [errorOf(cache.get('a')), errorOf(cache.get('b', { timeout: '1s' }))]
  const aborted = errorOf(cache.get('c', { signal: AbortSignal.timeout(1) }))
  await aborted
  cache.plugins = [{ preSet: () => new Promise(() => {}) }]
  late.push(errorOf(cache.set('d', 1)))
  await clock.advanceAsync(2000)
  await Promise.all(late)
  expect(told).toEqual([1000, 2000])
})
