/** A cache on the master that sentinels name: where that changes, where sentinels are away, and what is left at the end. */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { BackendUnavailableError, CacheTimeoutError } from '@pycached/core'
import { RedisCache, type RedisCacheOptions } from '@pycached/redis'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { freePort } from '../../../test/support/free-port.js'
import { startProxy } from '../../../test/support/proxy.js'
import { type RedisSentinels, startRedisSentinels } from '../../../test/support/redis-sentinel.js'
import { causeOf, clientOn, openSockets, rejectionOf } from './support.js'

let group: RedisSentinels
beforeAll(async () => {
  group = await startRedisSentinels({ password: 'secret', sentinelPassword: 'hidden' })
})
afterAll(() => group[Symbol.asyncDispose]())

function hosts(ports: readonly number[]) {
  return ports.map((port) => ({ endpoint: '127.0.0.1', port }))
}

function optionsOf(options: RedisCacheOptions = {}): RedisCacheOptions {
  const passwords = { password: 'secret', sentinelPassword: 'hidden' }
  return {
    sentinels: hosts(group.sentinelPorts),
    masterName: group.masterName,
    ...passwords,
    timeout: '2s',
    ...options,
  }
}

function cacheOn(options: RedisCacheOptions = {}): RedisCache {
  const cache = new RedisCache(optionsOf(options))
  onTestFinished(() => cache.close())
  return cache
}

describe('sentinels', () => {
  test('lead to the master, also when the first of them is down', async () => {
    const cache = cacheOn({ sentinels: hosts([await freePort(), ...group.sentinelPorts]) })
    await cache.set('k', 1)
    expect(await clientOn({ port: group.masterPort(), password: 'secret' }).get('k')).toBe('1')
  })

  test('that hang are passed over for the next', async () => {
    await using proxy = await startProxy(group.sentinelPorts[0] as number)
    proxy.blackhole()
    const cache = cacheOn({ sentinels: hosts([proxy.port, ...group.sentinelPorts.slice(1)]), connectTimeout: '1s' })
    await cache.set('k', 2)
  })

  test('that are all down are told at once', async () => {
    const cache = cacheOn({ sentinels: hosts([await freePort(), await freePort()]), timeout: null })
    for (let i = 0; i < 3; i++) expect(await causeOf(cache.get('k'))).toMatch(/sentinel.*ECONNREFUSED/i)
    expect(await causeOf(cache.connect())).toMatch(/sentinel.*ECONNREFUSED/i)
  })

  test('that do not know the name are told, and so is a wrong password of theirs and of the master', async () => {
    expect(await causeOf(cacheOn({ masterName: 'other', timeout: null }).get('k'))).toMatch(/sentinel.*other/i)
    expect(await causeOf(cacheOn({ sentinelPassword: 'wrong', timeout: null }).get('k'))).toMatch(/WRONGPASS/)
    expect(await causeOf(cacheOn({ sentinelPassword: undefined, timeout: null }).get('k'))).toMatch(/NOAUTH/)
    expect(await causeOf(cacheOn({ password: 'wrong', timeout: null }).get('k'))).toMatch(/WRONGPASS/)
  })
})

describe('closing', () => {
  const uses: [string, (cache: RedisCache) => unknown][] = [
    ['before the first command', () => {}],
    ['right after the first command', (cache) => cache.get('k').catch(() => {})],
    ['a moment after it', (cache) => (cache.get('k').catch(() => {}), sleep(3))],
    ['while connected', (cache) => cache.set('k', 1)],
    ['with commands in flight', async (cache) => (await cache.set('k', 1), void cache.get('k').catch(() => {}))],
  ]
  test.each(uses)('%s leaves no socket', async (_when, use) => {
    await expect.poll(openSockets).toBe(0)
    const cache = new RedisCache(optionsOf())
    await use(cache)
    await cache.close()
    await expect.poll(openSockets, { timeout: 100, interval: 10 }).toBe(0)
  })

  test('while sentinels accept connections and never answer leaves no socket, and takes no longer than the timeout', async () => {
    await expect.poll(openSockets).toBe(0)
    let accepted = 0
    const silent = createServer((socket) => {
      accepted++
      socket.on('error', () => {}).resume()
    })
    const port = await freePort()
    await new Promise<void>((resolve) => void silent.listen(port, '127.0.0.1', resolve))
    onTestFinished(() => void silent.close())
    const cache = new RedisCache(optionsOf({ sentinels: hosts([port]), timeout: '200ms' }))
    expect(await rejectionOf(cache.get('k'))).toBeInstanceOf(CacheTimeoutError)
    expect(accepted).toBe(1)
    const began = performance.now()
    await cache.close()
    expect(performance.now() - began).toBeLessThan(400)
    await expect.poll(openSockets, { timeout: 100, interval: 10 }).toBe(0)
  })
})

