/** Deadlines, whatever state the connection is in: no command outlives its own, and no late reply goes to another. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { BackendError, BackendUnavailableError, CacheTimeoutError } from '@pycached/core'
import { RedisCache, type RedisCacheOptions } from '@pycached/redis'
import { Redis } from 'ioredis'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { type Proxy, startProxy } from '../../../test/support/proxy.js'
import { startRedisCluster } from '../../../test/support/redis-cluster.js'
import { startRedisSentinels } from '../../../test/support/redis-sentinel.js'
import { type RedisServer, startRedisServer } from '../../../test/support/redis-server.js'
import { slotOf } from '../src/slot.js'
import { clientOn, rejectionOf } from './support.js'

const TIMEOUT_MS = 200

function cacheOn(options: RedisCacheOptions): RedisCache {
  const cache = new RedisCache({ timeout: `${TIMEOUT_MS}ms`, ...options })
  onTestFinished(() => cache.close())
  return cache
}

async function behindProxy(options: { password?: string } = {}): Promise<{ server: RedisServer; proxy: Proxy }> {
  const server = await startRedisServer(options)
  const proxy = await startProxy(server.port)
  onTestFinished(async () => {
    await proxy[Symbol.asyncDispose]()
    await server.stop()
  })
  return { server, proxy }
}

/** Every kind of command that a cache has. */
const COMMANDS: readonly [name: string, writes: boolean, run: (cache: RedisCache) => Promise<unknown>][] = [
  ['get', false, (cache) => cache.get('k')],
  ['multiGet', false, (cache) => cache.multiGet(['k', 'l'])],
  ['exists', false, (cache) => cache.exists('k')],
  ['set', true, (cache) => cache.set('k', 1)],
  ['add', true, (cache) => cache.add('k', 1)],
  [
    'multiSet',
    true,
    (cache) =>
      cache.multiSet(
        [
          ['k', 1],
          ['l', 2],
        ],
        { ttl: '1m' },
      ),
  ],
  ['increment', true, (cache) => cache.increment('k')],
  ['expire', true, (cache) => cache.expire('k', '1m')],
  ['delete', true, (cache) => cache.delete('k')],
  ['multiDelete', true, (cache) => cache.multiDelete(['k', 'l'])],
  ['clear', true, (cache) => cache.clear()],
  ['raw', true, (cache) => cache.raw('get', 'k')],
  ['connect', false, (cache) => cache.connect()],
]

/** Runs all commands at once; each fails in time. Answers with the errors, in order. */
async function allFail(cache: RedisCache, timeoutMs = TIMEOUT_MS): Promise<(Error & { mayHaveExecuted?: boolean })[]> {
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  const errors = await Promise.all(
    COMMANDS.map(async ([name, , run]) => {
      const began = performance.now()
      const error = await rejectionOf(run(cache))
      return { name, error, tookMs: performance.now() - began }
    }),
  )
  delay.disable()
  for (const { name, tookMs } of errors) {
    expect(tookMs, name).toBeLessThan(timeoutMs + 100 + delay.max / 1e6)
  }
  return errors.map(({ error }) => error)
}

/** All failed by their deadlines, and each says whether it may have changed the store. */
function expectTimeouts(errors: (Error & { mayHaveExecuted?: boolean })[]): void {
  for (const [index, [name, writes]] of COMMANDS.entries()) {
    expect(errors[index], name).toBeInstanceOf(CacheTimeoutError)
    expect(errors[index]?.mayHaveExecuted, name).toBe(writes)
  }
}

