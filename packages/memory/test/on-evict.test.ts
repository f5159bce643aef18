import { setTimeout as sleep } from 'node:timers/promises'
import { OptimisticLock, RedLock } from '@pycached/core'
import { JsonSerializer } from '@pycached/serializer-json'
import { FakeClock } from '@pycached/testing'
import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { type OnEvict, SimpleMemoryCache, type SimpleMemoryCacheOptions } from '../src/index.js'

type Told = [key: string, value: unknown, reason: string]

function listened(options: SimpleMemoryCacheOptions = {}) {
  const told: Told[] = []
  const onEvict: OnEvict = (key, value, reason) => void told.push([key, value, reason])
  const cache = new SimpleMemoryCache({ namespace: 'main', onEvict, ...options })
  return { cache, told }
}

/** Process warnings come in a turn of their own. */
const warnings: (Error & { code?: string })[] = []
const remember = (warning: Error) => void warnings.push(warning)
afterEach(() => {
  process.off('warning', remember)
  warnings.length = 0
})

test('what makes room is told before its caller goes on, in order', async () => {
  const { cache, told } = listened({ maxEntries: 2 })
  await cache.set('a', 1)
  await cache.set('b', 2)
  expect(told).toEqual([])
  await cache.multiSet([
    ['c', 3],
    ['d', 4],
    ['e', 5],
  ])
  expect(told).toHaveLength(3)
  expect(told.map(([, , reason]) => reason)).toEqual(['evicted', 'evicted', 'evicted'])
  const there = (await cache.raw('keys')) as string[]
  expect([...told.map(([key]) => key), ...there].sort()).toEqual(['main:a', 'main:b', 'main:c', 'main:d', 'main:e'])
})

test.each<[command: string, run: (cache: SimpleMemoryCache) => Promise<unknown>]>([
  ['set', (cache) => cache.set('key', 'new')],
  ['multiSet', (cache) => cache.multiSet([['key', 'new']])],
  ['increment', (cache) => cache.increment('key')],
  ['cas', async (cache) => await (await new OptimisticLock(cache, 'key').acquire()).cas('new')],
  ['raw set', (cache) => cache.raw('set', 'main:key', 'new')],
])('%s tells of the value that it replaces', async (_, run) => {
  const { cache, told } = listened()
  await cache.set('key', 41)
  await run(cache)
  expect(told).toEqual([['main:key', 41, 'replaced']])
})

test('an increment in a form that the store cannot count in replaces too', async () => {
  const { cache, told } = listened({ serializer: new JsonSerializer() })
  await cache.set('key', 41)
  await cache.increment('key')
  expect(told).toEqual([['main:key', '41', 'replaced']])
})

test('the same value in its place is told as replaced', async () => {
  const { cache, told } = listened()
  const value = {}
  await cache.set('key', value)
  await cache.set('key', value)
  expect(told).toEqual([['main:key', value, 'replaced']])
})

test.each<[command: string, run: (cache: SimpleMemoryCache) => Promise<unknown>]>([
  ['delete', (cache) => cache.delete('key')],
  ['multiDelete', (cache) => cache.multiDelete(['key', 'key', 'none'])],
  ['clear', (cache) => cache.clear()],
  ['raw delete', (cache) => cache.raw('delete', 'main:key')],
  ['raw clear', (cache) => cache.raw('clear')],
])('%s tells of the value that it deletes', async (_, run) => {
  const { cache, told } = listened()
  await cache.set('key', 'value')
  await run(cache)
  expect(told).toEqual([['main:key', 'value', 'deleted']])
  expect(await cache.raw('size')).toBe(0)
})

test('a clear of a part tells of that part, with complete keys', async () => {
  const { cache, told } = listened()
  await cache.set('a', 1)
  await cache.set('b', 2, { namespace: 'other' })
  await cache.set('c', 3, { namespace: 'main:deep' })
  await cache.clear({ namespace: 'other' })
  expect(told.splice(0)).toEqual([['other:b', 2, 'deleted']])
  await cache.clear()
  expect(told.sort(([one], [other]) => (one < other ? -1 : 1))).toEqual([
    ['main:a', 1, 'deleted'],
    ['main:deep:c', 3, 'deleted'],
  ])
})

test('a large clear tells of everything once, and what is written meanwhile stays', async () => {
  const { cache, told } = listened()
  for (let index = 0; index < 20_000; index++) await cache.set(`${index}`, index)
  const cleared = cache.clear()
  await cache.set('1', 'new')
  await cleared
  expect(told).toHaveLength(20_000)
  expect(new Set(told.map(([key, value, reason]) => `${key} ${String(value)} ${reason}`)).size).toBe(20_000)
  expect(await cache.get('1')).toBe('new')
})