test('a cache that is closed while it waits for its last connection to end opens no other', async () => {
  let connections = 0
  // Demoted, and slow to hang up.
  const master = createServer({ allowHalfOpen: true }, (socket) => {
    connections++
    onTestFinished(() => void socket.destroy())
    socket
      .on('error', () => {})
      .on('data', (asked) => {
        if (/role/i.test(String(asked))) socket.write('*1\r\n$6\r\nmaster\r\n')
        else socket.write(/ping/i.test(String(asked)) ? '+PONG\r\n' : '-READONLY no master\r\n')
      })
  })
  const masterPort = String(await listeningPort(master))
  const sentinel = createServer((socket) => {
    socket
      .on('error', () => {})
      .on('data', () => {
        socket.write(`*2\r\n$9\r\n127.0.0.1\r\n$${masterPort.length}\r\n${masterPort}\r\n`)
      })
  })
  const cache = new RedisCache({ sentinels: hosts([await listeningPort(sentinel)]), timeout: '60ms' })
  await cache.connect({ timeout: '2s' })
  expect(await causeOf(cache.set('k', 1, { timeout: '2s' }))).toMatch(/READONLY/)
  const waiting = rejectionOf(cache.get('k'))
  await cache.close()
  await waiting
  await sleep(400)
  expect(connections).toBe(1)
})

async function listeningPort(server: Server): Promise<number> {
  onTestFinished(() => void server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

// Last: they change who is the master.
describe('a master that changes', () => {
  test('by being killed is followed, and no command runs twice', async () => {
    const cache = cacheOn()
    await cache.set('n', 0)
    await cache.set('stays', 'here')
    await clientOn({ port: group.masterPort(), password: 'secret' }).call('wait', '1', '2000')
    // Sent, for all that its caller knows: a command that was refused its connection was not.
    let [sent, acknowledged, done] = [0, 0, false]
    const errors: string[] = []
    const load = (async () => {
      while (!done) {
        await cache.increment('n').then(
          (sum) => {
            sent++
            acknowledged = sum
          },
          async (error: Error) => {
            errors.push(String(error.cause))
            if (!(error instanceof BackendUnavailableError) && !/ECONNREFUSED/.test(String(error.cause))) sent++
            await sleep(5)
          },
        )
      }
    })()
    await group.failover()
    const taken = performance.now()
    await expect.poll(() => cache.set('k', 1).catch(() => false), { timeout: 10_000, interval: 10 }).toBe(true)
    expect(performance.now() - taken).toBeLessThan(2000)
    done = true
    await load
    expect(errors.length).toBeGreaterThan(0)
    expect(errors.filter((cause) => /READONLY|UNKILLABLE/.test(cause))).toEqual([])
    expect(await cache.get('stays')).toBe('here')
    const value = (await cache.get<number>('n')) ?? 0
    expect(value).toBeLessThanOrEqual(sent)
    expect(value).toBeGreaterThanOrEqual(acknowledged)
    await group.restore()
  })

  test('by being demoted is left for a new connection: one write is refused, and the next finds the new one', async () => {
    const cache = cacheOn()
    await cache.set('k', 1)
    const changes: string[] = []
    cache.on('connection', (state) => changes.push(state))
    // What a failover that nobody was told of looks like to its clients: the connection stays, and the server is a replica.
    const demoted = clientOn({ port: group.masterPort(), password: 'secret' })
    await demoted.call('replicaof', '127.0.0.1', String(group.replicaPort()))
    expect(await causeOf(cache.set('k', 2))).toMatch(/READONLY/)
    // As long as the sentinels name it, and it is none, that is what is told.
    expect(await causeOf(cache.set('k', 2))).toMatch(/READONLY|which is a slave/)
    await demoted.call('replicaof', 'no', 'one')
    await expect.poll(() => cache.set('k', 3).catch(() => false), { timeout: 5000 }).toBe(true)
    expect(changes).toContain('disconnected')
    expect(changes.at(-1)).toBe('connected')
  })
})
