import { Cache } from '@pycached/core'
import { RedisCache, type RedisCacheOptions, type RedisLike } from '@pycached/redis'
import { type Cluster, Redis } from 'ioredis'
import { assertType, describe, expectTypeOf, test } from 'vitest'

describe('a client, by its shape', () => {
  test('Redis of ioredis is one, whatever it was made with, and so is Cluster', () => {
    expectTypeOf<Redis>().toExtend<RedisLike>()
    expectTypeOf<Redis<'resp3'>>().toExtend<RedisLike>()
    expectTypeOf<Cluster>().toExtend<RedisLike>()
    assertType<RedisCache>(new RedisCache({ client: new Redis() }))
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
})
