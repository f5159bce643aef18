import {
  Cache,
  cachedStampede,
  InvalidArgumentError,
  OptimisticLock,
  OptimisticLockError,
  RedLock,
  SerializationError,
} from '@pycached/core'
import { JsonSerializer } from '@pycached/serializer-json'
import { NullSerializer } from '@pycached/serializer-null'
import { PickleSerializer } from '@pycached/serializer-pickle'
import { FakeClock } from '@pycached/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SimpleMemoryCache } from '../src/index.js'
import { sizeOf } from '../src/size-of.js'
import { programOf } from './support/run-program.js'

const policies = ['adaptive', 'lru'] as const

const sizeIn = async (cache: SimpleMemoryCache): Promise<number> => (await cache.raw('size')) as number

async function casOf(cache: SimpleMemoryCache, key: string, value: unknown): Promise<true> {
  const lock = await new OptimisticLock(cache, key).acquire()
  return await lock.cas(value)
}

/** What all values of the store take together. */
async function bytesIn(cache: SimpleMemoryCache): Promise<number> {
  let bytes = 0
  for (const key of (await cache.raw('keys')) as string[]) bytes += sizeOf(await cache.raw('get', key))
  return bytes
}

test.each(policies)('there are never more entries than maxEntries, whatever is written: %s', async (eviction) => {
  let most = 0
  const cache: SimpleMemoryCache = new SimpleMemoryCache({ maxEntries: 10, eviction, onEvict: () => void look() })
  const look = async () => {
    most = Math.max(most, await sizeIn(cache))
  }
  for (let round = 0; round < 20; round++) {
    await cache.multiSet(Array.from({ length: 25 }, (_, index) => [`many:${round}:${index}`, index]))
    await look()
    await cache.set(`one:${round}`, 1)
    await cache.add(`added:${round}`, 1)
    await cache.increment(`counted:${round}`)
    await casOf(cache, `cas:${round}`, 1)
    await look()
  }
  expect(most).toBe(10)
})

test('the values never take more than maxBytes, whatever is written', async () => {
  const value = fc.oneof(
    fc.string({ maxLength: 60, unit: 'binary' }),
    fc.uint8Array({ maxLength: 60 }),
    fc.array(fc.integer(), { maxLength: 3 }),
    fc.integer(),
  )
  const step = fc.record({ how: fc.constantFrom('set', 'add', 'multiSet', 'cas'), key: fc.nat(12).map(String), value })
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...policies),
      fc.array(step, { maxLength: 60, size: 'max' }),
      async (eviction, steps) => {
        const cache = new SimpleMemoryCache({ maxBytes: 200, eviction })
        for (const { how, key, value: one } of steps) {
          if (how === 'set') await cache.set(key, one)
          else if (how === 'add') await cache.add(key, one).catch(() => {})
          else if (how === 'cas') await casOf(cache, key, one).catch(() => {})
          else
            await cache
              .multiSet([
                [key, one],
                [`${key}0`, one],
              ])
              .catch(() => {})
          expect(await bytesIn(cache)).toBeLessThanOrEqual(200)
        }
      },
    ),
    { numRuns: 25 },
  )
})

test('as much as fits is kept: what is there fills the bound up to the size of one value', async () => {
  for (const eviction of policies) {
    const cache = new SimpleMemoryCache({ maxBytes: 1000, eviction })
    for (let index = 0; index < 500; index++) await cache.set(`${index}`, 'x'.repeat(index % 90))
    expect(await bytesIn(cache)).toBeGreaterThan(1000 - 90)
    const counted = new SimpleMemoryCache({ maxEntries: 100, eviction })
    for (let index = 0; index < 500; index++) await counted.set(`${index}`, index)
    expect(await sizeIn(counted)).toBe(100)
  }
})

