/** The options of every kind of address: what is refused and how, what can be read back, and what is never printed. */
import { inspect } from 'node:util'
import { Cache, caches, InvalidArgumentError } from '@pycached/core'
import { RedisCache, type RedisCacheOptions } from '@pycached/redis'
import { Cluster, Redis } from 'ioredis'
import { describe, expect, onTestFinished, test } from 'vitest'
import { makeCertificates } from '../../../../test/support/certificates.js'

const hosts = [{ endpoint: 'a', port: 1 }, { endpoint: 'b' }]

describe('options', () => {
  const refused: [unknown, string, RegExp][] = [
    [{ path: '' }, 'path', /path of a socket/],
    [{ path: 5 }, 'path', /path of a socket/],
    [{ path: '/s', port: 1 }, 'port', /left out: path says/],
    [{ path: '/s', tls: true }, 'tls', /false with a unix socket/],
    [{ path: '/s', endpoint: 'h' }, 'path', /endpoint and path both say/],
    [{ sentinels: hosts, endpoint: 'h' }, 'sentinels', /endpoint and sentinels both say/],
    [{ sentinels: hosts, cluster: hosts }, 'cluster', /sentinels and cluster both say/],
    [{ path: '/s', cluster: hosts }, 'cluster', /path and cluster both say/],
    [{ sentinels: hosts, port: 1 }, 'port', /left out: sentinels says/],
    [{ cluster: hosts, port: 1 }, 'port', /left out: cluster says/],
    [{ cluster: hosts, db: 1 }, 'db', /0 in a cluster/],
    [{ cluster: [] }, 'cluster', /not empty/],
    [{ cluster: 'a:1,b:2' }, 'cluster', /array/],
    [{ cluster: ['a:1'] }, 'cluster', /array of \{ endpoint, port \}/],
    [{ cluster: [{ host: 'a' }] }, 'cluster', /endpoint of each/],
    [{ cluster: [{ endpoint: 'a', prot: 1 }] }, 'cluster', /no 'prot'/],
    [{ cluster: [{ endpoint: 'a', port: 70_000 }] }, 'cluster', /1 to 65535; got 70000/],
    [{ sentinels: null }, 'sentinels', /array/],
    [{ sentinels: [{ endpoint: '' }] }, 'sentinels', /endpoint of each/],
    [{ sentinels: hosts, masterName: '' }, 'masterName', /not empty/],
    [{ sentinels: hosts, masterName: 5 }, 'masterName', /text/],
    [{ sentinels: hosts, sentinelUsername: 5 }, 'sentinelUsername', /text/],
    [{ sentinels: hosts, sentinelPassword: ['hunter2'] }, 'sentinelPassword', /^(?!.*hunter2).*text/],
    [{ sentinels: hosts, sentinelTls: 'yes' }, 'sentinelTls', /true, false/],
    [{ masterName: 'm' }, 'masterName', /together with sentinels/],
    [{ sentinelUsername: 'u' }, 'sentinelUsername', /together with sentinels/],
    [{ sentinelPassword: 'hunter2' }, 'sentinelPassword', /^(?!.*hunter2).*together with sentinels/],
    [{ cluster: hosts, sentinelTls: true }, 'sentinelTls', /together with sentinels/],
    [{ offlineQueue: 1 }, 'offlineQueue', /true or false/],
    [{ nodes: hosts }, 'nodes', /nodes/],
  ]
  test.each(refused)('%j are refused by name', (options, option, message) => {
    const make = () => new RedisCache(options as RedisCacheOptions)
    expect(make).toThrow(InvalidArgumentError)
    expect(make).toThrow(message)
    try {
      make()
    } catch (error) {
      expect(error).toMatchObject({ option })
    }
  })

  const addresses: RedisCacheOptions[] = Object.entries({
    endpoint: 'h',
    port: 1,
    path: '/s',
    sentinels: hosts,
    masterName: 'm',
    sentinelUsername: 'u',
    sentinelPassword: 'p',
    sentinelTls: true,
    cluster: hosts,
    db: 1,
    username: 'u',
    password: 'p',
    tls: true,
    caFile: 'f',
    certFile: 'f',
    keyFile: 'f',
    connectTimeout: 1,
    offlineQueue: true,
  }).map(([name, value]) => ({ [name]: value }))
  test.each(addresses)('%j mean nothing beside a client', (option) => {
    const client = new Redis({ lazyConnect: true })
    onTestFinished(() => client.disconnect())
    expect(() => new RedisCache({ client, ...option })).toThrow(/one of the two/)
  })

  test('can be read back, with their defaults, and those of another kind of address are undefined', () => {
    const sentinel = new RedisCache({ sentinels: hosts, sentinelUsername: 'su', sentinelPassword: 'sp', db: 3 })
    expect(sentinel).toMatchObject({ masterName: 'mymaster', sentinelUsername: 'su', db: 3, offlineQueue: false })
    expect([sentinel.sentinelPassword, sentinel.sentinelTls, sentinel.endpoint, sentinel.port]).toEqual([
      'sp',
      false,
      undefined,
      undefined,
    ])
    expect(sentinel.sentinels).toEqual([
      { endpoint: 'a', port: 1 },
      { endpoint: 'b', port: 26_379 },
    ])
    const cluster = new RedisCache({ cluster: hosts, tls: { servername: 's' }, offlineQueue: true, connectTimeout: 2 })
    expect(cluster).toMatchObject({
      db: 0,
      offlineQueue: true,
      connectTimeout: 2,
      path: undefined,
      sentinels: undefined,
    })
    expect([cluster.tls, cluster.masterName, cluster.sentinelTls]).toEqual([{ servername: 's' }, undefined, undefined])
    expect(cluster.cluster).toEqual([
      { endpoint: 'a', port: 1 },
      { endpoint: 'b', port: 6379 },
    ])
    expect(new RedisCache({ path: '/run/redis.sock' })).toMatchObject({ path: '/run/redis.sock', endpoint: undefined })
    expect(new RedisCache({ sentinels: hosts, tls: true, sentinelTls: false }).sentinelTls).toBe(false)
    expect(new RedisCache({ sentinels: hosts, tls: true }).sentinelTls).toBe(true)
  })
})

