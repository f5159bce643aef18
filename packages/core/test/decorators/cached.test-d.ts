import { type BaseCache, type CachedFunction, cached, cachedStampede, multiCached } from '@pycached/core'
import { SimpleMemoryCache } from '@pycached/memory'
import { RedisCache } from '@pycached/redis'
import { expectTypeOf, test } from 'vitest'

interface User {
  id: number
  name: string
}
const find = async (id: number, language?: string): Promise<User> => ({ id, name: String(language) })
declare const cache: SimpleMemoryCache

test('a wrapped function keeps its signature and carries its controls', () => {
  const load = cached({ ttl: '10s', cache, key: 'k' })(find)
  expectTypeOf(load).toExtend<typeof find>()
  expectTypeOf(load).toEqualTypeOf<CachedFunction<typeof find>>()
  expectTypeOf(load(1)).toEqualTypeOf<Promise<User>>()
  expectTypeOf(load.cache).toEqualTypeOf<BaseCache>()
  expectTypeOf(load.keyFor).toEqualTypeOf<(id: number, language?: string) => string>()
  expectTypeOf(load.invalidate(1, 'de')).toEqualTypeOf<Promise<number>>()
  expectTypeOf(load.refresh).toEqualTypeOf<typeof find>()
  expectTypeOf(load.with({ cacheRead: false })).toEqualTypeOf<typeof find>()
  // @ts-expect-error the argument is a number
  void load('1')
  // @ts-expect-error the argument is a number
  load.keyFor('1')
  // @ts-expect-error there is no such switch
  load.with({ cacheReed: false })
})

test('generics, overloads and this survive', () => {
  const generic = cached({ key: 'k' })(async <T>(value: T): Promise<T[]> => [value])
  expectTypeOf(generic('a')).toEqualTypeOf<Promise<string[]>>()
  expectTypeOf(generic(1)).toEqualTypeOf<Promise<number[]>>()

  function overloaded(id: number): Promise<'number'>
  function overloaded(id: string): Promise<'string'>
  async function overloaded(id: unknown): Promise<unknown> {
    return typeof id
  }
  const both = cached()(overloaded)
  expectTypeOf(both(1)).toEqualTypeOf<Promise<'number'>>()
  expectTypeOf(both('a')).toEqualTypeOf<Promise<'string'>>()

  const bound = cached()(async function bound(this: { base: number }, add: number) {
    return this.base + add
  })
  expectTypeOf(bound.call({ base: 1 }, 2)).toEqualTypeOf<Promise<number>>()
  // @ts-expect-error it needs its this
  void bound(2)
  // @ts-expect-error it needs its this, and the function is none
  void bound.refresh(2)
})

test('only asynchronous functions can be wrapped', () => {
  // @ts-expect-error the function must return a promise
  cached()((id: number) => id)
  // @ts-expect-error a class is no function to call
  cached()(SimpleMemoryCache)
  // @ts-expect-error the options come first, the function in the second call
  cached(find)
})

test('keyBuilder takes the arguments, skipCache the result', () => {
  cached({ cache, keyBuilder: (id: number) => `user:${id}`, skipCache: (user: User) => user.name === '' })(find)
  cached({ cache, keyBuilder: (id) => `user:${String(id)}`, skipCache: (user) => user === null })(find)
  cached({ keyBuilder: (...args: unknown[]) => args.join() })(find)
  // @ts-expect-error the first argument is a number
  cached({ cache, keyBuilder: (id: string) => `user:${id}` })(find)
  // @ts-expect-error the result is a user
  cached({ cache, skipCache: (result: string) => result === '' })(find)
  // @ts-expect-error a key is text
  cached({ keyBuilder: (id: number) => id })(find)
})

test('the options are those of the cache that is used', () => {
  cached()(find)
  cached({ ttl: '10s', namespace: 'n', timeout: 0, plugins: [] })(find)
  cached({ cache: RedisCache, endpoint: '127.0.0.1', port: 6379, ttl: 10 })(find)
  cached({ cache: 'redis', port: 6379 })(find)
  cached({ cache: 'pycached.RedisCache', port: 6379 })(find)
  cached({ alias: 'default', ttl: '1m', namespace: 'users', timeout: '1s' })(find)
  cached({ cache, ttl: null, namespace: 'users' })(find)
  // @ts-expect-error memory has no port
  cached({ port: 6379 })(find)
  // @ts-expect-error memory has no port
  cached({ cache: SimpleMemoryCache, port: 6379 })(find)
  // @ts-expect-error the port is a number
  cached({ cache: RedisCache, port: '6379' })(find)
  // @ts-expect-error an alias has its serializer
  cached({ alias: 'default', serializer: 'pycached.serializers.JsonSerializer' })(find)
  // @ts-expect-error an alias is a cache already
  cached({ alias: 'default', cache })(find)
  // @ts-expect-error a cache that exists has its plugins
  cached({ cache, plugins: [] })(find)
  // @ts-expect-error an hour has no such unit
  cached({ ttl: '1hour' })(find)
  // @ts-expect-error cached has no lease
  cached({ cache, lease: 2 })(find)
  cachedStampede({ lease: '2s' })(find)
  cachedStampede({ cache, lease: 2, ttl: '10s' })(find)
  cachedStampede({ alias: 'default', lease: 2 })(find)
})

test('errorInterval is a duration or null, and onError is told how many failures went untold', () => {
  void cached({
    errorInterval: '1m',
    onError(_error, { key, suppressed }) {
      expectTypeOf(key).toEqualTypeOf<string>()
      expectTypeOf(suppressed).toEqualTypeOf<number>()
    },
  })
  void cachedStampede({ errorInterval: null })
  void multiCached(0, { errorInterval: 30 })
  // @ts-expect-error no unit that there is
  void cached({ errorInterval: '10 seconds' })
  // @ts-expect-error null tells every failure
  void cached({ errorInterval: false })
})
