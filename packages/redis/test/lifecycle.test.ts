/** From the first command to the last: opening, the states in between and who is told of them, and closing at any moment. */
import { BackendError, CacheClosedError, CacheTimeoutError, InvalidArgumentError } from '@pycached/core'
import { RedisCache, type RedisCacheOptions } from '@pycached/redis'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { freePort } from '../../../test/support/free-port.js'
import { type Program, programAt } from '../../../test/support/program.js'
import { startProxy } from '../../../test/support/proxy.js'
import { startRedisServer } from '../../../test/support/redis-server.js'
import { openSockets, rejectionOf } from './support.js'

function cacheOn(options: RedisCacheOptions): RedisCache {
  const cache = new RedisCache({ timeout: '2s', ...options })
  onTestFinished(() => cache.close())
  return cache
}

/** What nobody caught in this process, from now on. */
function uncaught(): unknown[] {
  const seen: unknown[] = []
  const note = (error: unknown) => void seen.push(error)
  process.on('unhandledRejection', note)
  process.on('uncaughtException', note)
  onTestFinished(() => {
    process.off('unhandledRejection', note)
    process.off('uncaughtException', note)
  })
  return seen
}

describe('connect', () => {
  test('opens the connection that the first command would open, once', async () => {
    await using server = await startRedisServer()
    const cache = cacheOn({ port: server.port })
    const states: string[] = []
    cache.on('connection', (state) => states.push(state))
    await Promise.all([cache.connect(), cache.connect()])
    expect(await cache.connect()).toBeUndefined()
    await cache.get('k')
    expect(states).toEqual(['connecting', 'connected'])
    expect(cache.connectionState).toBe('connected')
  })

  test('fails with the reason where nobody is there, and can be called again', async () => {
    await using server = await startRedisServer()
    await server.stop()
    const cache = cacheOn({ port: server.port })
    for (let i = 0; i < 2; i++) {
      const error = await rejectionOf(cache.connect())
      expect(error).toBeInstanceOf(BackendError)
      expect(error.message).toMatch(/^connect failed in the store: .*ECONNREFUSED/)
    }
    await server.restart()
    await cache.connect()
    expect(cache.connectionState).toBe('connected')
  })

  test('does nothing on a disabled cache, and is refused on a closed one', async () => {
    const cache = cacheOn({ port: await freePort(), enabled: false })
    await cache.connect()
    expect(cache.connectionState).toBe('disconnected')
    await cache.close()
    cache.enabled = true
    expect(await rejectionOf(cache.connect())).toBeInstanceOf(CacheClosedError)
  })

  test("connects a user's own lazy client, and tells why it cannot", async () => {
    await using server = await startRedisServer()
    const client = new Redis({ port: server.port, host: '127.0.0.1', lazyConnect: true, retryStrategy: null })
    client.on('error', () => {})
    onTestFinished(() => client.disconnect())
    const cache = cacheOn({ client })
    expect(cache.connectionState).toBe('disconnected')
    await cache.connect()
    expect(cache.connectionState).toBe('connected')
    await server.stop()
    await expect.poll(() => cache.connectionState).toBe('unreachable')
    expect(await rejectionOf(cache.connect())).toBeInstanceOf(BackendError)
  })

  test('keeps to its timeout and its signal', async () => {
    await using server = await startRedisServer({ password: 'secret' })
    await using proxy = await startProxy(server.port)
    proxy.blackhole()
    const cache = cacheOn({ port: proxy.port, password: 'secret' })
    expect(await rejectionOf(cache.connect({ timeout: '50ms' }))).toBeInstanceOf(CacheTimeoutError)
    const controller = new AbortController()
    const aborted = rejectionOf(cache.connect({ signal: controller.signal }))
    controller.abort(new Error('enough'))
    expect((await aborted).message).toBe('enough')
    expect(await rejectionOf(cache.connect({ namespace: 'x' } as never))).toBeInstanceOf(InvalidArgumentError)
  })
})

describe('the state of the connection', () => {
  test('is told in order: up, down, up again, closed', async () => {
    const seen = uncaught()
    await using server = await startRedisServer()
    const cache = cacheOn({ port: server.port })
    const changes: string[] = []
    const note = (state: string, cause?: unknown) =>
      void changes.push(cause instanceof Error ? `${state}: ${cause.message}` : state)
    expect(cache.on('connection', note)).toBe(cache)
    expect(cache.connectionState).toBe('disconnected')
    await cache.set('k', 1)
    await server.stop()
    await expect.poll(() => cache.connectionState).toBe('disconnected')
    await rejectionOf(cache.get('k'))
    expect(cache.connectionState).toBe('unreachable')
    await server.restart()
    await cache.get('k')
    await cache.close()
    expect(changes.map((change) => change.split(':')[0])).toEqual([
      'connecting',
      'connected',
      'disconnected',
      'connecting',
      'unreachable',
      'connecting',
      'connected',
      'closed',
    ])
    expect(changes[4]).toMatch(/ECONNREFUSED/)
    expect(cache.connectionState).toBe('closed')
    expect(seen).toEqual([])
  })

  test('is told to each listener, and no more to one that was taken away', async () => {
    await using server = await startRedisServer()
    const cache = cacheOn({ port: server.port })
    const [first, second]: string[][] = [[], []]
    const noteFirst = (state: string) => void first?.push(state)
    cache.on('connection', noteFirst)
    cache.on('connection', (state) => second?.push(state))
    await cache.connect()
    expect(cache.off('connection', noteFirst)).toBe(cache)
    cache.off('connection', noteFirst)
    await cache.close()
    expect(first).toEqual(['connecting', 'connected'])
    expect(second).toEqual(['connecting', 'connected', 'closed'])
  })

  test('is told after the change, to listeners that may use the cache', async () => {
    await using server = await startRedisServer()
    const cache = cacheOn({ port: server.port })
    const got = new Promise((resolve) => {
      cache.on('connection', (state) => {
        if (state === 'connected') resolve(cache.get('k', { default: 'read by the listener' }))
      })
    })
    await cache.connect()
    expect(await got).toBe('read by the listener')
  })

  test('hurts nobody where a listener throws: it is a warning', async () => {
    const seen = uncaught()
    await using server = await startRedisServer()
    const cache = cacheOn({ port: server.port })
    const warnings: Error[] = []
    const warn = (warning: Error) => void warnings.push(warning)
    process.on('warning', warn)
    onTestFinished(() => void process.off('warning', warn))
    const states: string[] = []
    cache.on('connection', () => {
      throw new Error('a bad listener')
    })
    cache.on('connection', (state) => states.push(state))
    expect(await cache.set('k', 1)).toBe(true)
    await expect.poll(() => warnings.length).toBeGreaterThan(0)
    expect(warnings[0]).toMatchObject({ name: 'PycachedWarning', message: expect.stringMatching(/a bad listener/) })
    expect(states).toEqual(['connecting', 'connected'])
    expect(seen).toEqual([])
  })

  test('is told to functions only, and by its name', () => {
    const cache = new RedisCache()
    expect(() => cache.on('error' as 'connection', () => {})).toThrow(/connection, breaker/)
    expect(() => cache.on('connection', 'listener' as never)).toThrow(InvalidArgumentError)
  })
})