describe('secrets', () => {
  test('are not printed with a cache, whatever it is connected to', async () => {
    await using certificates = makeCertificates()
    const { caFile, client } = certificates
    const secrets = { password: 'hunter2', tls: { key: 'hunter2', passphrase: 'hunter2' } }
    const own = new Redis({ password: 'hunter2', sentinelPassword: 'hunter2', lazyConnect: true })
    const ownCluster = new Cluster([{ host: 'a' }], {
      lazyConnect: true,
      redisOptions: { password: 'hunter2' },
    })
    for (const cache of [
      new RedisCache({ ...secrets }),
      new RedisCache({ ...secrets, sentinels: hosts, sentinelPassword: 'hunter2' }),
      new RedisCache({ ...secrets, sentinels: hosts, sentinelTls: { key: 'hunter2' } }),
      new RedisCache({ ...secrets, cluster: hosts, breaker: true }),
      new RedisCache({ client: own }),
      new RedisCache({ client: ownCluster }),
      Cache.fromUrl('redis+sentinel://u:hunter2@a,b/name?sentinelPassword=hunter2'),
    ]) {
      expect(inspect(cache, { depth: 20 })).not.toContain('hunter2')
      expect(Object.values(cache).map(String).join()).not.toContain('hunter2')
    }
    const shown = inspect(new RedisCache({ caFile, ...client }), { depth: 20, maxArrayLength: null })
    expect(shown).not.toMatch(/PRIVATE KEY|<Buffer/)
  })

  test('are in no error that a URL or a file leads to', () => {
    for (const url of [
      'redis://u:hunter2@h/main',
      'redis+cluster://u:hunter2@h/1',
      'redis+sentinel://u:hunter2@h/a/b/c',
      'redis+unix://u:hunter2@h/path',
      'redis://u:hunter2@a,b',
    ]) {
      expect(() => Cache.fromUrl(url)).toThrow(InvalidArgumentError)
      expect(() => Cache.fromUrl(url)).toThrow(/^(?!.*hunter2)/s)
    }
  })
})

