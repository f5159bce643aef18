import { BaseCache, Cache, type CacheOptions, parseOption, register, type UrlAddress } from '@pycached/core'
import { SimpleMemoryCache } from '@pycached/memory'
import { RedisCache } from '@pycached/redis'
import { JsonSerializer } from '@pycached/serializer-json'
import { MapBackend } from '@pycached/testing'
import { describe, expect, test } from 'vitest'

interface AcmeOptions extends CacheOptions {
  host?: string | undefined
  port?: number | undefined
  db?: string
  username?: string | undefined
  password?: string | undefined
  tls?: boolean
  tags?: string[]
}

/** A third party's cache, with an address. */
class AcmeCache extends BaseCache {
  static override readonly options = {
    ...BaseCache.options,
    host: parseOption.text,
    port: parseOption.number,
    db: parseOption.text,
    username: parseOption.text,
    password: parseOption.text,
    tls: parseOption.boolean,
    tags: parseOption.list,
  }
  readonly acme: AcmeOptions
  constructor(options: AcmeOptions = {}) {
    super(new MapBackend(), options, () => new JsonSerializer())
    this.acme = options
  }
  static addressOptions({ scheme, host, port, path, username, password }: UrlAddress): AcmeOptions {
    return { host, port, db: path, username, password, tls: scheme === 'acmes' }
  }
}
register('test.AcmeCache', AcmeCache, { schemes: ['acme', 'acmes'] })

/** One that connects to several servers. */
class FlockCache extends AcmeCache {
  static readonly severalHosts = true
  hosts: UrlAddress['hosts'] = []
  constructor({ hosts = [], ...options }: AcmeOptions & { hosts?: UrlAddress['hosts'] } = {}) {
    super(options)
    this.hosts = hosts
  }
  static override addressOptions({ hosts }: UrlAddress): AcmeOptions {
    return { hosts } as AcmeOptions
  }
}
register('test.FlockCache', FlockCache, { schemes: ['flock'] })

const named = (name: string, message: RegExp) =>
  expect.objectContaining({ name, message: expect.stringMatching(message) })

describe('new Cache', () => {
  test('is a memory cache unless told otherwise, with options or without', () => {
    for (const cache of [
      new Cache(),
      new Cache(Cache.MEMORY),
      new Cache({ ttl: '10s' }),
      new Cache('memory', { ttl: 10 }),
    ]) {
      expect(cache).toBeInstanceOf(SimpleMemoryCache)
      expect(cache).toBeInstanceOf(BaseCache)
      expect(cache).toBeInstanceOf(Cache)
    }
    expect(new Cache({ ttl: '10s' }).ttl).toBe(10)
  })

  test('is an instance of the class that a type name, a class path or the class itself names', () => {
    for (const type of ['acme', 'test.AcmeCache', AcmeCache]) {
      const cache = new Cache(type as 'acme', { db: 'one' }) as unknown as AcmeCache
      expect(cache).toBeInstanceOf(AcmeCache)
      expect(cache.acme.db).toBe('one')
    }
    const redis = new Cache(Cache.REDIS, { endpoint: '127.0.0.1', namespace: 'main' })
    expect(redis).toBeInstanceOf(RedisCache)
    return redis.close()
  })

  test.each(['memroy', 'sqlite', 'Redis', ''])('of the unknown type %j lists the known ones', (type) => {
    expect(() => new Cache(type)).toThrow(
      named('InvalidCacheTypeError', /known are memory, redis, rediss.*, and class paths/),
    )
  })

  test.each([7, null, true, Symbol('type'), class Foreign {}, () => 1])('of %s throws', (type) => {
    expect(() => new Cache(type as never)).toThrow(
      named('InvalidCacheTypeError', /must be a type name, a class path or a class of caches/),
    )
  })

  test('of a class path that names no cache throws', () => {
    expect(() => new Cache('pycached.serializers.JsonSerializer')).toThrow(named('ClassPathError', /is no cache/))
    expect(() => new Cache('acme.NoSuchCache')).toThrow(named('ClassPathError', /unknown class path/))
  })

  test('hands on what the constructor throws', () => {
    expect(() => new Cache('acme', { ttl: -1 })).toThrow(named('InvalidDurationError', /ttl/))
    expect(() => new Cache({ prot: 1 } as object)).toThrow(
      named('InvalidArgumentError', /SimpleMemoryCache has no option 'prot'/),
    )
  })

  test('takes options once: what would be left out is refused', () => {
    const New = Cache as unknown as new (...args: unknown[]) => BaseCache
    expect(() => new New({ ttl: 1 }, { namespace: 'main' })).toThrow(named('InvalidArgumentError', /the options alone/))
    expect(() => new New('memory', [['ttl', 1]])).toThrow(
      named('InvalidArgumentError', /must be an object; got an array/),
    )
  })

  test('is what instanceof asks for, of every cache and of nothing else', () => {
    expect(new AcmeCache()).toBeInstanceOf(Cache)
    for (const value of [{}, null, undefined, 'text', new MapBackend()])
      expect((value as object) instanceof Cache).toBe(false)
  })
})

