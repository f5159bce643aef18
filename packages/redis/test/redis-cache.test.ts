import { inspect } from 'node:util'
import {
  BackendError,
  Cache,
  caches,
  DeserializationError,
  InvalidArgumentError,
  InvalidDurationError,
  KeyExistsError,
  NotAnIntegerError,
  SerializationError,
} from '@pycached/core'
import { RedisCache, type RedisCacheOptions } from '@pycached/redis'
import { JsonSerializer } from '@pycached/serializer-json'
import { Redis } from 'ioredis'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { startRedisServer } from '../../../test/support/redis-server.js'
import { clientOn, rejectionOf, sentDuring, shared } from './support.js'

let tests = 0
function fixture(options: RedisCacheOptions = {}) {
  const namespace = `${inject('redisNamespace')}-cache-${tests++}`
  const cache = new RedisCache({ ...shared(), namespace, ...options })
  onTestFinished(() => cache.close())
  return { cache, namespace, client: clientOn(shared()) }
}

const bytes = { encoding: null, dumps: (value: unknown) => value, loads: (stored: unknown) => stored }
const text = { encoding: 'utf-8', dumps: (value: unknown) => value, loads: (stored: unknown) => stored } as const

describe('RedisCache', () => {
  test('has the defaults of the original: JSON, five seconds, no namespace, nothing expires', () => {
    const cache = new RedisCache()
    expect(cache.serializer).toBeInstanceOf(JsonSerializer)
    expect(cache.timeout).toBe(5)
    expect(cache.ttl).toBeUndefined()
    expect(cache.namespace).toBeUndefined()
    expect(cache.plugins).toEqual([])
  })

  test('each option of the connection can be read back, with its default', async () => {
    const { endpoint, port, db, username, password, tls, connectTimeout, client } = new RedisCache()
    expect({ endpoint, port, db, tls, connectTimeout }).toEqual({
      endpoint: '127.0.0.1',
      port: 6379,
      db: 0,
      tls: false,
      connectTimeout: 4,
    })
    expect([username, password, client]).toEqual([undefined, undefined, undefined])
    const other = Cache.fromUrl('rediss://user:secret@localhost:6380/2?connectTimeout=1500ms')
    expect([other.endpoint, other.port, other.db, other.tls]).toEqual(['localhost', 6380, 2, true])
    expect([other.username, other.password, other.connectTimeout]).toEqual(['user', 'secret', 1.5])
  })

  test('with a client of the user’s own there are no such options, and the client can be read back', async () => {
    const client = clientOn(shared())
    const cache = new RedisCache({ client })
    expect([cache.endpoint, cache.port, cache.db, cache.tls, cache.client]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      client,
    ])
  })

  test('printing a cache does not print its password', () => {
    const cache = new RedisCache({ username: 'user', password: 'open sesame' })
    expect(inspect(cache, { depth: 10 })).not.toContain('open sesame')
    expect(JSON.stringify(Object.entries(cache).map(([name]) => name))).not.toContain('password')
  })

  test('stores under namespace:key what the original stores there', async () => {
    const { cache, namespace, client } = fixture()
    await cache.set('key', { a: [1, null, 'é'] })
    expect(await client.get(`${namespace}:key`)).toBe('{"a":[1,null,"é"]}')
    await client.set(`${namespace}:py`, '{"a": [1, 2.5, null]}')
    expect(await cache.get('py')).toEqual({ a: [1, 2.5, null] })
    expect(await cache.raw('get', `${namespace}:key`)).toBe('{"a":[1,null,"é"]}')
  })

  test('answers every command as it is promised', async () => {
    const { cache } = fixture()
    expect(await cache.add('k', 1, { ttl: '1m' })).toBe(true)
    expect(await rejectionOf(cache.add('k', 2))).toBeInstanceOf(KeyExistsError)
    expect(await cache.get('k')).toBe(1)
    expect(await cache.get('no', { default: 'd' })).toBe('d')
    expect(await cache.set('null', null)).toBe(true)
    expect(await cache.get('null', { default: 'd' })).toBeNull()
    expect(
      await cache.multiSet(
        new Map([
          ['a', 1],
          ['b', 2],
        ]),
        { ttl: '1m' },
      ),
    ).toBe(true)
    expect(await cache.multiGet(['b', 'no', 'a'])).toEqual([2, undefined, 1])
    expect(await cache.increment('a', -5)).toBe(-4)
    expect(await cache.increment('new')).toBe(1)
    expect(await rejectionOf(cache.increment('null'))).toBeInstanceOf(NotAnIntegerError)
    expect(await cache.expire('a', '1h')).toBe(true)
    expect(await cache.expire('no', null)).toBe(false)
    expect(await cache.exists('a')).toBe(true)
    expect(await cache.delete('a')).toBe(1)
    expect(await cache.multiDelete(['a', 'b', 'k'])).toBe(2)
    expect(await cache.clear()).toBe(true)
    expect(await cache.exists('null')).toBe(false)
  })

  test('keeps text and bytes apart as the serializer says', async () => {
    const { cache, namespace } = fixture({ serializer: bytes })
    const data = new Uint8Array([0, 255, 128])
    await cache.set('b', data)
    expect(await cache.get('b')).toStrictEqual(data)
    expect(await cache.multiGet(['b', 'no'])).toStrictEqual([data, undefined])
    expect(await rejectionOf(cache.set('b', { a: 1 }))).toBeInstanceOf(SerializationError)
    const reader = fixture({ serializer: text, namespace }).cache
    const unreadable = await rejectionOf(reader.get('b'))
    expect(unreadable).toBeInstanceOf(DeserializationError)
    expect(unreadable).toMatchObject({ key: 'b' })
    expect(await rejectionOf(reader.multiGet(['no', 'b']))).toMatchObject({
      code: 'PYCACHED_DESERIALIZATION',
      key: 'b',
    })
    expect(await cache.get('b')).toStrictEqual(data)
  })

  test('counts under a serializer of bytes too, and never wrongly', async () => {
    const serializer = {
      encoding: null,
      dumps: (value: unknown) => new Uint8Array([1, ...Buffer.from(String(value))]),
      loads: (stored: unknown) =>
        Number(
          Buffer.from(stored as Uint8Array)
            .subarray(1)
            .toString(),
        ),
    }
    const { cache, namespace, client } = fixture({ serializer })
    await Promise.all(Array.from({ length: 10 }, () => cache.increment('n', 2)))
    expect(await cache.get('n')).toBe(20)
    await client.lpush(`${namespace}:list`, 'a')
    const error = await rejectionOf(cache.increment('list'))
    expect(error).toBeInstanceOf(BackendError)
    expect(String(error.cause)).toMatch(/WRONGTYPE/)
  })

  test('refuses what has no UTF-8 form, key or value, before anything is sent', async () => {
    const { cache, client, namespace } = fixture({ serializer: text })
    const refused = async () => {
      expect(await rejectionOf(cache.set('lone\ud800', 'v'))).toBeInstanceOf(InvalidArgumentError)
      expect(await rejectionOf(cache.get('lone\ud800'))).toBeInstanceOf(InvalidArgumentError)
      expect(await rejectionOf(cache.set('k', 'lone\ud800'))).toBeInstanceOf(SerializationError)
      expect(await rejectionOf(cache.set('k', 5))).toBeInstanceOf(SerializationError)
    }
    expect(await sentDuring(client, refused, namespace)).toEqual([])
  })

  test('clears its namespace and no other that begins alike', async () => {
    const { cache, namespace, client } = fixture()
    await cache.set('k', 1)
    await client.set(`${namespace}s:k`, '1')
    await cache.clear()
    expect(await client.exists(`${namespace}:k`)).toBe(0)
    expect(await client.exists(`${namespace}s:k`)).toBe(1)
    await cache.clear({ namespace: `${namespace}s` })
    expect(await client.exists(`${namespace}s:k`)).toBe(0)
  })

  test('is made by type name, by class path and from an alias, whose data it takes as they are', async () => {
    expect(new Cache(Cache.REDIS, { port: 6380 })).toBeInstanceOf(RedisCache)
    expect(new Cache('pycached.RedisCache')).toBeInstanceOf(RedisCache)
    const made = caches.create({ cache: 'pycached.RedisCache', endpoint: '127.0.0.1', port: 6379, timeout: 1 })
    expect(made).toBeInstanceOf(RedisCache)
    expect(made.timeout).toBe(1)
  })
})

