/** What becomes of commands when the server is down, refuses, breaks or comes back: each against a real server. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createServer as createTlsServer } from 'node:tls'
import { BackendError, CacheClosedError, CacheTimeoutError } from '@pycached/core'
import { RedisCache, type RedisCacheOptions } from '@pycached/redis'
import { Redis } from 'ioredis'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startRedisServer } from '../../../../test/support/redis-server.js'
import { ownConnection } from '../../src/connection/own-connection.js'
import { type Address, addressOf } from '../../src/options/address.js'
import { RedisBackend } from '../../src/redis-backend.js'
import { causeOf, clientOn, connectionOf, rejectionOf } from '../support.js'

/** Without a deadline: a failure that does not end its commands hangs the test. */
function cacheOn(options: RedisCacheOptions): RedisCache {
  const cache = new RedisCache({ timeout: null, ...options })
  onTestFinished(() => cache.close())
  return cache
}

async function portOf(server: Server): Promise<number> {
  onTestFinished(() => void server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

function openSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
}

describe('opening', () => {
  test('making a cache opens nothing; its first commands open one connection', async () => {
    await using server = await startRedisServer()
    const admin = clientOn(server)
    const connections = async () => Number(/connected_clients:(\d+)/.exec(await admin.info('clients'))?.[1])
    const before = await connections()
    const cache = cacheOn({ port: server.port })
    await sleep(50)
    expect(await connections()).toBe(before)
    await Promise.all(Array.from({ length: 50 }, (_, i) => cache.set(`k${i}`, i)))
    await Promise.all(Array.from({ length: 50 }, (_, i) => cache.get(`k${i}`)))
    expect(await connections()).toBe(before + 1)
  })

  test('nothing is sent on a new connection but the command', async () => {
    await using server = await startRedisServer()
    const admin = clientOn(server)
    await admin.ping()
    await admin.config('RESETSTAT')
    await cacheOn({ port: server.port }).get('k')
    const commands = [...(await admin.info('commandstats')).matchAll(/cmdstat_([^:]+)/g)].map((match) => match[1])
    expect(commands.filter((name) => name !== 'info' && name !== 'config|resetstat')).toEqual(['get'])
  })

  test('user name, password and database reach the server', async () => {
    await using server = await startRedisServer({ password: 'p@ss wörd' })
    const admin = clientOn({ port: server.port, password: 'p@ss wörd' })
    await admin.call('acl', 'setuser', 'ann', 'on', '>secret', '~*', '&*', '+@all')
    const cache = cacheOn({ port: server.port, username: 'ann', password: 'secret', db: 3 })
    await cache.set('k', 1)
    expect(await cache.raw('acl', 'whoami')).toBe('ann')
    await admin.select(3)
    expect(await admin.get('k')).toBe('1')
    expect(await cacheOn({ port: server.port, password: 'p@ss wörd' }).raw('acl', 'whoami')).toBe('default')
  })

  test('TLS options reach the connection, and values go through it', async () => {
    await using server = await startRedisServer()
    // A key that both sides know: no certificates needed.
    const psk = Buffer.alloc(32, 7)
    const terminator = createTlsServer(
      { ciphers: 'PSK', maxVersion: 'TLSv1.2', pskCallback: () => psk },
      (inbound) => void inbound.pipe(connect(server.port, '127.0.0.1')).pipe(inbound),
    )
    const port = await portOf(terminator)
    const tls = {
      ciphers: 'PSK',
      maxVersion: 'TLSv1.2',
      pskCallback: () => ({ psk, identity: 'test' }),
      checkServerIdentity: () => undefined,
    } as const
    const cache = cacheOn({ port, tls })
    await cache.set('k', 'through TLS')
    expect(await cache.get('k')).toBe('through TLS')
    await causeOf(cacheOn({ port }).get('k'))
    expect(await causeOf(cacheOn({ port: server.port, tls: true, connectTimeout: '300ms' }).get('k'))).toMatch(
      /ETIMEDOUT|closed|disconnected/,
    )
    await cache.close()
  })
})

describe('a server that is down', () => {
  test('fails commands at once, with the real reason, and serves the same cache once it is there', async () => {
    await using server = await startRedisServer()
    await server.stop()
    const cache = cacheOn({ port: server.port })
    expect(await causeOf(cache.get('k'))).toMatch(/ECONNREFUSED/)
    expect(await causeOf(cache.set('k', 1))).toMatch(/ECONNREFUSED/)
    const together = await Promise.allSettled([
      cache.get('a'),
      cache.increment('b'),
      cache.multiSet([['c', 1]]),
      cache.clear(),
    ])
    expect(together.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'rejected'])
    await server.restart()
    expect(await cache.set('k', 1)).toBe(true)
    expect(await cache.get('k')).toBe(1)
  })

  test('is known at once for a name with several addresses, and each of them is told', async () => {
    await using server = await startRedisServer()
    await server.stop()
    expect(await causeOf(cacheOn({ endpoint: 'localhost', port: server.port }).get('k'))).toMatch(/ECONNREFUSED.*\d/)
  })

  test('is known at once for a host that does not exist', async () => {
    expect(await causeOf(cacheOn({ endpoint: 'no-such-host.invalid' }).get('k'))).toMatch(/ENOTFOUND|EAI_AGAIN/)
  })

  test('that takes connections without answering the TLS greeting is given up after connectTimeout', async () => {
    const port = await portOf(createServer(() => {}))
    expect(await causeOf(cacheOn({ port, tls: true, connectTimeout: '100ms' }).get('k'))).toMatch(/ETIMEDOUT/)
  })

  test('holds no socket and no timer, so that the process can end without close', async () => {
    await using server = await startRedisServer()
    await server.stop()
    const before = process.getActiveResourcesInfo()
    await causeOf(new RedisCache({ port: server.port, timeout: null }).get('k'))
    await sleep(20)
    expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(before.length)
  })
})