test('a lock and its release are told like other entries', async () => {
  const { cache, told } = listened()
  await new RedLock(cache, 'job').run(async () => {})
  expect(told).toEqual([['main:job-lock', expect.any(String), 'deleted']])
})

test('what expired is told within a second without being read, and at once when it is', async () => {
  const clock = new FakeClock()
  const { cache, told } = listened({ clock })
  await cache.set('unread', 1, { ttl: 1 })
  await cache.set('read', 2, { ttl: 60 })
  await clock.advanceAsync(1999)
  expect(told.splice(0)).toEqual([['main:unread', 1, 'expired']])
  await clock.advanceAsync(58_001)
  expect(await cache.get('read')).toBeUndefined()
  expect(told).toEqual([['main:read', 2, 'expired']])
})

test.each<[command: string, run: (cache: SimpleMemoryCache) => Promise<unknown>]>([
  ['get', (cache) => cache.get('key')],
  ['exists', (cache) => cache.exists('key')],
  ['set', (cache) => cache.set('key', 'new')],
  ['add', (cache) => cache.add('key', 'new')],
  ['increment', (cache) => cache.increment('key')],
  ['expire', (cache) => cache.expire('key', 5)],
  ['delete', (cache) => cache.delete('key')],
  ['clear', (cache) => cache.clear()],
  ['clear of another part', (cache) => cache.clear({ namespace: 'main:k' })],
  ['a set that makes room', (cache) => cache.set('other', 'new')],
])('what had expired when %s came upon it is told as expired, once', async (_, run) => {
  const clock = new FakeClock()
  const { cache, told } = listened({ clock, maxEntries: 1 })
  await cache.set('key', 'old', { ttl: 0.1 })
  await clock.advanceAsync(100)
  await run(cache)
  await clock.advanceAsync(5000)
  expect(told.filter(([key, value]) => key === 'main:key' && value === 'old')).toEqual([['main:key', 'old', 'expired']])
})

test('every value that was stored leaves once or is there, whatever happens', async () => {
  const key = fc.nat(15).map(String)
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constantFrom('set', 'add', 'increment', 'cas'),
        key,
        ttl: fc.option(fc.integer({ min: 1, max: 5 })),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constantFrom('get', 'delete', 'expire', 'other'),
        key,
        ttl: fc.option(fc.integer({ min: 1, max: 5 })),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constantFrom('multiSet', 'multiDelete'), key, ttl: fc.constant(null) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constantFrom('clear', 'clear other', 'wait'), key, ttl: fc.constant(null) }),
    },
  )
  const settings = fc.record({
    maxEntries: fc.integer({ min: 1, max: 12 }),
    eviction: fc.constantFrom('adaptive' as const, 'lru' as const),
  })
  await fc.assert(
    fc.asyncProperty(settings, fc.array(step, { maxLength: 60, size: 'max' }), async (options, steps) => {
      const clock = new FakeClock()
      const { cache, told } = listened({ ...options, clock })
      const stored: string[] = []
      let serial = 0
      // Each value is another one, so that none can be told for another.
      const put = (complete: string) => {
        stored.push(`${complete} = v${++serial}`)
        return `v${serial}`
      }
      for (const one of steps) {
        const complete = `main:${one.key}`
        if (one.do === 'set') await cache.set(one.key, put(complete), { ttl: one.ttl })
        else if (one.do === 'other') await cache.set(one.key, put(`x:${one.key}`), { ttl: one.ttl, namespace: 'x' })
        else if (one.do === 'add') {
          if (!(await cache.exists(one.key))) await cache.add(one.key, put(complete), { ttl: one.ttl })
        } else if (one.do === 'increment') {
          const sum = await cache.increment(`n${one.key}`)
          stored.push(`${complete.replace(':', ':n')} = ${sum}`)
        } else if (one.do === 'cas') {
          const lock = await new OptimisticLock(cache, one.key).acquire()
          await lock.cas(put(complete), { ttl: one.ttl })
        } else if (one.do === 'get') await cache.get(one.key)
        else if (one.do === 'expire') await cache.expire(one.key, one.ttl ?? 0)
        else if (one.do === 'delete') await cache.delete(one.key)
        else if (one.do === 'multiSet') {
          await cache.multiSet(['0', '1', one.key].map((name) => [name, put(`main:${name}`)]))
        } else if (one.do === 'multiDelete') await cache.multiDelete([one.key, '0', '1'])
        else if (one.do === 'wait') await clock.advanceAsync(1300)
        else await cache.clear(one.do === 'clear' ? {} : { namespace: 'x' })
        const there: string[] = []
        for (const name of (await cache.raw('keys')) as string[]) {
          there.push(`${name} = ${String(await cache.raw('get', name))}`)
        }
        const gone = told.map(([name, value]) => `${name} = ${String(value)}`)
        // What expired and was not given back yet is in neither; nothing is in both, or told twice.
        const left = [...stored].sort()
        for (const value of [...gone, ...there]) {
          const index = left.indexOf(value)
          expect(index, value).toBeGreaterThan(-1)
          left.splice(index, 1)
        }
      }
      await clock.advanceAsync(7000)
      const there = ((await cache.raw('keys')) as string[]).length
      expect(told.length + there).toBe(stored.length)
      await cache.close()
      expect(told.length + there).toBe(stored.length)
    }),
    { numRuns: 60 },
  )
})