describe('close, seen from outside', () => {
  let program: Program
  beforeAll(async () => {
    program = await programAt(new URL('programs/lifecycle.ts', import.meta.url))
  })
  afterAll(() => program[Symbol.dispose]())

  interface Told {
    readonly closed: string
    /** Both without the time in which other programs ran instead. */
    readonly tookMs: number
    readonly lingeredMs: number
    readonly handles: string[]
  }

  /** Fails where the program ends by what nobody caught. */
  async function ends(scene: string, options: RedisCacheOptions, waitMs = 0): Promise<Told> {
    const cacheOptions = JSON.stringify({ timeout: '500ms', ...options })
    const printed = await program.run([], [scene, cacheOptions, String(waitMs)], 20_000)
    const told = JSON.parse(printed) as Told
    expect(told).toMatchObject({ closed: 'closed', handles: [] })
    expect(told.lingeredMs).toBeLessThan(100)
    return told
  }

  test('the process ends by itself: never used, in use, right after the first command, without close being late', async () => {
    await using server = await startRedisServer()
    await Promise.all([
      ends('unused', { port: server.port }),
      ends('close', { port: server.port }),
      ends('close', { port: server.port }, 3),
      ends('close', { port: server.port, breaker: true, offlineQueue: true }, 50),
      ends('connect', { port: server.port }),
    ])
  })

  test('the process ends by itself while Redis is down, with or without an offline queue', async () => {
    const port = await freePort()
    const hosts = [{ endpoint: '127.0.0.1', port }]
    const told = await Promise.all([
      ends('close', { port }, 20),
      ends('close', { port, offlineQueue: true }, 20),
      ends('connect', { port, breaker: true }),
      ends('close', { cluster: hosts }, 20),
      ends('close', { sentinels: hosts }, 20),
    ])
    for (const { tookMs } of told) expect(tookMs).toBeLessThan(500 + 100)
  })

  test('the process ends by itself while Redis accepts connections and never answers', async () => {
    await using server = await startRedisServer({ password: 'secret' })
    await using proxy = await startProxy(server.port)
    proxy.blackhole()
    const hosts = [{ endpoint: '127.0.0.1', port: proxy.port }]
    const told = await Promise.all([
      ends('close', { port: proxy.port, password: 'secret' }, 20),
      ends('close', { cluster: hosts }, 20),
      ends('close', { sentinels: hosts }, 20),
    ])
    for (const { tookMs } of told) expect(tookMs).toBeLessThan(500 + 100)
  })
})

describe('a closed cache', () => {
  test('rejects everything, opens nothing and can be closed again', async () => {
    await using server = await startRedisServer()
    const seen = uncaught()
    const before = openSockets()
    const cache = cacheOn({ port: server.port })
    await cache.set('k', 1)
    await Promise.all([cache.close(), cache.close()])
    const calls = [
      () => cache.get('k'),
      () => cache.set('k', 1),
      () => cache.multiGet(['k']),
      () => cache.multiSet([['k', 1]]),
      () => cache.add('k', 1),
      () => cache.exists('k'),
      () => cache.increment('k'),
      () => cache.expire('k', 1),
      () => cache.delete('k'),
      () => cache.multiDelete(['k']),
      () => cache.clear(),
      () => cache.raw('get', 'k'),
      () => cache.connect(),
    ]
    for (const call of calls) expect(await rejectionOf(call())).toBeInstanceOf(CacheClosedError)
    expect(openSockets()).toBe(before)
    await cache.close()
    expect(seen).toEqual([])
  })

  test('answers what was in flight before it frees anything', async () => {
    await using server = await startRedisServer()
    await using proxy = await startProxy(server.port)
    const cache = cacheOn({ port: proxy.port })
    await cache.connect()
    proxy.delay('toClient', 100)
    const answers = Promise.all(Array.from({ length: 20 }, (_, i) => cache.increment(`n${i}`)))
    await cache.close()
    expect(await answers).toEqual(Array(20).fill(1))
  })
})