describe('a server that dies', () => {
  test('fails what it had not answered, and what comes after; a restarted one serves again', async () => {
    await using server = await startRedisServer()
    const cache = cacheOn({ port: server.port })
    await cache.set('k', 1)
    const waiting = rejectionOf(cache.raw('blpop', 'never', 0))
    const behind = rejectionOf(cache.get('k'))
    await sleep(50)
    await server.stop()
    expect(await waiting).toBeInstanceOf(BackendError)
    expect(await behind).toBeInstanceOf(BackendError)
    expect(await causeOf(cache.get('k'))).toMatch(/ECONNREFUSED/)
    await server.restart()
    expect(await cache.get('k')).toBeUndefined()
    expect(await cache.add('k', 2)).toBe(true)
    expect(await cache.get('k')).toBe(2)
  })

  test('while nothing was asked of it is not noticed if it is back before the next command', async () => {
    await using server = await startRedisServer()
    const cache = cacheOn({ port: server.port, db: 2 })
    await cache.set('k', 1)
    await server.restart()
    await expect.poll(() => cache.connectionState).toBe('disconnected')
    expect(await cache.set('k', 2)).toBe(true)
    const admin = clientOn(server)
    await admin.select(2)
    expect(await admin.get('k')).toBe('2')
  })

  test('or a cut connection never makes a command run twice', async () => {
    await using server = await startRedisServer()
    const admin = clientOn(server)
    const cache = cacheOn({ port: server.port })
    let counted = 0
    for (let round = 0; round < 20; round++) {
      const increments = Array.from({ length: 20 }, () => cache.increment('n').then(() => counted++))
      const cut = admin.call('client', 'kill', 'type', 'normal', 'skipme', 'yes')
      await Promise.allSettled([...increments, cut])
    }
    expect(Number(await admin.get('n'))).toBeGreaterThanOrEqual(counted)
    expect(Number(await admin.get('n'))).toBeLessThanOrEqual(400)
    const now = Number(await admin.get('n'))
    expect(await cache.increment('n')).toBe(now + 1)
  })
})

