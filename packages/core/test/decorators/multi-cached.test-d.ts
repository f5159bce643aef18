import { type BaseCache, type MultiCachedFunction, multiCached } from '@pycached/core'
import { RedisCache } from '@pycached/redis'
import { expectTypeOf, test } from 'vitest'

interface User {
  name: string
}
const byOptions = async (_options: { ids: string[]; language?: string }): Promise<Record<string, User>> => ({})
const byIndex = async (_language: string, _ids: Set<number>): Promise<Map<number, User>> => new Map()

test('a wrapped function keeps its signature and carries its controls', () => {
  const find = multiCached('ids', { ttl: '10s' })(byOptions)
  expectTypeOf(find).toEqualTypeOf<MultiCachedFunction<typeof byOptions>>()
  expectTypeOf(find({ ids: ['a'] })).toEqualTypeOf<Promise<Record<string, User>>>()
  expectTypeOf(find.keyFor({ ids: ['a'] })).toEqualTypeOf<string[]>()
  expectTypeOf(find.invalidate({ ids: ['a'] })).toEqualTypeOf<Promise<number>>()
  expectTypeOf(find.refresh).toEqualTypeOf<typeof byOptions>()
  expectTypeOf(find.cache).toEqualTypeOf<BaseCache>()
  expectTypeOf(multiCached(1, { as: 'map' })(byIndex)).toEqualTypeOf<MultiCachedFunction<typeof byIndex>>()
  // @ts-expect-error ids are text
  void find({ ids: [1] })
})

test('the shape of the results follows as', () => {
  const record = multiCached(1)(byIndex)
  expectTypeOf(record('de', new Set([1]))).toEqualTypeOf<Promise<Partial<Record<number, User>>>>()
  const map = multiCached('ids', { as: 'map' })(byOptions)
  expectTypeOf(map({ ids: ['a'] })).toEqualTypeOf<Promise<Map<string, User>>>()
})

test('keysFrom names what the function takes', () => {
  // @ts-expect-error there is no such property
  multiCached('keys')(byOptions)
  // @ts-expect-error the first argument is no iterable of keys
  multiCached(0)(byOptions)
  // @ts-expect-error there is no third argument
  multiCached(2)(byIndex)
  // @ts-expect-error an array has no keys
  multiCached(0)(async (_ids: string[]): Promise<User[]> => [])
  // @ts-expect-error text has no keys
  multiCached(0)(async (_ids: string[]) => 'text')
  multiCached('ids')(
    async ({ ids = [] }: { ids?: string[] } = {}): Promise<Record<string, string>> => ({ a: ids.join() }),
  )
})

test('keyBuilder takes key and arguments, skipCache key and result', () => {
  multiCached('ids', {
    keyBuilder: (id: string, { language }: { language?: string }) => `${language}:${id}`,
    skipCache: (_id: string, user: User) => user.name === '',
  })(byOptions)
  multiCached(1, { as: 'map', keyBuilder: (id: number) => `user:${id}` })(byIndex)
  // @ts-expect-error the keys are text
  multiCached('ids', { keyBuilder: (id: number) => `${id}` })(byOptions)
  // @ts-expect-error the results are users
  multiCached('ids', { skipCache: (_id: string, user: string) => user === '' })(byOptions)
})

test('the options are those of the cache that is used', () => {
  multiCached('ids', { cache: RedisCache, port: 6379 })(byOptions)
  // @ts-expect-error memory has no port
  multiCached('ids', { port: 6379 })(byOptions)
  // @ts-expect-error every result has a key of its own
  multiCached('ids', { key: 'key' })(byOptions)
  // @ts-expect-error an alias has its serializer
  multiCached('ids', { alias: 'default', serializer: 'pycached.serializers.JsonSerializer' })(byOptions)
})