describe('every command ends by its deadline', () => {
  test('while the server accepts connections and never answers', async () => {
    const { proxy } = await behindProxy({ password: 'secret' })
    proxy.blackhole()
    expectTimeouts(await allFail(cacheOn({ port: proxy.port, password: 'secret' })))
  })

  test('while the network swallows the very first packet', async () => {
    // Reserved for documentation: packets to it go nowhere, or are refused at once where the machine has no way there.
    const errors = await allFail(cacheOn({ endpoint: '192.0.2.1' }))
    for (const error of errors) expect([CacheTimeoutError, BackendError]).toContain(error.constructor)
  })

  test('while an established connection is swallowed, and while it is made again', async () => {
    const { proxy } = await behindProxy()
    const cache = cacheOn({ port: proxy.port })
    await cache.set('k', 1)
    proxy.blackhole()
    expectTimeouts(await allFail(cache))
    await proxy.cut()
    const errors = await allFail(cache)
    expectTimeouts(errors)
  })

  test('while the server is gone and the client does not know', async () => {
    const { proxy } = await behindProxy()
    const cache = cacheOn({ port: proxy.port })
    await cache.set('k', 1)
    proxy.halfOpen()
    expectTimeouts(await allFail(cache))
  })

  test('while the server is frozen', async () => {
    const { server } = await behindProxy()
    const cache = cacheOn({ port: server.port })
    await cache.set('k', 1)
    server.pause()
    expectTimeouts(await allFail(cache))
    server.resume()
  })

  test('in the offline queue, and what was given up there is not sent later', async () => {
    const { server } = await behindProxy()
    const cache = cacheOn({ port: server.port, offlineQueue: true })
    await cache.connect()
    await server.stop()
    expectTimeouts(await allFail(cache))
    const late = rejectionOf(cache.set('late', 1))
    await late
    await server.restart()
    expect(await cache.set('fresh', 1)).toBe(true)
    expect(await clientOn(server).keys('*')).toEqual(['fresh'])
  })

  test('at once where the server is known to be away, and nothing waits for it', async () => {
    const { server } = await behindProxy()
    const cache = cacheOn({ port: server.port, timeout: '5s' })
    await server.stop()
    const errors = await allFail(cache, 0)
    for (const error of errors) expect(error).toBeInstanceOf(BackendError)
  })

  test('where sentinels hang', async () => {
    await using group = await startRedisSentinels()
    const proxies = await Promise.all(group.sentinelPorts.map((port) => startProxy(port)))
    onTestFinished(async () => {
      await Promise.all(proxies.map((proxy) => proxy[Symbol.asyncDispose]()))
    })
    for (const proxy of proxies) proxy.blackhole()
    const sentinels = proxies.map(({ port }) => ({ endpoint: '127.0.0.1', port }))
    expectTimeouts(await allFail(cacheOn({ sentinels, masterName: group.masterName })))
  })

  test('in a cluster of which one master is frozen, and the commands for the others are answered meanwhile', async () => {
    await using cluster = await startRedisCluster()
    const nodes = cluster.ports.map((port) => ({ endpoint: '127.0.0.1', port }))
    const cache = cacheOn({ cluster: nodes })
    const keys = Array.from({ length: 12 }, (_, i) => `k${i}`)
    await cache.multiSet(keys.map((key) => [key, 1] as const))
    const [frozen] = await cluster.masters()
    const pid = Number(/process_id:(\d+)/.exec(await clientOn({ port: frozen?.port as number }).info('server'))?.[1])
    process.kill(pid, 'SIGSTOP')
    try {
      const isFrozen = (key: string) => (frozen?.slots ?? []).some(([a, b]) => a <= slotOf(key) && slotOf(key) <= b)
      const [first = ''] = keys.filter(isFrozen)
      const began = performance.now()
      const error = await rejectionOf(cache.get(first))
      expect(error).toBeInstanceOf(CacheTimeoutError)
      expect(performance.now() - began).toBeLessThan(TIMEOUT_MS + 300)
      const late = rejectionOf(cache.multiGet(keys))
      const others = keys.filter((key) => !isFrozen(key))
      expect(await Promise.all(others.map((key) => cache.get(key)))).toEqual(others.map(() => 1))
      expect(await late).toBeInstanceOf(CacheTimeoutError)
    } finally {
      process.kill(pid, 'SIGCONT')
    }
  })
})