describe('Cache.fromUrl', () => {
  const acme = (url: string) => (Cache.fromUrl(url) as unknown as AcmeCache).acme

  test('reads host, port, path, user and password, percent-decoded', () => {
    expect(acme('acme://us%2Fer:p%40ss%3A@example.org:6380/my%20db')).toMatchObject({
      host: 'example.org',
      port: 6380,
      db: 'my db',
      username: 'us/er',
      password: 'p@ss:',
      tls: false,
    })
    expect(acme('acmes://localhost')).toMatchObject({
      host: 'localhost',
      port: undefined,
      db: '',
      username: undefined,
      password: undefined,
      tls: true,
    })
    expect(acme('acme://:secret@localhost')).toMatchObject({ username: undefined, password: 'secret' })
    expect(acme('acme:')).toMatchObject({ host: undefined, port: undefined, db: '' })
  })

  test('reads IPv6 addresses without their brackets', () => {
    expect(acme('acme://[::1]:7000/2')).toMatchObject({ host: '::1', port: 7000, db: '2' })
  })

  test('names several hosts where the class knows several, and refuses them elsewhere', () => {
    const hosts = (url: string) => (Cache.fromUrl(url) as unknown as { hosts: unknown }).hosts
    expect(hosts('flock://us,er:p@a:1,[::1]:2,c/db?namespace=x,y')).toEqual([
      { host: 'a', port: 1 },
      { host: '::1', port: 2 },
      { host: 'c', port: undefined },
    ])
    expect(hosts('flock://a,b')).toHaveLength(2)
    expect(hosts('flock://a')).toEqual([{ host: 'a', port: undefined }])
    expect(hosts('flock:')).toEqual([])
    const refused = (message: RegExp) => named('InvalidArgumentError', message)
    expect(() => Cache.fromUrl('acme://a:1,b:2')).toThrow(refused(/several hosts, and AcmeCache connects to one/))
    for (const url of ['flock://a:1,', 'flock://,a', 'flock://a,,b']) {
      expect(() => Cache.fromUrl(url)).toThrow(refused(/a comma without a host/))
    }
    expect(() => Cache.fromUrl('flock://a:1,b:x')).toThrow(refused(/not a URL/))
  })

  test('parses query values to the type of their option', () => {
    const cache = Cache.fromUrl(
      'acme://localhost?namespace=main&timeout=2s&ttl=1.5&enabled=false&tls=1&tags=a,b&plugins=',
    ) as unknown as AcmeCache
    expect([cache.namespace, cache.timeout, cache.ttl, cache.enabled]).toEqual(['main', 2, 1.5, false])
    expect(cache.acme).toMatchObject({ tls: true, tags: ['a', 'b'] })
    expect(Cache.fromUrl('memory:?timeout=0').timeout).toBeUndefined()
    expect(Cache.fromUrl('memory://?namespace=a%20b%3A').namespace).toBe('a b:')
    expect(Cache.fromUrl('memory:?serializer=pycached.serializers.JsonSerializer').serializer).toBeInstanceOf(
      JsonSerializer,
    )
  })

  test('overrides win', () => {
    const cache = Cache.fromUrl('memory:?namespace=url&ttl=1', { namespace: 'override' })
    expect([cache.namespace, cache.ttl]).toEqual(['override', 1])
    expect(() => Cache.fromUrl('memory:', 'override' as never)).toThrow(named('InvalidArgumentError', /an object/))
  })

  test.each([
    ['', 'InvalidArgumentError', /not a URL: expected 'scheme:/],
    ['localhost', 'InvalidArgumentError', /not a URL/],
    ['redis//x', 'InvalidArgumentError', /not a URL/],
    ['http://localhost', 'InvalidCacheTypeError', /unknown URL scheme 'http:': known are memory:, redis:, rediss:/],
    ['memory:?namespce=x', 'InvalidArgumentError', /no option 'namespce': did you mean namespace\?/],
    ['memory:?endpoint=x', 'InvalidArgumentError', /no option 'endpoint'/],
    ['memory:?ttl=1&ttl=2', 'InvalidArgumentError', /gives ttl twice/],
    ['memory:?keyBuilder=x', 'InvalidArgumentError', /keyBuilder cannot stand in a URL/],
    ['memory:?ttl=', 'InvalidDurationError', /ttl/],
    ['memory:?ttl=-1', 'InvalidDurationError', /ttl/],
    ['memory:?timeout=fast', 'InvalidDurationError', /timeout/],
    ['acme://user:1#2@localhost', 'InvalidArgumentError', /has a #.*write %23/],
    ['memory:?enabled=yes', 'InvalidArgumentError', /enabled must be true, false, 1 or 0/],
    ['memory:?__proto__=x', 'InvalidArgumentError', /no option '__proto__'/],
    ['memory:?constructor=x', 'InvalidArgumentError', /no option 'constructor'/],
    ['memory://localhost', 'InvalidArgumentError', /SimpleMemoryCache has no address: write 'memory:'/],
    ['memory://user@localhost:1/db', 'InvalidArgumentError', /no address/],
    ['acme://us%er@localhost', 'InvalidArgumentError', /% that is not followed by two hexadecimal digits: write %25/],
    ['acme://localhost?port=x', 'InvalidArgumentError', /port must be a number/],
  ])('refuses %j', (url, name, message) => {
    expect(() => Cache.fromUrl(url)).toThrow(named(name, message))
  })

  test('does not repeat a password in its errors', () => {
    for (const url of [
      'http//user:secret@host',
      'acme://user:secret@host:port',
      'http://user:secret@host',
      'acme://user:secret%zz@host',
      'memory://user:secret@host',
      'acme://user:1#secret@host',
    ]) {
      try {
        Cache.fromUrl(url)
        expect.unreachable()
      } catch (error) {
        const { message, stack, cause } = error as Error
        expect(`${message} ${stack} ${String(cause)}`).not.toContain('secret')
      }
    }
  })

  test('takes text only', () => {
    for (const url of [undefined, null, 7, {}])
      expect(() => Cache.fromUrl(url as never)).toThrow(named('InvalidArgumentError', /not a URL/))
  })
})