describe('a server that refuses', () => {
  test('a wrong password, a missing one and an unknown user are told as the server puts it', async () => {
    await using server = await startRedisServer({ password: 'right' })
    expect(await causeOf(cacheOn({ port: server.port, password: 'wrong' }).get('k'))).toMatch(/WRONGPASS/)
    expect(await causeOf(cacheOn({ port: server.port }).get('k'))).toMatch(/NOAUTH/)
    expect(await causeOf(cacheOn({ port: server.port, username: 'bob', password: 'right' }).get('k'))).toMatch(
      /WRONGPASS/,
    )
  })

  test('a password that becomes right is taken without a new cache', async () => {
    await using server = await startRedisServer({ password: 'old' })
    const cache = cacheOn({ port: server.port, password: 'new' })
    expect(await causeOf(cache.set('k', 1))).toMatch(/WRONGPASS/)
    expect(await causeOf(cache.set('k', 1))).toMatch(/WRONGPASS/)
    await clientOn({ port: server.port, password: 'old' }).config('SET', 'requirepass', 'new')
    expect(await cache.set('k', 1)).toBe(true)
  })

  test('a database that it does not have is an error, and nothing is written to another', async () => {
    await using server = await startRedisServer()
    const cache = cacheOn({ port: server.port, db: 999 })
    expect(await causeOf(cache.set('k', 1))).toMatch(/DB index is out of range/)
    expect(await causeOf(cache.set('k', 1))).toMatch(/DB index is out of range/)
    expect(await clientOn(server).dbsize()).toBe(0)
  })

  test('writes because it is a replica still answers reads', async () => {
    await using master = await startRedisServer()
    await clientOn(master).set('k', '1')
    await using replica = await startRedisServer({ replicaOf: master.port })
    const cache = cacheOn({ port: replica.port })
    await expect.poll(() => cache.get('k')).toBe(1)
    const writes = [
      () => cache.set('k', 2),
      () => cache.add('new', 2),
      () => cache.multiSet([['k', 2]], { ttl: '1m' }),
      () => cache.multiSet([['k', 2]]),
      () => cache.increment('k'),
      () => cache.expire('k', '1m'),
      () => cache.expire('k', 0),
      () => cache.delete('k'),
      () => cache.clear(),
      () => cache.backend.compareAndSet('k', '1', '2', 'keep') as Promise<boolean>,
    ]
    for (const write of writes.slice(0, -1)) expect(await causeOf(write())).toMatch(/READONLY/)
    expect(String(await rejectionOf((writes.at(-1) as () => Promise<unknown>)()))).toMatch(/READONLY/)
    expect(await cache.get('k')).toBe(1)
  })

  test('writes because it is out of memory keeps what it has, and a batch writes nothing', async () => {
    await using server = await startRedisServer()
    const admin = clientOn(server)
    const cache = cacheOn({ port: server.port })
    await cache.multiSet([
      ['k', 'kept'],
      ['n', 1],
    ])
    await cache.multiSet([['warm', 1]], { ttl: '1m' })
    await cache.increment('warm')
    await admin.config('SET', 'maxmemory', '1')
    expect(await causeOf(cache.set('k', 'lost'))).toMatch(/OOM/)
    const batch = Array.from({ length: 10 }, (_, i) => [`b${i}`, i] as const)
    expect(await causeOf(cache.multiSet([['k', 'lost'], ...batch], { ttl: '1m' }))).toMatch(/OOM/)
    expect(await causeOf(cache.increment('n'))).toMatch(/OOM/)
    expect(await cache.multiGet(['k', 'n', 'b0'])).toEqual(['kept', 1, undefined])
    expect(await cache.delete('n')).toBe(1)
    await admin.config('SET', 'maxmemory', '0')
    expect(await cache.increment('n')).toBe(1)
  })

  test('because it is loading its data says so at once, and serves once it has them', async () => {
    await using server = await startRedisServer({ args: ['--enable-debug-command', 'yes'] })
    const admin = clientOn(server)
    await admin.mset(Array.from({ length: 300 }, (_, i) => [`k${i}`, '1']).flat())
    const cache = cacheOn({ port: server.port })
    await cache.get('k0')
    await admin.config('SET', 'loading-process-events-interval-bytes', '1024')
    await admin.config('SET', 'key-load-delay', '2000')
    const reloaded = admin.call('debug', 'reload')
    let causes: string[] = []
    while (causes.length === 0) {
      const error = await cache.get('k0').then(
        () => undefined,
        (reason: Error) => reason,
      )
      if (error !== undefined) causes = [String(error.cause)]
    }
    expect(causes[0]).toMatch(/LOADING/)
    await reloaded
    expect(await cache.get('k0')).toBe(1)
  })

  test('because it has enough clients says so', async () => {
    await using server = await startRedisServer({ args: ['--maxclients', '1'] })
    await clientOn(server).ping()
    expect(await causeOf(cacheOn({ port: server.port }).get('k'))).toMatch(/max number of clients|closed|ECONNRESET/)
  })
})

