import {
  BackendError,
  type BaseCache,
  InvalidArgumentError,
  type MultiCachedFunction,
  multiCached,
  SerializationError,
} from '@pycached/core'
import { RedisCache } from '@pycached/redis'
import { describe, expect, test, vi } from 'vitest'
import { closing, deferred, freshKey, memory, redis, redisOptions, sleep, until } from '../support/stores.js'

/** A function of results by key that notes the keys it was asked for. */
function dictionary(entries: Record<string, unknown>) {
  const asked: unknown[][] = []
  async function look({ ids = [] }: { ids?: readonly string[]; language?: string } = {}) {
    asked.push([...ids])
    return Object.fromEntries(ids.filter((id) => id in entries).map((id) => [id, entries[id]]))
  }
  return { look, asked }
}
const DICT = { a: 'Z', b: 'Y', c: 'X', d: 'W' }

describe.each([
  { store: 'memory', make: (): BaseCache => memory() },
  { store: 'Redis', make: (): BaseCache => redis(`multi:${freshKey()}`) },
])('over $store', ({ make }) => {
  test('only the missing keys are asked for, and the caller gets all, in the order asked', async () => {
    const cache = make()
    const { look, asked } = dictionary(DICT)
    const find = multiCached('ids', { cache })(look)
    expect(await find({ ids: ['a', 'b'] })).toEqual({ a: 'Z', b: 'Y' })
    const mixed = await find({ ids: ['d', 'b', 'c', 'a'] })
    expect(Object.entries(mixed)).toEqual(Object.entries({ d: 'W', b: 'Y', c: 'X', a: 'Z' }))
    expect(await find({ ids: ['c'] })).toEqual({ c: 'X' })
    expect(asked).toEqual([
      ['a', 'b'],
      ['d', 'c'],
    ])
    expect(await cache.multiGet(['a', 'b', 'c', 'd'])).toEqual(['Z', 'Y', 'X', 'W'])
  })

  test('keys without a result stay absent and are asked for again; null is a result', async () => {
    const { look, asked } = dictionary({ ...DICT, nothing: null, missing: undefined })
    const find = multiCached('ids', { cache: make() })(look)
    for (let round = 0; round < 2; round++) {
      expect(await find({ ids: ['a', 'nothing', 'missing', 'unknown'] })).toStrictEqual({ a: 'Z', nothing: null })
    }
    expect(asked[1]).toEqual(['missing', 'unknown'])
  })

  test('a keyBuilder gets the key and the arguments; the caller never sees what it builds', async () => {
    const cache = make()
    const { look } = dictionary(DICT)
    const keyBuilder = (id: string, { language = 'en' }: { language?: string } = {}) => `user:${language}:${id}`
    const find = multiCached('ids', { cache, keyBuilder })(look)
    expect(await find({ ids: ['a'], language: 'de' })).toEqual({ a: 'Z' })
    expect(await find({ ids: ['a', 'b'], language: 'de' })).toEqual({ a: 'Z', b: 'Y' })
    expect(await cache.multiGet(['user:de:a', 'user:de:b', 'a'])).toEqual(['Z', 'Y', undefined])
    expect(find.keyFor({ ids: ['b', 'a'] })).toEqual([cache.buildKey('user:en:b'), cache.buildKey('user:en:a')])
  })

  test('hits are not written again: they keep their time to live', async () => {
    const cache = make()
    const { look } = dictionary(DICT)
    const find = multiCached('ids', { cache, ttl: '1m' })(look)
    await find({ ids: ['a'] })
    const multiSet = vi.spyOn(cache, 'multiSet')
    await find({ ids: ['a', 'b'] })
    await find({ ids: ['a', 'b'] })
    expect(multiSet.mock.calls).toEqual([[[['b', 'Y']], { ttl: '1m' }]])
  })

  test('an invalidation of some keys wins over the computation of these alone', async () => {
    const cache = make()
    const gate = deferred()
    let started = 0
    const find = multiCached(0, { cache })(async (ids: string[]) => {
      started++
      await gate.promise
      return Object.fromEntries(ids.map((id) => [id, 'old']))
    })
    const slow = find(['a', 'b', 'c'])
    await until(() => started === 1)
    expect(await find.invalidate(['a', 'c'])).toBe(0)
    gate.resolve()
    expect(await slow).toEqual({ a: 'old', b: 'old', c: 'old' })
    expect(await cache.multiGet(['a', 'b', 'c'])).toEqual([undefined, 'old', undefined])
    expect(await find.invalidate(['a', 'b', 'c'])).toBe(1)
  })

  test('an invalidation waits for the write that is on its way, and deletes it', async () => {
    const cache = make()
    const writing = deferred()
    const written = deferred()
    cache.plugins = [
      {
        preMultiSet: async () => {
          writing.resolve()
          await written.promise
        },
      },
    ]
    const find = multiCached(0, { cache })(async (ids: string[]) => Object.fromEntries(ids.map((id) => [id, 'old'])))
    const slow = find(['a', 'b'])
    await writing.promise
    const invalidated = find.invalidate(['a'])
    await sleep(5)
    written.resolve()
    await slow
    expect(await invalidated).toBe(1)
    expect(await cache.multiGet(['a', 'b'])).toEqual([undefined, 'old'])
  })

  test('a refresh outdates the computation that began before it', async () => {
    const cache = make()
    const gate = deferred()
    let source = 'old'
    let started = 0
    const find = multiCached(0, { cache })(async (ids: string[]) => {
      const read = source
      started++
      if (read === 'old') await gate.promise
      return Object.fromEntries(ids.map((id) => [id, read]))
    })
    const slow = find(['a', 'b'])
    await until(() => started === 1)
    source = 'new'
    expect(await find.refresh(['a'])).toEqual({ a: 'new' })
    gate.resolve()
    expect(await slow).toEqual({ a: 'old', b: 'old' })
    expect(await cache.multiGet(['a', 'b'])).toEqual(['new', 'old'])
  })

  test('refresh computes all, with leaves out looking up or storing', async () => {
    const cache = make()
    let round = 0
    const find = multiCached(0, { cache })(async (ids: Iterable<string>) => {
      round++
      return Object.fromEntries([...ids].map((id) => [id, round]))
    })
    await find(['a'])
    expect(await find.with({ cacheWrite: false })(['a', 'b'])).toEqual({ a: 1, b: 2 })
    expect(await find(['a', 'b'])).toEqual({ a: 1, b: 3 })
    expect(await find.refresh(new Set(['a', 'b']).values())).toEqual({ a: 4, b: 4 })
    expect(await find(['b', 'a'])).toEqual({ b: 4, a: 4 })
    expect(await find.with({ cacheRead: false })(['b'])).toEqual({ b: 5 })
  })

  test('a disabled cache computes everything afresh', async () => {
    const cache = make()
    const { look, asked } = dictionary(DICT)
    const find = multiCached('ids', { cache })(look)
    cache.enabled = false
    for (let round = 0; round < 2; round++) expect(await find({ ids: ['a', 'b'] })).toEqual({ a: 'Z', b: 'Y' })
    expect(asked).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ])
  })

  test('one stored value that cannot be read is computed again, the others stay hits', async () => {
    const cache = make()
    const onError = vi.fn()
    const { look, asked } = dictionary(DICT)
    const find = multiCached('ids', { cache, onError })(look)
    await find({ ids: ['a', 'b', 'c'] })
    const loads = cache.serializer.loads.bind(cache.serializer)
    const damaged = cache.serializer.dumps('damaged')
    vi.spyOn(cache.serializer, 'loads').mockImplementation((stored) => {
      if (String(stored) === String(damaged)) throw new Error('damaged')
      return loads(stored)
    })
    await cache.set('b', 'damaged')
    expect(await find({ ids: ['a', 'b', 'c'] })).toEqual({ a: 'Z', b: 'Y', c: 'X' })
    expect(asked[1]).toEqual(['b'])
    expect(onError.mock.calls).toEqual([
      [expect.objectContaining({ code: 'PYCACHED_DESERIALIZATION' }), { key: 'b', suppressed: 0 }],
    ])
    expect(await find({ ids: ['a', 'b', 'c'] })).toEqual({ a: 'Z', b: 'Y', c: 'X' })
    expect(asked).toHaveLength(2)
  })
})

