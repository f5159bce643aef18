import {
  type BaseCache,
  BasePlugin,
  Cache,
  type CommandName,
  type HookedCache,
  isPycachedError,
  type Outcome,
  type Serializer,
} from '@pycached/core'
import type { SimpleMemoryCache } from '@pycached/memory'
import type { RedisCache } from '@pycached/redis'
import { expectTypeOf, test } from 'vitest'

declare const cache: BaseCache
declare const url: string

test('results', () => {
  expectTypeOf(cache.add('key', 1)).toEqualTypeOf<Promise<true>>()
  expectTypeOf(cache.set('key', 1, { ttl: '10s', timeout: 1, namespace: null })).toEqualTypeOf<Promise<true>>()
  expectTypeOf(cache.get('key')).toEqualTypeOf<Promise<unknown>>()
  expectTypeOf(cache.get<number>('key')).toEqualTypeOf<Promise<number | undefined>>()
  expectTypeOf(cache.get<number, string>('key', { default: 'none' })).toEqualTypeOf<Promise<number | string>>()
  expectTypeOf(cache.multiGet<number>(['a'])).toEqualTypeOf<Promise<(number | undefined)[]>>()
  expectTypeOf(cache.increment('key')).toEqualTypeOf<Promise<number>>()
  expectTypeOf(cache.exists('key')).toEqualTypeOf<Promise<boolean>>()
  expectTypeOf(cache.delete('key')).toEqualTypeOf<Promise<number>>()
  expectTypeOf(cache.close()).toEqualTypeOf<Promise<void>>()
  expectTypeOf(cache.buildKey('key')).toEqualTypeOf<string>()
  expectTypeOf(cache.timeout).toEqualTypeOf<number | undefined>()
})

test('what commands take', () => {
  void cache.multiSet(new Map([['a', 1]]))
  void cache.multiSet(Object.entries({ a: 1 }))
  void cache.multiGet(new Set(['a']))
  void cache.set('key', 1, { dumpsFn: (value: Date) => value.toISOString() })
  void cache.get('key', { loadsFn: (stored: string) => stored.length })
  void cache.expire('key', null)
  void cache.raw('get', 1, 'two')
})

test('what they do not', () => {
  // @ts-expect-error a key is text
  void cache.get(1)
  // @ts-expect-error a misspelled option
  void cache.set('key', 1, { tll: 10 })
  // @ts-expect-error no unit
  void cache.set('key', 1, { ttl: '10' })
  // @ts-expect-error an unknown unit
  void cache.set('key', 1, { ttl: '10 minutes' })
  // @ts-expect-error pairs are of two
  void cache.multiSet([['a']])
  // @ts-expect-error reads have no time to live
  void cache.get('key', { ttl: 10 })
  // @ts-expect-error writes have no default
  void cache.set('key', 1, { default: 10 })
  // @ts-expect-error a time to live is needed, null removes it
  void cache.expire('key')
  // @ts-expect-error a signal is an AbortSignal
  void cache.get('key', { signal: true })
  // @ts-expect-error fixed at construction
  cache.ttl = 10
  // @ts-expect-error frozen
  cache.plugins.push(new BasePlugin())
})

test('new Cache is typed by its type name', () => {
  expectTypeOf(new Cache()).toEqualTypeOf<SimpleMemoryCache>()
  expectTypeOf(new Cache({ ttl: '10s' })).toEqualTypeOf<SimpleMemoryCache>()
  expectTypeOf(new Cache(Cache.MEMORY)).toEqualTypeOf<SimpleMemoryCache>()
  expectTypeOf(new Cache('memory', { namespace: 'main' })).toEqualTypeOf<SimpleMemoryCache>()
  expectTypeOf(new Cache(Cache.REDIS, { endpoint: '127.0.0.1', port: 6379 })).toEqualTypeOf<RedisCache>()
  expectTypeOf(new Cache('acme.AcmeCache', { any: 'option' })).toEqualTypeOf<BaseCache>()
  expectTypeOf(Cache.fromUrl('redis://localhost')).toEqualTypeOf<RedisCache>()
  expectTypeOf(Cache.fromUrl('memory:')).toEqualTypeOf<SimpleMemoryCache>()
  expectTypeOf(Cache.fromUrl(url)).toEqualTypeOf<BaseCache>()
  // @ts-expect-error memory has no port
  void new Cache(Cache.MEMORY, { port: 1 })
  // @ts-expect-error no unit
  void new Cache({ ttl: '10' })
  // @ts-expect-error a port is a number
  void new Cache(Cache.REDIS, { port: '6379' })
})

test('plugins: hooks are typed by their command', () => {
  class Typed extends BasePlugin {
    override preSet(hooked: HookedCache, [key, value, options]: readonly [string, unknown, { ttl?: unknown }?]): void {
      expectTypeOf(key).toEqualTypeOf<string>()
      expectTypeOf(value).toEqualTypeOf<unknown>()
      void options
      expectTypeOf(hooked.namespace).toEqualTypeOf<string | undefined>()
    }
    override postGet(_cache: BaseCache, _args: unknown, { ret, took, hits }: Outcome<'get'>): void {
      expectTypeOf(ret).toEqualTypeOf<unknown>()
      expectTypeOf(took).toEqualTypeOf<number>()
      expectTypeOf(hits).toEqualTypeOf<number>()
    }
    override async postExists(_cache: HookedCache, _args: unknown, outcome: Outcome<'exists'>): Promise<void> {
      expectTypeOf(outcome.ret).toEqualTypeOf<boolean>()
      expectTypeOf(outcome.hits).toEqualTypeOf<undefined>()
    }
    override onError(_cache: HookedCache, command: CommandName): void {
      expectTypeOf(command).toExtend<string>()
    }
  }
  void new Typed()
  class Wrong extends BasePlugin {
    // @ts-expect-error there is no such hook to override
    override postMultiget(): void {}
  }
  void new Wrong()
  class WrongArgs extends BasePlugin {
    // @ts-expect-error keys are text
    override preGet(_cache: HookedCache, [key]: readonly [number]): void {
      void key
    }
  }
  void new WrongArgs()
})

test('a serializer is three members, nothing more', () => {
  const three = { encoding: null, dumps: (value: unknown) => value, loads: (stored: unknown) => stored }
  expectTypeOf(three).toExtend<Serializer>()
  // @ts-expect-error loads is missing
  const two: Serializer = { encoding: 'utf-8', dumps: String }
  void two
})

test('errors are narrowed by isPycachedError, and by their code', () => {
  const error = {} as unknown
  if (isPycachedError(error)) {
    expectTypeOf(error.key).toEqualTypeOf<string | undefined>()
    expectTypeOf(error.code).toExtend<`PYCACHED_${string}`>()
  }
})