describe('a reply that comes late', () => {
  test.each([
    ['own connection', (port: number) => ({ port })],
    ["user's own client", (port: number) => ({ client: clientOf(port) })],
  ])('goes to nobody: %s', async (_which, optionsOf) => {
    const { proxy } = await behindProxy()
    const cache = cacheOn({ ...optionsOf(proxy.port), timeout: '60ms' })
    for (let i = 0; i < 50; i++) await cache.set(`k${i}`, i, { timeout: '2s' })
    let late = 0
    for (let round = 0; round < 30; round++) {
      proxy.delay('toClient', round % 3 === 0 ? 90 : 0)
      const answers = await Promise.allSettled(
        Array.from({ length: 10 }, async (_, i) => ({ i, value: await cache.get(`k${(round + i) % 50}`) })),
      )
      for (const [i, answer] of answers.entries()) {
        if (answer.status === 'fulfilled') expect(answer.value.value).toBe((round + i) % 50)
        else late++
      }
    }
    expect(late).toBeGreaterThan(50)
  })
})

describe('a connection on which nothing comes back', () => {
  test('is broken off when deadlines have passed for a second, and the cache serves soon after the network is back', async () => {
    const { proxy } = await behindProxy()
    const cache = cacheOn({ port: proxy.port, connectTimeout: '300ms' })
    const states: string[] = []
    cache.on('connection', (state, cause) => states.push(`${state} ${cause instanceof Error ? cause.message : ''}`))
    await cache.set('k', 1)
    proxy.blackhole()
    const began = performance.now()
    while (!states.some((state) => state.startsWith('disconnected'))) {
      expect(await rejectionOf(cache.get('k'))).toBeInstanceOf(Error)
      expect(performance.now() - began).toBeLessThan(3000)
    }
    // Not at the first deadline that passed: a server that is merely slow keeps its connection.
    expect(performance.now() - began).toBeGreaterThan(950)
    expect(states.find((state) => state.startsWith('disconnected'))).toMatch(/has not answered for \d+ ms/)
    await sleep(100)
    await proxy.heal()
    const healed = performance.now()
    await expect.poll(() => cache.get('k').catch(() => undefined), { interval: 10 }).toBe(1)
    expect(performance.now() - healed).toBeLessThan(1500)
  })

  test('is broken off as well where the server is gone without a word', async () => {
    const { proxy } = await behindProxy()
    const cache = cacheOn({ port: proxy.port })
    await cache.set('k', 1)
    proxy.halfOpen()
    await expect.poll(() => cache.get('k').catch(() => undefined), { timeout: 5000, interval: 10 }).toBe(1)
  })

  test('is kept while answers come, however slowly', async () => {
    const { server, proxy } = await behindProxy()
    const cache = cacheOn({ port: proxy.port, timeout: '700ms' })
    await cache.connect()
    const id = await cache.raw('client', 'id')
    proxy.delay('toClient', 300)
    const until = performance.now() + 1600
    while (performance.now() < until) await cache.get('k')
    // One command that takes longer than its deadline while others are answered.
    const blocked = rejectionOf(cache.raw('blpop', 'never', 5))
    await blocked
    proxy.delay('toClient', 0)
    await clientOn(server).call('client', 'unblock', String(id))
    expect(await cache.raw('client', 'id')).toBe(id)
  })

  test('is kept while nothing is asked of it', async () => {
    const { proxy } = await behindProxy()
    const cache = cacheOn({ port: proxy.port })
    const id = await cache.raw('client', 'id')
    await sleep(1300)
    proxy.delay('toClient', 250)
    await rejectionOf(cache.get('k'))
    await expect.poll(() => cache.raw('client', 'id').catch(() => undefined)).toBeUndefined()
    proxy.delay('toClient', 0)
    await expect.poll(() => cache.raw('client', 'id').catch(() => undefined)).toBe(id)
  })

  test('is broken off in a cluster, of the one node that is silent', async () => {
    await using cluster = await startRedisCluster()
    const nodes = cluster.ports.map((port) => ({ endpoint: '127.0.0.1', port }))
    const cache = cacheOn({ cluster: nodes })
    const keys = Array.from({ length: 12 }, (_, i) => `k${i}`)
    await cache.multiSet(keys.map((key) => [key, 1] as const))
    const masters = await cluster.masters()
    const idOf = (key: string) => cache.raw('eval', "return redis.call('client', 'id')", 1, key).catch(() => undefined)
    const frozen = masters[0]
    const keyOf = (master: (typeof masters)[number] | undefined) =>
      keys.find((key) => (master?.slots ?? []).some(([a, b]) => a <= slotOf(key) && slotOf(key) <= b)) ?? ''
    const before = await Promise.all(masters.map((master) => idOf(keyOf(master))))
    const pid = Number(/process_id:(\d+)/.exec(await clientOn({ port: frozen?.port as number }).info('server'))?.[1])
    process.kill(pid, 'SIGSTOP')
    // Shorter than it takes the cluster to call it down.
    for (const until = performance.now() + 700; performance.now() < until; )
      await cache.get(keyOf(frozen)).catch(() => {})
    process.kill(pid, 'SIGCONT')
    await expect.poll(() => idOf(keyOf(frozen)), { timeout: 3000 }).toBe(before[0])
    expect(await Promise.all(masters.slice(1).map((master) => idOf(keyOf(master))))).toEqual(before.slice(1))
  })
})