describe('the keys of a call', () => {
  const pairs = (ids: Iterable<unknown>) => new Map([...ids].map((id) => [id, `value ${String(id)}`] as const))

  test('are an argument by its index, also the last of several', async () => {
    const asked: unknown[] = []
    const find = multiCached(
      1,
      {},
    )(async (prefix: string, ids: number[]) => {
      asked.push(ids)
      return Object.fromEntries(ids.map((id) => [id, prefix + id])) as Record<number, string>
    })
    expect(await find('x', [3, 1])).toEqual({ 1: 'x1', 3: 'x3' })
    expect(await find('x', [3, 2])).toEqual({ 2: 'x2', 3: 'x3' })
    expect(asked).toEqual([[3, 1], [2]])
  })

  test('are given to the function as a Set where the caller gave one, else as an array; each once', async () => {
    const asked: unknown[] = []
    const find = multiCached(0, { as: 'map' })(async (ids: Iterable<string>) => {
      asked.push(ids)
      return pairs(ids) as Map<string, string>
    })
    function* generate() {
      yield* ['c', 'd', 'c']
    }
    await find(new Set(['a']))
    await find(new Set(['a', 'b']))
    expect([...(await find(generate())).keys()]).toEqual(['c', 'd'])
    expect(asked).toEqual([new Set(['a']), new Set(['b']), ['c', 'd']])
  })

  test('that the caller gave are not changed, nor is the options argument', async () => {
    const ids = Object.freeze(['a', 'b', 'a'])
    const options = Object.freeze({ ids, language: 'de' })
    const seen: unknown[] = []
    const find = multiCached(
      'ids',
      {},
    )(async (given: { ids: readonly string[]; language: string }) => {
      seen.push(given)
      return Object.fromEntries(given.ids.map((id) => [id, 1]))
    })
    await find.refresh({ ids: ['a'], language: 'de' })
    await find(options)
    expect(seen[1]).toEqual({ ids: ['b'], language: 'de' })
    expect(options).toEqual({ ids: ['a', 'b', 'a'], language: 'de' })
  })

  test('none: the function is not called', async () => {
    const { look, asked } = dictionary(DICT)
    const find = multiCached('ids', {})(look)
    expect(await find({ ids: [] })).toEqual({})
    expect(asked).toEqual([])
    expect(await multiCached(0, { as: 'map' })(async (ids: string[]) => new Map([[ids, 1]]))([])).toEqual(new Map())
  })

  test('left away: the function’s own default holds, and its results are stored', async () => {
    const cache = memory()
    const asked: unknown[] = []
    const find = multiCached('ids', { cache })(async ({ ids = ['a', 'b'] }: { ids?: string[] } = {}) => {
      asked.push(ids)
      return Object.fromEntries(ids.map((id) => [id, id.toUpperCase()]))
    })
    expect(await find()).toEqual({ a: 'A', b: 'B' })
    expect(await find({})).toEqual({ a: 'A', b: 'B' })
    expect(await find({ ids: ['b', 'c'] })).toEqual({ b: 'B', c: 'C' })
    expect(asked).toEqual([['a', 'b'], ['a', 'b'], ['c']])
    expect(find.keyFor()).toEqual([])
    expect(await find.invalidate()).toBe(0)
    expect(await find.refresh()).toEqual({ a: 'A', b: 'B' })
  })

  test('must be an iterable of texts or numbers, unless a keyBuilder makes texts of them', async () => {
    const find = multiCached(0, {})(async (ids: Iterable<unknown>) => Object.fromEntries(pairs(ids) as never))
    await expect(find('abc')).rejects.toThrow(
      'argument 1 must be an array, a Set or another iterable of keys, got string',
    )
    await expect(find(7 as never)).rejects.toThrow(InvalidArgumentError)
    await expect(find([null])).rejects.toThrow('must be text or numbers; got null: give keyBuilder')
    await expect(find([''])).rejects.toThrow('got an empty string')
    expect(() => find.keyFor([{}])).toThrow(InvalidArgumentError)
    const when = new Date(0)
    const byDate = multiCached(0, { as: 'map', keyBuilder: (date: Date) => date.toISOString() })(
      async (dates: Date[]) => new Map(dates.map((date) => [date, date.getTime()])),
    )
    expect(await byDate([when])).toEqual(new Map([[when, 0]]))
    expect(byDate.keyFor([when])).toEqual(['1970-01-01T00:00:00.000Z'])
    const wrong = multiCached(0, { keyBuilder: () => '' })(async (ids: string[]) => Object.fromEntries(pairs(ids)))
    await expect(wrong(['a'])).rejects.toThrow('keyBuilder of multiCached must return text')
  })

  test('named __proto__ is a key like any other', async () => {
    const find = multiCached(0, {})(async (ids: string[]) => Object.fromEntries(ids.map((id) => [id, { is: id }])))
    for (let round = 0; round < 2; round++) {
      const found = await find(['__proto__', 'constructor'])
      expect(Object.keys(found)).toEqual(['__proto__', 'constructor'])
      expect(Object.getPrototypeOf(found)).toBe(Object.prototype)
    }
    const none = multiCached(0, {})(async (_ids: string[]) => ({}))
    expect(Object.keys(await none(['constructor', 'toString']))).toEqual([])
  })
})