describe('URLs', () => {
  test('give host, port, database, user, percent-decoded password and options', async () => {
    await using server = await startRedisServer({ password: 'p@ss/wörd%' })
    const admin = clientOn({ port: server.port, password: 'p@ss/wörd%' })
    const encoded = encodeURIComponent('p@ss/wörd%')
    const cache = Cache.fromUrl(`redis://default:${encoded}@127.0.0.1:${server.port}/2?namespace=main&timeout=2s`)
    onTestFinished(() => cache.close())
    expect(cache).toBeInstanceOf(RedisCache)
    expect(cache.timeout).toBe(2)
    await cache.set('k', 1)
    await admin.select(2)
    expect(await admin.get('main:k')).toBe('1')
    const byPassword = Cache.fromUrl(`redis://:${encoded}@127.0.0.1:${server.port}`)
    onTestFinished(() => byPassword.close())
    expect(await byPassword.exists('k')).toBe(false)
  })

  test('with the scheme rediss speak TLS, and plain text to nobody', async () => {
    await using server = await startRedisServer()
    const admin = clientOn(server)
    const cache = Cache.fromUrl(`rediss://127.0.0.1:${server.port}?connectTimeout=200ms&timeout=0`)
    onTestFinished(() => cache.close())
    expect(await rejectionOf(cache.set('k', 1))).toBeInstanceOf(BackendError)
    expect(await admin.dbsize()).toBe(0)
  })

  test('name the database by its number, and nothing else', () => {
    expect(() => Cache.fromUrl('redis://localhost/main')).toThrow(InvalidArgumentError)
    expect(() => Cache.fromUrl('redis://localhost/main')).toThrow(/db must be the number of a database/)
    expect(() => Cache.fromUrl('redis://localhost/1/2')).toThrow(InvalidArgumentError)
    expect(() => Cache.fromUrl('redis://localhost?port=x')).toThrow(/port must be a number/)
    expect(() => Cache.fromUrl('redis://localhost?client=x')).toThrow(/client cannot stand in a URL/)
    expect(Cache.fromUrl('redis://')).toBeInstanceOf(RedisCache)
    expect(Cache.fromUrl('redis://[::1]:6379/0')).toBeInstanceOf(RedisCache)
  })
})