test.each(policies)(
  'a value that is larger than the bound is refused, and nothing else is lost: %s',
  async (eviction) => {
    const told: unknown[] = []
    const cache = new SimpleMemoryCache({
      namespace: 'main',
      maxBytes: 100,
      eviction,
      onEvict: (...one) => told.push(one),
    })
    const large = 'x'.repeat(101)
    await cache.set('one', 'x'.repeat(50))
    await cache.set('other', 'y'.repeat(40))
    await cache.set('count', '9'.repeat(10))
    const lock = await new OptimisticLock(cache, 'one').acquire()
    const attempts = [
      () => cache.set('one', large),
      () => cache.set('new', large),
      () => cache.add('new', large),
      () =>
        cache.multiSet([
          ['new', 'small'],
          ['one', large],
        ]),
      () =>
        cache.multiSet([
          ['one', large],
          ['new', 'small'],
        ]),
      () => lock.cas(large),
      () => cache.raw('set', 'main:one', large),
      () => casOf(cache, 'new', large),
    ]
    for (const attempt of attempts) {
      await expect(attempt()).rejects.toThrow(SerializationError)
      await expect(attempt()).rejects.toThrow(/takes 101 bytes.*may take 100 \(maxBytes\)/)
    }
    expect(await cache.multiGet(['one', 'other', 'new', 'count'])).toEqual([
      'x'.repeat(50),
      'y'.repeat(40),
      undefined,
      '9'.repeat(10),
    ])
    expect(told).toEqual([])
  },
)

test('an increment whose number would be larger than the bound is refused, and the number stays', async () => {
  const cache = new SimpleMemoryCache({ maxBytes: 2 })
  await cache.set('count', '99')
  await expect(cache.increment('count')).rejects.toThrow(SerializationError)
  expect(await cache.get('count')).toBe('99')
  const small = new SimpleMemoryCache({ maxBytes: 7 })
  await expect(small.increment('new')).rejects.toThrow(/takes 8 bytes/)
  expect(await small.exists('new')).toBe(false)
})

test('the refusal names the key, and not the value', async () => {
  const cache = new SimpleMemoryCache({ maxBytes: 10 })
  const error = await cache.set('key', 'secret'.repeat(10)).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ key: 'key', code: 'PYCACHED_SERIALIZATION' })
  expect(String(error)).not.toContain('secret')
})

test('a value that grows evicts others, and never itself', async () => {
  for (const eviction of policies) {
    const cache = new SimpleMemoryCache({ maxBytes: 100, eviction })
    for (let index = 0; index < 10; index++) await cache.set(`${index}`, 'x'.repeat(10))
    await cache.set('0', 'x'.repeat(100))
    expect(await cache.get('0')).toBe('x'.repeat(100))
    expect(await sizeIn(cache)).toBe(1)
  }
})

test('the defaults are a million entries and 256 MiB', () => {
  const cache = new SimpleMemoryCache()
  expect([cache.maxEntries, cache.maxBytes, cache.eviction]).toEqual([1_000_000, 268_435_456, 'adaptive'])
  const told = new SimpleMemoryCache({
    maxEntries: undefined,
    maxBytes: undefined,
    eviction: undefined,
    sizeOf: undefined,
    onEvict: undefined,
  })
  expect([told.maxEntries, told.maxBytes, told.eviction]).toEqual([1_000_000, 268_435_456, 'adaptive'])
})

test('a process that writes three times as much as its heap holds lives on, with the defaults', async () => {
  using program = await programOf('fill-memory')
  const { written, entries } = JSON.parse(await program.run(['--max-old-space-size=400']))
  expect(written).toBeGreaterThan(3 * 400 * 2 ** 20 - 2 ** 20)
  expect(entries).toBeGreaterThan(10_000)
})