describe('the results', () => {
  test('are a record or a Map as asked, whatever the function resolves to', async () => {
    const asMap = async (ids: string[]) => new Map(ids.map((id) => [id, 1] as const))
    const asRecord = async (ids: string[]) => Object.fromEntries(ids.map((id) => [id, 1]))
    for (const fn of [asMap, asRecord] as (typeof asRecord)[]) {
      const record = multiCached(0, {})(fn)
      const map = multiCached(0, { as: 'map' })(fn)
      for (let round = 0; round < 2; round++) {
        expect(await record(['2', '1'])).toEqual({ 1: 1, 2: 1 })
        expect([...(await map(['2', '1']))]).toEqual([
          ['2', 1],
          ['1', 1],
        ])
      }
    }
  })

  test('that nobody asked for are dropped', async () => {
    const cache = memory()
    const find = multiCached(0, { cache })(async (_ids: string[]) => ({ a: 1, b: 2 }))
    expect(await find(['a'])).toEqual({ a: 1 })
    expect(await cache.exists('b')).toBe(false)
  })

  test('of another kind are refused', async () => {
    for (const wrong of [['a'], null, undefined, 'text', new Set()]) {
      const find = multiCached(0, {})(async (_ids: string[]) => wrong as object as Record<string, number>)
      await expect(find(['a'])).rejects.toThrow(
        'multiCached needs a function that resolves to a record or a Map by key',
      )
    }
  })

  test('that skipCache names are not stored', async () => {
    const cache = memory()
    const skipCache = (key: string, value: number) => key === 'a' || value > 2
    const find = multiCached(0, { cache, skipCache })(async (ids: string[]) =>
      Object.fromEntries(ids.map((id, index) => [id, index])),
    )
    expect(await find(['a', 'b', 'c', 'd'])).toEqual({ a: 0, b: 1, c: 2, d: 3 })
    expect(await cache.multiGet(['a', 'b', 'c', 'd'])).toEqual([undefined, 1, 2, undefined])
  })
})

