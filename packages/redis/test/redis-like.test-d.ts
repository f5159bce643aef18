import { Cache } from '@pycached/core'
import {
  type BreakerState,
  type CircuitBreaker,
  type ConnectionState,
  RedisCache,
  type RedisCacheOptions,
  type RedisHost,
  type RedisLike,
} from '@pycached/redis'
import { type Cluster, Redis } from 'ioredis'
import type { Redis as Valkey, Cluster as ValkeyCluster } from 'iovalkey'
import { assertType, describe, expectTypeOf, test } from 'vitest'

describe('a client, by its shape', () => {
  test('Redis of ioredis is one, whatever it was made with, and so is Cluster', () => {
    expectTypeOf<Redis>().toExtend<RedisLike>()
    expectTypeOf<Redis<'resp3'>>().toExtend<RedisLike>()
    expectTypeOf<Cluster>().toExtend<RedisLike>()
    assertType<RedisCache>(new RedisCache({ client: new Redis() }))
  })

  test('Redis and Cluster of iovalkey are', () => {
    expectTypeOf<Valkey>().toExtend<RedisLike>()
    expectTypeOf<ValkeyCluster>().toExtend<RedisLike>()
  })

  test('an object with the four methods is one', () => {
    const client = {
      call: async (_command: string, _args: (string | Buffer | number)[]): Promise<unknown> => 'OK',
      getBuffer: async (_key: string): Promise<Buffer | null> => null,
      mgetBuffer: async (_keys: string[]): Promise<(Buffer | null)[]> => [],
      scanBuffer: async (): Promise<[Buffer, Buffer[]]> => [Buffer.alloc(0), []],
    }
    assertType<RedisLike>(client)
  })

  test('what lacks one of them is none', () => {
    // @ts-expect-error: no methods
    assertType<RedisLike>({})
    // @ts-expect-error: a URL is no client
    new RedisCache({ client: 'redis://localhost' })
  })
})

describe('options', () => {
  test('are checked by type', () => {
    assertType<RedisCacheOptions>({
      endpoint: 'h',
      port: 1,
      db: 2,
      username: 'u',
      password: 'p',
      tls: true,
      ttl: '10s',
    })
    assertType<RedisCacheOptions>({ tls: { ca: 'pem', servername: 'name' }, connectTimeout: '2s' })
    // @ts-expect-error: a port is a number
    assertType<RedisCacheOptions>({ port: '6379' })
    // @ts-expect-error: a duration has a unit
    assertType<RedisCacheOptions>({ connectTimeout: '2 seconds' })
    // @ts-expect-error: no such option
    assertType<RedisCacheOptions>({ host: 'h' })
  })

  test('of new Cache and its result follow the type name', () => {
    expectTypeOf(
      new Cache(Cache.REDIS, { endpoint: '127.0.0.1', port: 6379, namespace: 'main' }),
    ).toEqualTypeOf<RedisCache>()
    expectTypeOf(new Cache('pycached.RedisCache')).toEqualTypeOf<RedisCache>()
    expectTypeOf(Cache.fromUrl('redis://localhost')).toEqualTypeOf<RedisCache>()
    expectTypeOf(Cache.fromUrl('rediss://localhost/1')).toEqualTypeOf<RedisCache>()
    expectTypeOf(new Cache(RedisCache, { port: 1 })).toEqualTypeOf<RedisCache>()
    // @ts-expect-error: a port is a number
    new Cache(Cache.REDIS, { port: '6379' })
  })

  test('say where the store is in one of several ways', () => {
    const hosts: RedisHost[] = [{ endpoint: 'a' }, { endpoint: 'b', port: 7000 }]
    assertType<RedisCacheOptions>({ sentinels: hosts, masterName: 'main', sentinelPassword: 'p', sentinelTls: true })
    assertType<RedisCacheOptions>({ cluster: hosts, caFile: 'ca.pem', certFile: 'c.pem', keyFile: 'k.pem' })
    assertType<RedisCacheOptions>({ path: '/run/redis.sock', offlineQueue: true, breaker: true })
    assertType<RedisCacheOptions>({ breaker: { failures: 5, resetAfter: '2s' } })
    // @ts-expect-error: a host has an endpoint
    assertType<RedisCacheOptions>({ cluster: [{ host: 'a' }] })
    // @ts-expect-error: hosts are objects
    assertType<RedisCacheOptions>({ sentinels: ['a:26379'] })
    // @ts-expect-error: a duration has a unit
    assertType<RedisCacheOptions>({ breaker: { resetAfter: '2' } })
    // @ts-expect-error: no such setting
    assertType<RedisCacheOptions>({ breaker: { timeout: 2 } })
  })

  test('of every scheme lead to the same class', () => {
    expectTypeOf(new Cache('redis+cluster', { cluster: [{ endpoint: 'a' }] })).toEqualTypeOf<RedisCache>()
    expectTypeOf(new Cache('redis+sentinel', { sentinels: [{ endpoint: 'a' }] })).toEqualTypeOf<RedisCache>()
    expectTypeOf(new Cache('redis+unix', { path: '/s' })).toEqualTypeOf<RedisCache>()
    expectTypeOf(Cache.fromUrl('redis+sentinel://a:1,b:2/main')).toEqualTypeOf<RedisCache>()
    expectTypeOf(Cache.fromUrl('rediss+sentinel://a/main/1')).toEqualTypeOf<RedisCache>()
    expectTypeOf(Cache.fromUrl('redis+cluster://a:1,b:2')).toEqualTypeOf<RedisCache>()
    expectTypeOf(Cache.fromUrl('rediss+cluster://a')).toEqualTypeOf<RedisCache>()
    expectTypeOf(Cache.fromUrl('redis+unix:///s?db=1')).toEqualTypeOf<RedisCache>()
    // @ts-expect-error: a cluster is given by its nodes
    new Cache('redis+cluster', { cluster: 'a:1' })
  })
})

describe('what a cache tells', () => {
  test('is typed by the event', () => {
    const cache = new RedisCache()
    expectTypeOf(cache.connectionState).toEqualTypeOf<ConnectionState>()
    expectTypeOf(cache.breaker).toEqualTypeOf<CircuitBreaker | undefined>()
    const same = cache
      .on('connection', (state, cause) => {
        expectTypeOf(state).toEqualTypeOf<ConnectionState>()
        expectTypeOf(cause).toBeUnknown()
      })
      .on('breaker', (state) => expectTypeOf(state).toEqualTypeOf<BreakerState>())
    expectTypeOf(same).toEqualTypeOf<RedisCache>()
    // @ts-expect-error: no such event
    cache.on('error', () => {})
    // @ts-expect-error: the state of a connection is none of a breaker
    cache.on('breaker', (state: ConnectionState) => state)
    // @ts-expect-error: the breaker is looked at, not set
    cache.breaker = undefined
  })
})