test.each<[options: object, named: RegExp]>([
  [{ maxEntries: 0 }, /maxEntries must be a whole number from 1, or Infinity; got 0/],
  [{ maxEntries: -1 }, /maxEntries must be/],
  [{ maxEntries: 1.5 }, /got 1.5/],
  [{ maxEntries: Number.NaN }, /got NaN/],
  [{ maxEntries: '10' }, /got '10'/],
  [{ maxEntries: null }, /maxEntries must be/],
  [{ maxEntries: 10n }, /got bigint/],
  [{ maxBytes: 0 }, /maxBytes must be a whole number from 1/],
  [{ maxBytes: '1MB' }, /got '1MB'/],
  [{ maxBytes: -Infinity }, /got -Infinity/],
  [{ eviction: 'lfu' }, /eviction must be 'adaptive' or 'lru'; got 'lfu'/],
  [{ eviction: null }, /eviction must be/],
  [{ sizeOf: 5 }, /sizeOf must be a function/],
  [{ onEvict: 'log' }, /onEvict must be a function/],
  [{ maxEntry: 5 }, /no option 'maxEntry': did you mean maxEntries/],
])('refuses %o', (options, named) => {
  const make = () => new SimpleMemoryCache(options)
  expect(make).toThrow(named)
  expect(make).toThrow(InvalidArgumentError)
})

test('a URL and a configuration name the bounds', () => {
  const cache = Cache.fromUrl('memory:?maxEntries=1000&eviction=lru&maxBytes=5000')
  expect(cache).toMatchObject({ maxEntries: 1000, eviction: 'lru', maxBytes: 5000 })
  expect(Cache.fromUrl('memory:?maxEntries=Infinity')).toMatchObject({ maxEntries: Infinity })
  for (const query of ['maxEntries=many', 'maxEntries=0', 'eviction=fifo', 'onEvict=log', 'sizeOf=x', 'maxBytes=']) {
    expect(() => Cache.fromUrl(`memory:?${query}`), query).toThrow(InvalidArgumentError)
  }
})

test('Infinity is no bound', async () => {
  const cache = new SimpleMemoryCache({ maxEntries: Infinity, maxBytes: Infinity })
  for (let index = 0; index < 3000; index++) await cache.set(`${index}`, 'value')
  expect(await sizeIn(cache)).toBe(3000)
})

test('what belongs to locks and counters stays, however much is written, and goes only for its like', async () => {
  for (const eviction of policies) {
    const cache = new SimpleMemoryCache({ maxEntries: 20, eviction, namespace: 'main' })
    await cache.increment('visits', 5)
    await using _lock = await new RedLock(cache, 'job', { lease: '1h' }).acquire()
    for (let index = 0; index < 500; index++) await cache.set(`${index}`, index)
    expect(await cache.increment('visits')).toBe(6)
    expect(await cache.exists('job-lock')).toBe(true)
    // Only such entries: the one that came first goes.
    for (let index = 0; index < 19; index++) await cache.increment(`count:${index}`)
    expect(await cache.exists('visits')).toBe(false)
    expect(await cache.exists('job-lock')).toBe(true)
    await cache.increment('count:19')
    expect(await cache.exists('job-lock')).toBe(false)
    expect(await sizeIn(cache)).toBe(20)
  }
})

test.each([
  ['null', () => new NullSerializer()],
  ['json', () => new JsonSerializer()],
  ['pickle', () => new PickleSerializer()],
] as const)(
  'counters stay with the %s serializer, new ones and those that were values before',
  async (_, serializer) => {
    const cache = new SimpleMemoryCache({ maxEntries: 10, serializer: serializer() })
    await cache.increment('new')
    await cache.set('value', 41)
    await cache.increment('value')
    for (let index = 0; index < 300; index++) await cache.set(`${index}`, index)
    expect(await cache.multiGet(['new', 'value'])).toEqual([1, 42])
    expect([await cache.increment('new'), await cache.increment('value', -2)]).toEqual([2, 40])
  },
)

test('a counter that is set is a value like others again', async () => {
  for (const eviction of policies) {
    const cache = new SimpleMemoryCache({ maxEntries: 10, eviction })
    for (const key of ['1', '2', 'count', '3', '4', '5', '6', '7', '8', '9']) await cache.increment(key)
    await cache.set('count', 100)
    // All others are counters still: older ones stay too.
    await cache.increment('next')
    expect(await cache.multiGet(['1', '2', 'count', '9', 'next'])).toEqual([1, 1, undefined, 1, 1])
  }
})

