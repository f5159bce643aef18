/** TLS with certificates and users with rights, against a server that asks for them. */
import { BackendError, Cache, InvalidArgumentError } from '@pycached/core'
import { RedisCache, type RedisCacheOptions } from '@pycached/redis'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type Certificates, makeCertificates } from '../../../test/support/certificates.js'
import { type RedisServer, startRedisServer } from '../../../test/support/redis-server.js'
import { rejectionOf } from './support.js'

let certificates: Certificates
let others: Certificates
/** Asks clients for a certificate. */
let strict: RedisServer
/** Takes clients without one. */
let mild: RedisServer
beforeAll(async () => {
  certificates = makeCertificates()
  others = makeCertificates()
  const tls = { certificates, clientCertificate: true }
  strict = await startRedisServer({ tls, users: ['reader on >secret ~ns:* +get +mget', 'ann on >secret ~* +@all'] })
  mild = await startRedisServer({ tls: { certificates } })
})
afterAll(async () => {
  await Promise.all([strict.stop(), mild.stop()])
  await certificates[Symbol.asyncDispose]()
  await others[Symbol.asyncDispose]()
})

function used(cache: RedisCache): RedisCache {
  onTestFinished(() => cache.close())
  return cache
}

function cacheOn(server: RedisServer, options: RedisCacheOptions = {}): RedisCache {
  const { caFile } = certificates
  return used(new RedisCache({ port: server.port, caFile, timeout: null, connectTimeout: '2s', ...options }))
}

async function causeOf(cache: RedisCache): Promise<string> {
  const error = await rejectionOf(cache.connect())
  expect(error).toBeInstanceOf(BackendError)
  return String(error.cause)
}

describe('TLS', () => {
  test('to a server of an authority that caFile names', async () => {
    const cache = cacheOn(mild)
    await cache.set('k', 'v')
    expect(await cache.get('k')).toBe('v')
  })

  test('with a certificate, where the server asks for one', async () => {
    const cache = cacheOn(strict, certificates.client)
    await cache.set('k', 'v')
    expect(await cache.get('k')).toBe('v')
  })

  test('by URL, with the files as options', async () => {
    const { caFile, client } = certificates
    const files = new URLSearchParams({ caFile, certFile: client.certFile, keyFile: client.keyFile })
    const cache = used(Cache.fromUrl(`rediss://ann:secret@127.0.0.1:${strict.port}?${files.toString()}`))
    await cache.set('k', 'v')
    expect(await cache.raw('acl', 'whoami')).toBe('ann')
    expect([cache.caFile, cache.certFile, cache.keyFile]).toEqual([caFile, client.certFile, client.keyFile])
  })

  test('by options of Node, beside the files', async () => {
    const tls = { servername: 'localhost', minVersion: 'TLSv1.3' } as const
    await cacheOn(mild, { tls }).connect()
    await cacheOn(mild, { endpoint: 'localhost', tls: true }).connect()
    expect(await causeOf(cacheOn(mild, { tls: { servername: 'other.example' } }))).toMatch(/other\.example/)
  })

  test('without the certificate that is asked for is refused, and that is told', async () => {
    expect(await causeOf(cacheOn(strict))).toMatch(/certificate required/i)
  })

  test('with a certificate of another authority is refused, and that is told', async () => {
    expect(await causeOf(cacheOn(strict, others.client))).toMatch(/alert/)
  })

  test('to a server of another authority is refused, by the client', async () => {
    expect(await causeOf(cacheOn(mild, { caFile: others.caFile }))).toMatch(/certificate|signature/i)
    const untrusting = used(new RedisCache({ port: mild.port, tls: true, timeout: null }))
    expect(await causeOf(untrusting)).toMatch(/certificate/i)
  })

  test('files that cannot be read, or of which one is missing, are refused by name', () => {
    const { certFile, keyFile } = certificates.client
    const refused: [RedisCacheOptions, RegExp][] = [
      [{ caFile: '/no/such/file.pem' }, /caFile cannot be read.*ENOENT/],
      [{ caFile: '' }, /caFile must be/],
      [{ caFile: 5 as never }, /caFile must be/],
      [{ certFile }, /keyFile must be given, too/],
      [{ keyFile }, /certFile must be given, too/],
      [{ certFile, keyFile: '/no/such/key.pem' }, /keyFile cannot be read/],
      [{ caFile: certificates.caFile, tls: false }, /tls must be true/],
      [{ path: '/run/redis.sock', caFile: certificates.caFile }, /tls must be false with a unix socket/],
    ]
    for (const [options, message] of refused) {
      expect(() => new RedisCache(options)).toThrow(InvalidArgumentError)
      expect(() => new RedisCache(options)).toThrow(message)
    }
  })
})

describe('a user with few rights', () => {
  test('reads what it may, and what it may not is told as the server puts it', async () => {
    const ann = cacheOn(strict, { ...certificates.client, username: 'ann', password: 'secret' })
    await ann.set('k', 1, { namespace: 'ns' })
    const reader = cacheOn(strict, { ...certificates.client, username: 'reader', password: 'secret', namespace: 'ns' })
    expect(await reader.get('k')).toBe(1)
    expect(await Promise.all([reader.get('k'), reader.get('l')])).toEqual([1, undefined])
    expect(String((await rejectionOf(reader.set('k', 2))).cause)).toMatch(/NOPERM/)
    expect(String((await rejectionOf(reader.get('k', { namespace: 'other' }))).cause)).toMatch(/NOPERM/)
    expect(await reader.get('k')).toBe(1)
  })
})