describe('when something fails', () => {
  test('what the function throws is passed on, and nothing is stored', async () => {
    const cache = memory()
    const boom = new Error('boom')
    const find = multiCached(0, { cache })(async (_ids: string[]): Promise<Record<string, number>> => {
      throw boom
    })
    await expect(find(['a'])).rejects.toBe(boom)
    expect(await cache.raw('size')).toBe(0)
  })

  test('a cache that is down is told once, and the function runs once for all keys', async () => {
    const cache = closing(new RedisCache({ port: 1 }))
    const onError = vi.fn()
    const { look, asked } = dictionary(DICT)
    const find = multiCached('ids', { cache, onError })(look)
    expect(await find({ ids: ['a', 'b'] })).toEqual({ a: 'Z', b: 'Y' })
    expect(asked).toEqual([['a', 'b']])
    expect(onError.mock.calls).toEqual([[expect.any(BackendError), { key: 'a', suppressed: 0 }]])
    await expect(find.invalidate({ ids: ['a'] })).rejects.toThrow(BackendError)
  })

  test('a result that cannot be serialized is told, with its key', async () => {
    const onError = vi.fn()
    const cyclic: { self?: unknown } = {}
    cyclic.self = cyclic
    const cache = redis(`multi:${freshKey()}`)
    const find = multiCached(0, { cache, onError })(async (_ids: string[]) => ({ a: 1, b: cyclic }))
    expect(await find(['a', 'b'])).toEqual({ a: 1, b: cyclic })
    expect(onError.mock.calls).toEqual([[expect.any(SerializationError), { key: 'b', suppressed: 0 }]])
  })

  test('options that mean nothing throw when decorating', () => {
    for (const from of ['', -1, 1.5, Number.NaN, undefined, null, {}]) {
      expect(() => multiCached(from as never)).toThrow(
        "the index of the argument, or the name of the options argument's",
      )
    }
    expect(() => multiCached('ids', { as: 'object' } as never)).toThrow("as must be 'record' or 'map'")
    expect(() => multiCached('ids', { key: 'k' } as never)).toThrow("has no option 'key'")
    expect(() => multiCached('ids', { keyBuilder: 1 } as never)).toThrow(InvalidArgumentError)
    expect(() => multiCached('ids', null as never)).toThrow(InvalidArgumentError)
    expect(() => multiCached('ids', { alias: 'default', plugins: [] } as never)).toThrow("'plugins' is no option")
  })
})