describe('a server that hangs', () => {
  test('is waited for until the deadline, and its late answers reach nobody else', async () => {
    await using server = await startRedisServer()
    const cache = cacheOn({ port: server.port, timeout: '200ms' })
    await cache.set('k', 'right')
    server.pause()
    const late = await Promise.all([rejectionOf(cache.get('k')), rejectionOf(cache.set('other', 'wrong'))])
    for (const error of late) expect(error).toBeInstanceOf(CacheTimeoutError)
    const behind = rejectionOf(cache.get('other'))
    expect(await behind).toBeInstanceOf(CacheTimeoutError)
    server.resume()
    await expect.poll(() => cache.get('k').catch(() => undefined)).toBe('right')
    expect(await cache.get('none')).toBeUndefined()
  })

  test('or a network that swallows everything is left for a new connection after a while', async () => {
    await using server = await startRedisServer()
    const sockets = new Set<Socket>()
    const port = await portOf(
      createServer((inbound) => {
        const outbound = connect(server.port, '127.0.0.1')
        for (const socket of [inbound, outbound]) sockets.add(socket.on('error', () => {}))
        inbound.pipe(outbound).pipe(inbound)
      }),
    )
    const address = addressOf({ port }) as Address
    const backend = new RedisBackend(ownConnection(address, {}, 200))
    onTestFinished(() => backend.close())
    await backend.set('k', 'v', undefined)
    for (const socket of sockets) socket.unpipe().pause()
    expect(String(await rejectionOf(backend.get('k', 'utf-8')))).toMatch(/Socket timeout/)
    expect(await backend.get('k', 'utf-8')).toBe('v')
    for (const socket of sockets) socket.destroy()
  })

  test('does not keep close from ending', async () => {
    await using server = await startRedisServer()
    const cache = new RedisCache({ port: server.port, timeout: '100ms' })
    await cache.set('k', 1)
    const before = openSockets()
    server.pause()
    expect(await rejectionOf(cache.get('k'))).toBeInstanceOf(CacheTimeoutError)
    await cache.close()
    expect(openSockets()).toBe(before - 1)
    server.resume()
  })
})

describe('errors', () => {
  test('hold neither values nor the password', async () => {
    await using server = await startRedisServer({ password: 'right' })
    const admin = clientOn({ port: server.port, password: 'right' })
    const { inspect } = await import('node:util')
    const refused = await rejectionOf(cacheOn({ port: server.port, password: 'hunter2' }).get('k'))
    expect(inspect(refused, { depth: 9, showHidden: true })).not.toContain('hunter2')
    const cache = cacheOn({ port: server.port, password: 'right' })
    await admin.config('SET', 'maxmemory', '1')
    for (const command of [cache.set('k', 'a secret'), cache.multiSet([['k', 'a secret']], { ttl: 9 })]) {
      const error = await rejectionOf(command)
      expect(String(error.cause)).toMatch(/OOM/)
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('secret')
    }
  })

  test('hold no values where the server repeats those of a command that it does not know', async () => {
    const renamed = ['MSET', 'SET', 'EVAL', 'UNLINK'].flatMap((name) => ['--rename-command', name, ''])
    await using server = await startRedisServer({ args: renamed })
    const client = new Redis({ port: server.port, showFriendlyErrorStack: true })
    onTestFinished(() => client.disconnect())
    const { inspect } = await import('node:util')
    for (const cache of [cacheOn({ port: server.port }), new RedisCache({ client })]) {
      const commands = [
        [cache.set('k', 'a secret')],
        [cache.set('k', 'a secret', { ttl: 9 }), cache.set('l', 'a secret')],
        [cache.add('k', 'a secret')],
        [cache.multiSet([['k', 'a secret']])],
        [cache.raw('set', 'k', 'a secret')],
      ]
      for (const error of await Promise.all(commands.flat().map(rejectionOf))) {
        expect(String(error.cause)).toMatch(/unknown command/)
        for (let one: unknown = error; one instanceof Error; one = one.cause) {
          expect(`${one.message} ${one.stack} ${inspect(one, { depth: 9, showHidden: true })}`).not.toContain('secret')
        }
      }
    }
  })
})