describe('URLs', () => {
  test('name sentinels, the master and the database', () => {
    const cache = Cache.fromUrl(
      'redis+sentinel://u:p%40@h1:1,h2/name/2?sentinelPassword=x&sentinelUsername=y&timeout=2s',
    )
    expect(cache.sentinels).toEqual([
      { endpoint: 'h1', port: 1 },
      { endpoint: 'h2', port: 26_379 },
    ])
    expect(cache).toMatchObject({ masterName: 'name', db: 2, username: 'u', sentinelUsername: 'y', timeout: 2 })
    expect([cache.password, cache.sentinelPassword, cache.tls]).toEqual(['p@', 'x', false])
    expect(Cache.fromUrl('redis+sentinel://h')).toMatchObject({ masterName: 'mymaster', db: 0 })
    expect(Cache.fromUrl('redis+sentinel://h/name')).toMatchObject({ masterName: 'name', db: 0 })
    expect(Cache.fromUrl('redis+sentinel://[::1]:5,h2/name').sentinels).toEqual([
      { endpoint: '::1', port: 5 },
      { endpoint: 'h2', port: 26_379 },
    ])
  })

  test('name the nodes of a cluster, which has no databases', () => {
    const cache = Cache.fromUrl('redis+cluster://u:p@h1:1,h2?breaker=true&offlineQueue=true')
    expect(cache.cluster).toEqual([
      { endpoint: 'h1', port: 1 },
      { endpoint: 'h2', port: 6379 },
    ])
    expect(cache).toMatchObject({ username: 'u', offlineQueue: true, breaker: { state: 'closed' } })
    expect(() => Cache.fromUrl('redis+cluster://h/1')).toThrow(/without a database/)
  })

  test('name a socket, with the database as an option', () => {
    expect(Cache.fromUrl('redis+unix:///run/redis.sock?db=1')).toMatchObject({ path: '/run/redis.sock', db: 1 })
    expect(Cache.fromUrl('redis+unix:///run/redis%20x.sock?username=u')).toMatchObject({
      path: '/run/redis x.sock',
      username: 'u',
    })
    expect(Cache.fromUrl('redis+unix:///s?password=p').password).toBe('p')
    expect(() => Cache.fromUrl('redis+unix://host/run/redis.sock')).toThrow(/redis\+unix:\/\/\//)
    expect(() => Cache.fromUrl('redis+unix://')).toThrow(InvalidArgumentError)
  })

  test('ask for TLS with rediss, on each kind of address that has it', () => {
    expect(Cache.fromUrl('rediss://h').tls).toBe(true)
    const sentinel = Cache.fromUrl('rediss+sentinel://h1,h2/name')
    expect([sentinel.tls, sentinel.sentinelTls]).toEqual([true, true])
    expect(Cache.fromUrl('rediss+sentinel://h1/name?sentinelTls=false').sentinelTls).toBe(false)
    expect(Cache.fromUrl('rediss+cluster://h1,h2').tls).toBe(true)
    expect(() => Cache.fromUrl('rediss+unix:///s' as 'redis://')).toThrow()
  })

  test('of one server name one host', () => {
    expect(() => Cache.fromUrl('redis://a,b')).toThrow(/redis\+sentinel.*redis\+cluster/)
  })

  test('and options make the same cache by type name, by class path and from data', async () => {
    expect(new Cache('redis+cluster', { cluster: hosts }).cluster).toHaveLength(2)
    expect(new Cache('redis+sentinel', { sentinels: hosts, masterName: 'm' })).toBeInstanceOf(RedisCache)
    expect(new Cache('redis+unix', { path: '/s' }).path).toBe('/s')
    expect(new Cache('pycached.RedisCache', { cluster: hosts })).toBeInstanceOf(RedisCache)
    const created = caches.create({ cache: 'pycached.RedisCache', cluster: hosts, timeout: 1 })
    expect(created).toMatchObject({ timeout: 1, cluster: [{ port: 1 }, { port: 6379 }] })
  })
})