test('whole bursts of commands with deadlines make one timer', async () => {
  const { server } = await behindProxy()
  const cache = cacheOn({ port: server.port, timeout: '5s' })
  const made = vi.spyOn(globalThis, 'setTimeout')
  onTestFinished(() => made.mockRestore())
  await cache.get('k')
  const connecting = made.mock.calls.length
  made.mockClear()
  await Promise.all(Array.from({ length: 500 }, (_, i) => cache.increment(`n${i % 7}`)))
  await Promise.all(Array.from({ length: 500 }, (_, i) => cache.get(`n${i % 7}`)))
  expect(made.mock.calls.length).toBeLessThanOrEqual(1)
  expect(connecting).toBeLessThanOrEqual(3)
})

test('a command that waits for the first attempt and is given up is not sent, with or without an offline queue', async () => {
  const { server, proxy } = await behindProxy()
  for (const offlineQueue of [false, true]) {
    const cache = cacheOn({ port: proxy.port, offlineQueue, db: 1 })
    proxy.blackhole()
    const given = await rejectionOf(cache.set('given up', 1))
    expect(given).toBeInstanceOf(CacheTimeoutError)
    const waiting = cache.set('waiting', 1).catch((error: unknown) => error)
    await proxy.heal()
    await waiting
    await cache.set('after', 1)
    const admin = clientOn(server)
    await admin.select(1)
    expect(await admin.exists('given up')).toBe(0)
    expect(await admin.exists('after')).toBe(1)
    await admin.flushall()
  }
})

test('while one command tries a server that is away the others are refused, and say that nothing was sent', async () => {
  // With a password, so that there is a greeting that can hang.
  const { server, proxy } = await behindProxy({ password: 'secret' })
  const cache = cacheOn({ port: proxy.port, password: 'secret' })
  await cache.set('k', 1)
  await proxy.cut({ refuse: true })
  while (cache.connectionState !== 'unreachable') await rejectionOf(cache.get('k'))
  await proxy.heal()
  proxy.blackhole()
  const trying = rejectionOf(cache.set('k', 2))
  // Not in the same turn, in which they would travel together.
  await new Promise((resolve) => setImmediate(resolve))
  const refused = await rejectionOf(cache.set('k', 3))
  expect(refused).toBeInstanceOf(BackendUnavailableError)
  expect(await trying).toBeInstanceOf(CacheTimeoutError)
  expect(await clientOn({ port: server.port, password: 'secret' }).get('k')).toBe('1')
})

function clientOf(port: number): Redis {
  const client = new Redis({ port, host: '127.0.0.1' })
  client.on('error', () => {})
  onTestFinished(() => client.disconnect())
  return client
}

test('a process that was held up itself does not take it for the silence of the server', async () => {
  await using server = await startRedisServer()
  const cache = new RedisCache({ port: server.port, timeout: '1100ms' })
  onTestFinished(() => cache.close())
  await cache.connect()
  const patient = cache.increment('n', 1, { timeout: '20s' })
  const hasty = rejectionOf(cache.raw('blpop', 'never', 0))
  await new Promise((resolve) => setImmediate(resolve))
  const untilMs = performance.now() + 1300
  while (performance.now() < untilMs);
  expect(await patient).toBe(1)
  await hasty
  expect(cache.connectionState).toBe('connected')
})