describe('closing', () => {
  test('waits for what was sent before it, then leaves no socket', async () => {
    await using server = await startRedisServer()
    const admin = clientOn(server)
    await admin.ping()
    const before = openSockets()
    const cache = new RedisCache({ port: server.port })
    const written = Array.from({ length: 500 }, (_, i) => cache.set(`k${i}`, i))
    await cache.close()
    await Promise.all(written)
    expect(openSockets()).toBe(before)
    expect(await admin.dbsize()).toBe(500)
    expect(await rejectionOf(cache.get('k1'))).toBeInstanceOf(CacheClosedError)
  })

  test('of the backend itself waits as well', async () => {
    await using server = await startRedisServer()
    const backend = new RedisBackend(connectionOf({ port: server.port }))
    const written = Array.from({ length: 500 }, (_, i) => backend.set(`k${i}`, String(i), undefined))
    await backend.close()
    await Promise.all(written)
    expect(await clientOn(server).dbsize()).toBe(500)
  })

  test('a cache that never opened, is opening, or whose server is down, ends too', async () => {
    await using server = await startRedisServer()
    const before = openSockets()
    await new RedisCache({ port: server.port }).close()
    const opening = new RedisCache({ port: server.port })
    const got = opening.get('k')
    await opening.close()
    expect(await got).toBeUndefined()
    await server.stop()
    const down = new RedisCache({ port: server.port })
    await rejectionOf(down.get('k'))
    await down.close()
    const failing = new RedisCache({ port: server.port })
    const failed = rejectionOf(failing.get('k'))
    await failing.close()
    expect(await failed).toBeInstanceOf(BackendError)
    expect(openSockets()).toBe(before)
  })

  test('ends a clear that is still at work, which opens nothing anew', async () => {
    await using server = await startRedisServer()
    const admin = clientOn(server)
    await admin.mset(Array.from({ length: 50_000 }, (_, i) => [`ns:${i}`, 'v']).flat())
    const before = openSockets()
    const { backend } = new RedisCache({ port: server.port })
    const clearing = rejectionOf(Promise.resolve(backend.clear('ns:')))
    await sleep(5)
    await backend.close()
    await clearing
    expect(openSockets()).toBe(before)
  })
})

describe("the user's own client", () => {
  test('is used as it is, listened to by nobody, and left open', async () => {
    await using server = await startRedisServer()
    const client = clientOn({ port: server.port })
    await client.ping()
    const listeners = () => client.eventNames().map((name) => [name, client.listenerCount(name)])
    const before = listeners()
    const cache = new RedisCache({ client, namespace: 'ns' })
    await cache.set('k', { a: 1 }, { ttl: '1m' })
    await cache.multiSet([['m', 1]], { ttl: '1m' })
    expect(await cache.get('k')).toEqual({ a: 1 })
    expect(await client.get('ns:k')).toBe('{"a":1}')
    await cache.close()
    expect(listeners()).toEqual(before)
    expect(await client.ping()).toBe('PONG')
  })

  test.each([
    ['stringNumbers', { stringNumbers: true }],
    ['keyPrefix', { keyPrefix: 'app:' }],
    ['enableAutoPipelining', { enableAutoPipelining: true }],
    ['protocol 2', { protocol: 2 }],
    ['replyMapping resp3', { replyMapping: 'resp3' }],
  ] as const)('may be set to %s', async (_name, options) => {
    await using server = await startRedisServer()
    const client = new Redis({ port: server.port, ...options })
    onTestFinished(() => client.disconnect())
    const cache = new RedisCache({ client, namespace: 'ns' })
    await cache.multiSet(
      [
        ['a', 1],
        ['b', 2],
      ],
      { ttl: '1m' },
    )
    expect(await cache.multiGet(['a', 'b', 'c'])).toEqual([1, 2, undefined])
    expect(await cache.increment('a', 4)).toBe(5)
    expect(await cache.exists('a')).toBe(true)
    expect(await cache.expire('a', 0)).toBe(true)
    expect(await cache.backend.compareAndSet('ns:a', '5', '6', 'keep')).toBe(true)
    expect(await cache.delete('a')).toBe(1)
    expect(await cache.multiDelete(['a', 'b'])).toBe(1)
    await cache.set('d', 1)
    expect(await cache.clear()).toBe(true)
    expect(await clientOn(server).dbsize()).toBe(0)
  })

  test('that is closed or lost fails commands, and prints and throws nothing', async () => {
    await using server = await startRedisServer()
    const closed = clientOn({ port: server.port })
    await closed.quit()
    await causeOf(new RedisCache({ client: closed, timeout: null }).get('k'))
    const lost = new Redis({ port: server.port, maxRetriesPerRequest: 0, retryStrategy: () => 10 })
    onTestFinished(() => lost.disconnect())
    lost.on('error', () => {})
    await lost.ping()
    await server.stop()
    await causeOf(new RedisCache({ client: lost, timeout: null }).get('k'))
  })
})