test('a listener may use the cache, and finds it whole', async () => {
  const told: Told[] = []
  const cache: SimpleMemoryCache = new SimpleMemoryCache({
    maxEntries: 3,
    async onEvict(key, value, reason) {
      told.push([key, value, reason])
      expect(await cache.exists(key)).toBe(false)
      if (key.startsWith('again')) return
      await cache.set(`again:${key}`, value)
      await cache.delete(`again:${key}`)
      expect(await cache.raw('size')).toBeLessThanOrEqual(3)
    },
  })
  for (let index = 0; index < 50; index++) await cache.set(`${index}`, index)
  await sleep(1)
  const mine = told.filter(([key]) => !key.startsWith('again'))
  expect(new Set(mine.map(([key]) => key)).size).toBe(mine.length)
  expect(mine.length).toBeGreaterThanOrEqual(47)
  expect(warnings).toEqual([])
})

test('what a listener throws or rejects with is a process warning, and fails nothing', async () => {
  process.on('warning', remember)
  const failures: (() => unknown)[] = [
    () => {
      throw new Error('the log is full')
    },
    () => Promise.reject(new Error('the log is gone')),
  ]
  for (const fail of failures) {
    const seen: string[] = []
    const cache = new SimpleMemoryCache({
      onEvict(key) {
        seen.push(key)
        return fail() as undefined
      },
    })
    await cache.set('a', 'secret')
    await cache.set('b', 'secret')
    expect(await cache.multiDelete(['a', 'b'])).toBe(2)
    expect(seen).toEqual(['a', 'b'])
  }
  await vi.waitFor(() => expect(warnings).toHaveLength(4))
  expect(warnings.map(({ name, code }) => [name, code])).toEqual(
    Array(4).fill(['PycachedWarning', 'PYCACHED_ON_EVICT']),
  )
  expect(warnings.map(({ message }) => message)).toContain('onEvict failed: the log is full')
  expect(warnings.map(({ message }) => message)).toContain('onEvict failed: the log is gone')
})

test('a warning never has the value, whatever is thrown, and the other values are told all the same', async () => {
  process.on('warning', remember)
  const seen: string[] = []
  const cache = new SimpleMemoryCache({
    onEvict(key, value) {
      seen.push(key)
      throw key === 'bare' ? Object.create(null) : value
    },
  })
  await cache.multiSet([
    ['text', 'secret'],
    ['bare', 'secret'],
    ['object', { toString: () => 'secret' }],
    ['last', 'secret'],
  ])
  await cache.multiDelete(['text', 'bare', 'object', 'last'])
  expect(seen).toEqual(['text', 'bare', 'object', 'last'])
  await vi.waitFor(() => expect(warnings).toHaveLength(4))
  expect(warnings.join()).not.toContain('secret')
})

test('close tells nothing, and neither does what was scheduled before it', async () => {
  const clock = new FakeClock()
  const { cache, told } = listened({ clock })
  await cache.set('a', 1, { ttl: 1 })
  await cache.set('b', 2)
  await cache.close()
  await clock.advanceAsync(5000)
  expect(told).toEqual([])
})

test('what a command did before the cache was closed is told', async () => {
  const { cache, told } = listened()
  await cache.set('a', 1)
  const [deleted] = await Promise.all([cache.delete('a'), cache.close()])
  expect([deleted, told]).toEqual([1, [['main:a', 1, 'deleted']]])
})