test('the lock of a stampede stays while its computation fills the cache', async () => {
  for (const eviction of policies) {
    const cache = new SimpleMemoryCache({ maxEntries: 10, eviction })
    let runs = 0
    const load = cachedStampede({ cache, lease: '30s', ttl: '1m', key: 'report' })(async () => {
      runs++
      for (let index = 0; index < 300; index++) await cache.set(`${index}`, index)
      const locks = ((await cache.raw('keys')) as string[]).filter((key) => key.endsWith('-lock'))
      expect(locks).toEqual(['report-lock'])
      return 'report'
    })
    expect(await Promise.all([load(), load(), load(), load()])).toEqual(Array(4).fill('report'))
    expect(runs).toBe(1)
  }
})

test('a lock that expired, or was released, leaves its room', async () => {
  const clock = new FakeClock()
  const cache = new SimpleMemoryCache({ maxEntries: 2, clock })
  await new RedLock(cache, 'job', { lease: '1s' }).acquire()
  clock.advance(3000)
  await cache.set('a', 1)
  await cache.set('b', 2)
  expect(await cache.multiGet(['a', 'b'])).toEqual([1, 2])
})

test('a measure that uses the cache fails the command that it is for, and breaks nothing', async () => {
  let armed: (() => unknown) | undefined
  const cache: SimpleMemoryCache = new SimpleMemoryCache({
    sizeOf: () => {
      const act = armed
      armed = undefined
      void act?.()
      return 10
    },
  })
  await cache.set('n', 1)
  armed = () => cache.delete('n')
  await expect(cache.increment('n')).rejects.toThrow(/sizeOf used the cache/)
  await cache.set('m', 1)
  armed = () => cache.set('m', 100)
  await expect(cache.increment('m')).rejects.toThrow(/sizeOf used the cache/)
  expect(await cache.get('m')).toBe(100)
  armed = () => cache.set('added', 'first')
  await expect(cache.add('added', 'second')).rejects.toThrow(/exists/)
  for (let index = 0; index < 5; index++) await cache.set(`k${index}`, `v${index}`)
  expect(await cache.multiGet(['k0', 'k1', 'k2', 'k3', 'k4', 'added', 'n'])).toEqual([
    'v0',
    'v1',
    'v2',
    'v3',
    'v4',
    'first',
    undefined,
  ])
})

test('a value whose getter uses the cache is stored in one step', async () => {
  const cache = new SimpleMemoryCache()
  const lock = new OptimisticLock(cache, 'k')
  await cache.set('k', 'old')
  await lock.acquire()
  await expect(
    lock.cas({
      get x() {
        void cache.delete('k')
        return 1
      },
    }),
  ).rejects.toThrow(OptimisticLockError)
  for (let index = 0; index < 5; index++) await cache.set(`k${index}`, `v${index}`)
  expect(await cache.multiGet(['k', 'k0', 'k1', 'k2', 'k3', 'k4'])).toEqual([undefined, 'v0', 'v1', 'v2', 'v3', 'v4'])
})

test('a scan of twenty times the cache leaves what is in use where it is, which it does not under LRU', async () => {
  for (const eviction of policies) {
    const cache = new SimpleMemoryCache({ maxEntries: 1000, eviction })
    const inUse = Array.from({ length: 800 }, (_, index) => `used:${index}`)
    const access = async (key: string) => {
      if ((await cache.get(key)) === undefined) await cache.set(key, 'value')
    }
    let scanned = 0
    // In use is what is used between other things, again and again.
    for (let round = 0; round < 5; round++) {
      for (const key of inUse) {
        await access(key)
        if (scanned < 2000) await access(`once:${scanned++}`)
      }
    }
    for (let index = 0; index < 20_000; index++) await access(`scan:${index}`)
    const left = (await cache.multiGet(inUse)).filter((value) => value !== undefined).length
    if (eviction === 'adaptive') expect(left).toBeGreaterThan(700)
    else expect(left).toBe(0)
  }
})