describe('options that no connection can have', () => {
  test.each([
    [{ endpoint: '' }, 'endpoint'],
    [{ endpoint: 5 }, 'endpoint'],
    [{ port: '6379' }, 'port'],
    [{ port: 0 }, 'port'],
    [{ port: 65_536 }, 'port'],
    [{ port: 1.5 }, 'port'],
    [{ db: -1 }, 'db'],
    [{ db: '1' }, 'db'],
    [{ username: 5 }, 'username'],
    [{ password: 5 }, 'password'],
    [{ tls: 'yes' }, 'tls'],
    [{ tls: null }, 'tls'],
    [{ client: {} }, 'client'],
    [{ client: null }, 'client'],
    [{ host: 'localhost' }, 'host'],
  ])('%j is refused by name', (options, option) => {
    const make = () => new RedisCache(options as RedisCacheOptions)
    expect(make).toThrow(InvalidArgumentError)
    expect(make).toThrow(TypeError)
    expect(make).toThrow(new RegExp(option))
  })

  test('an unknown one is refused with the known ones', () => {
    expect(() => new RedisCache({ prot: 6379 } as RedisCacheOptions)).toThrow(/did you mean port.*connectTimeout/)
  })

  test('a connectTimeout that is no duration is refused', () => {
    expect(() => new RedisCache({ connectTimeout: 0 })).toThrow(InvalidDurationError)
    expect(() => new RedisCache({ connectTimeout: 'soon' as '1s' })).toThrow(InvalidDurationError)
  })

  test('the message does not repeat a password', () => {
    expect(() => new RedisCache({ password: ['hunter2'] as unknown as string })).toThrow(/^(?!.*hunter2)/)
  })

  test('a client excludes what says where to connect, and must have its methods', () => {
    const client = new Redis({ lazyConnect: true })
    expect(() => new RedisCache({ client, port: 6379 })).toThrow(/one of the two/)
    expect(new RedisCache({ client, port: undefined })).toBeInstanceOf(RedisCache)
    const cluster = Object.assign(Object.create(client), { isCluster: true })
    expect(() => new RedisCache({ client: cluster })).toThrow(/no nodes\(\)/)
  })
})