test('it decorates methods, and this reaches them', async () => {
  class Users {
    asked: string[][] = []
    @multiCached('ids', { as: 'map' })
    async find({ ids }: { ids: string[] }): Promise<Map<string, string>> {
      this.asked.push(ids)
      return new Map(ids.map((id) => [id, id.toUpperCase()]))
    }
  }
  const users = new Users()
  await users.find({ ids: ['a'] })
  expect(await users.find({ ids: ['b', 'a'] })).toEqual(new Map(Object.entries({ b: 'B', a: 'A' })))
  expect(users.asked).toEqual([['a'], ['b']])
  expect((users.find as MultiCachedFunction<Users['find']>).keyFor({ ids: ['b'] })).toEqual(['b'])
})

test('the original’s program for multi_cached works, translated', async () => {
  const options = redisOptions('multi-original')
  const dict: Record<string, string> = DICT
  const multiCachedIds = multiCached('ids', { cache: RedisCache, ...options })(async ({ ids }: { ids: string[] }) =>
    Object.fromEntries(ids.map((id) => [id, dict[id]])),
  )
  const multiCachedKeys = multiCached('keys', { cache: RedisCache, ...options })(async ({ keys }: { keys: string[] }) =>
    Object.fromEntries(keys.map((id) => [id, dict[id]])),
  )
  await multiCachedIds({ ids: ['a', 'b'] })
  await multiCachedIds({ ids: ['a', 'c'] })
  await multiCachedKeys({ keys: ['d'] })
  const cache = closing(new RedisCache(options))
  for (const key of ['a', 'b', 'c', 'd']) expect(await cache.exists(key)).toBe(true)
  expect(await cache.multiDelete(['a', 'b', 'c', 'd'])).toBe(4)
  await Promise.all([multiCachedIds.cache.close(), multiCachedKeys.cache.close()])
})
