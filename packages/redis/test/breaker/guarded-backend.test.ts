/** What opens the circuit breaker and what does not: on a store that fails as it is told, then on real servers. */
import { once } from 'node:events'
import {
  BackendError,
  BackendUnavailableError,
  CacheTimeoutError,
  DeserializationError,
  type LockStore,
  SerializationError,
} from '@pycached/core'
import { RedisCache, type RedisCacheOptions } from '@pycached/redis'
import { cacheOver, FailingBackend, FakeClock, MapBackend } from '@pycached/testing'
import { Redis, ReplyError } from 'ioredis'
import { Redis as Valkey } from 'iovalkey'
import { describe, expect, onTestFinished, test } from 'vitest'
import { freePort } from '../../../../test/support/free-port.js'
import { startProxy } from '../../../../test/support/proxy.js'
import { startRedisServer } from '../../../../test/support/redis-server.js'
import { Breaker } from '../../src/breaker/breaker.js'
import { GuardedBackend } from '../../src/breaker/guarded-backend.js'
import { clientOn, rejectionOf } from '../support.js'

function fixture({ failures = 1, resetAfterMs = 1000 } = {}) {
  const clock = new FakeClock(5000)
  const inner = new FailingBackend(new MapBackend(clock), clock)
  const breaker = new Breaker({ failures, resetAfterMs, trialMs: 60_000, clock, onChange: () => {} })
  const backend = new GuardedBackend(inner, breaker, clock, 1000)
  const cache = cacheOver(backend, { clock, timeout: '1s' })
  return { clock, inner, breaker, backend, cache }
}

/** As the client makes them of what a server answers. */
function reply(message: string): Error {
  return new (ReplyError as unknown as new (message: string) => Error)(message)
}

describe('a guarded store', () => {
  test('is not cut off by a caller who gives up sooner than the cache', async () => {
    const { cache, clock, inner, breaker } = fixture()
    inner.hang('get')
    const hasty = rejectionOf(cache.get('k', { timeout: '5ms' }))
    await clock.advanceAsync(5)
    await hasty
    expect(breaker.state).toBe('closed')
    const patient = rejectionOf(cache.get('k'))
    await clock.advanceAsync(1000)
    await patient
    expect(breaker.state).toBe('open')
    inner.restore()
  })

  const failures: [string, Error][] = [
    ['a connection that was reset', Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })],
    ['a connection that was closed', new Error('Connection is closed.')],
    ['a server that loads its data', reply('LOADING Redis is loading the dataset in memory')],
    ['a server that a script keeps busy', reply('BUSY Redis is busy running a script')],
    ['a cluster that is not whole', reply('CLUSTERDOWN Hash slot not served')],
    ['a replica without its master', reply('MASTERDOWN Link with MASTER is down')],
    ['a password that is wrong', reply('WRONGPASS invalid username-password pair or user is disabled.')],
    ['a password that is missing', reply('NOAUTH Authentication required.')],
    ['a server with too many clients', reply('ERR max number of clients reached')],
  ]
  test.each(failures)('is cut off after %s', async (_what, error) => {
    const { cache, inner, breaker } = fixture()
    inner.fail('get', error)
    await rejectionOf(cache.get('k'))
    expect(breaker.state).toBe('open')
    const calls = inner.calls.length
    expect(await rejectionOf(cache.set('k', 1))).toBeInstanceOf(BackendUnavailableError)
    expect(inner.calls.length).toBe(calls)
  })

  const harmless: [string, Error][] = [
    ['a key of another type', reply('WRONGTYPE Operation against a key holding the wrong kind of value')],
    ['a key without rights', reply('NOPERM this user has no permissions to access one of the keys')],
    ['a wrong command', reply("ERR unknown command 'nope'")],
    ['a server without memory', reply("OOM command not allowed when used memory > 'maxmemory'.")],
    ['a replica that takes no writes', reply("READONLY You can't write against a read only replica.")],
    ['a value that no server could keep', new SerializationError('no')],
    ['a stored value that cannot be read', new DeserializationError('no')],
  ]
  test.each(harmless)('is not cut off after %s, however often', async (_what, error) => {
    const { cache, inner, breaker, clock } = fixture()
    inner.fail('get', error)
    for (let i = 0; i < 10; i++) {
      clock.advance(1)
      await rejectionOf(cache.get('k'))
    }
    expect(breaker.state).toBe('closed')
  })

  test('is not cut off by errors of serializers in the cache', async () => {
    const { inner, breaker, clock, backend } = fixture()
    const serializer = {
      encoding: null,
      dumps: () => {
        throw new Error('cannot write')
      },
      loads: () => {
        throw new Error('cannot read')
      },
    }
    await inner.set('k', 'x', undefined)
    const cache = cacheOver(backend, { serializer, clock })
    for (let i = 0; i < 5; i++) {
      clock.advance(1)
      expect(await rejectionOf(cache.get('k'))).toBeInstanceOf(DeserializationError)
      expect(await rejectionOf(cache.set('k', 1))).toBeInstanceOf(SerializationError)
    }
    expect(breaker.state).toBe('closed')
  })

  test('is cut off when deadlines pass, and let in again when it answers', async () => {
    const { cache, inner, breaker, clock } = fixture({ failures: 2 })
    inner.hang('all')
    for (let i = 0; i < 2; i++) {
      clock.advance(1)
      const late = rejectionOf(cache.get('k'))
      await clock.advanceAsync(1000)
      expect(await late).toBeInstanceOf(CacheTimeoutError)
    }
    expect(breaker.state).toBe('open')
    expect((await rejectionOf(cache.get('k'))).message).toMatch(/no answer within the deadline.*nothing was sent/)
    await clock.advanceAsync(1000)
    const trial = rejectionOf(cache.get('k'))
    expect(breaker.state).toBe('half-open')
    expect(await rejectionOf(cache.get('k'))).toBeInstanceOf(BackendUnavailableError)
    await clock.advanceAsync(1000)
    expect(await trial).toBeInstanceOf(CacheTimeoutError)
    expect(breaker.state).toBe('open')
    // What hung is answered now: that was asked for long ago.
    inner.restore()
    await clock.advanceAsync(999)
    expect(breaker.state).toBe('open')
    await clock.advanceAsync(1)
    expect(await cache.get('k')).toBeUndefined()
    expect(breaker.state).toBe('closed')
  })

  test('is tried by another command where the one that was to try was refused before it got there', async () => {
    const { cache, inner, breaker, clock } = fixture()
    inner.fail('all', new Error('reset'))
    await rejectionOf(cache.get('k'))
    await clock.advanceAsync(1000)
    inner.fail('all', new BackendUnavailableError('another command is connecting'))
    await rejectionOf(cache.get('k'))
    expect(breaker.state).toBe('open')
    inner.restore()
    expect(await cache.get('k')).toBeUndefined()
    expect(breaker.state).toBe('closed')
  })

  test('has every primitive of the store guarded, and those of its locks', async () => {
    const { inner, backend, breaker, clock } = fixture()
    const calls: Record<string, () => unknown> = {
      get: () => backend.get('k', 'utf-8'),
      getMany: () => backend.getMany(['k'], 'utf-8'),
      set: () => backend.set('k', 'v', undefined),
      setMany: () => backend.setMany([['k', 'v']], undefined),
      add: () => backend.add('k', 'v', undefined),
      delete: () => backend.delete('k'),
      deleteMany: () => backend.deleteMany(['k']),
      exists: () => backend.exists('k'),
      increment: () => backend.increment('k', 1, '1'),
      expire: () => backend.expire('k', 1),
      clear: () => backend.clear(''),
      compareAndSet: () => backend.compareAndSet('k', 'v', 'w', 'keep'),
      compareAndDelete: () => backend.compareAndDelete('k', 'v'),
      raw: () => backend.raw('get', ['k'], 'utf-8'),
      connect: () => backend.connect(),
    }
    const primitives = Object.getOwnPropertyNames(GuardedBackend.prototype)
    const unguarded = ['constructor', 'close', 'unanswered']
    expect(Object.keys(calls).sort()).toEqual(primitives.filter((name) => !unguarded.includes(name)).sort())
    for (const [name, call] of Object.entries(calls)) {
      clock.advance(1000)
      inner.fail('all', new Error('reset'))
      await rejectionOf(Promise.resolve(call()))
      expect([name, breaker.state]).toEqual([name, 'open'])
      expect(await rejectionOf(Promise.resolve(call()))).toBeInstanceOf(BackendUnavailableError)
      inner.restore()
      clock.advance(1000)
      await backend.exists('k')
      expect(breaker.state).toBe('closed')
    }
  })

  test('guards the locks of a store that has some, and passes watching on', async () => {
    const seen: unknown[][] = []
    const locks: LockStore = {
      take: async (...args) => (seen.push(['take', ...args]), { taken: true, fencingToken: 7 }),
      release: async (...args) => (seen.push(['release', ...args]), true),
      break: async (...args) => (seen.push(['break', ...args]), false),
      watch: (lockKey, call) => {
        seen.push(['watch', lockKey])
        call()
        return () => void seen.push(['stop'])
      },
    }
    const clock = new FakeClock(5000)
    const inner = new FailingBackend(Object.assign(new MapBackend(clock), { locks }), clock)
    const breaker = new Breaker({ failures: 1, resetAfterMs: 1000, trialMs: 60_000, clock, onChange: () => {} })
    const guarded = new GuardedBackend(inner, breaker, clock, 1000).locks ?? expect.unreachable('there are no locks')
    expect(await guarded.take('l', 't', 5, true)).toEqual({ taken: true, fencingToken: 7 })
    expect(await guarded.release('l', 't')).toBe(true)
    expect(await guarded.break('l')).toBe(false)
    let called = 0
    guarded.watch('l', () => called++)()
    expect(called).toBe(1)
    expect(seen).toEqual([['take', 'l', 't', 5, true], ['release', 'l', 't'], ['break', 'l'], ['watch', 'l'], ['stop']])
    inner.fail('all', new Error('reset'))
    await rejectionOf(Promise.resolve(guarded.take('l', 't', 5, false)))
    expect(breaker.state).toBe('open')
    for (const refused of [guarded.take('l', 't', 5, false), guarded.release('l', 't'), guarded.break('l')]) {
      expect(await rejectionOf(Promise.resolve(refused))).toBeInstanceOf(BackendUnavailableError)
    }
    // The lease may have run out meanwhile: whoever watches has to know.
    guarded.watch('l', () => called++)
    expect(called).toBe(2)
    expect(new GuardedBackend(new MapBackend(clock), breaker, clock, 1000).locks).toBeUndefined()
  })
})

describe('a circuit breaker on a real server', () => {
  /** Resets after 50 ms, so that no test waits long. */
  function cacheOn(options: RedisCacheOptions) {
    const cache = new RedisCache({ breaker: { failures: 2, resetAfter: '50ms' }, timeout: '200ms', ...options })
    const states: string[] = []
    cache.on('breaker', (state) => states.push(state))
    onTestFinished(() => cache.close())
    return { cache, states }
  }

  /** Commands until one is answered. */
  async function served(cache: RedisCache): Promise<void> {
    await expect.poll(() => cache.get('k').then(() => 'served', String), { timeout: 10_000 }).toBe('served')
  }

  test('opens when it is stopped, and closes when it is back', async () => {
    await using server = await startRedisServer()
    const { cache, states } = cacheOn({ port: server.port })
    expect(cache.breaker).toMatchObject({ failures: 2, resetAfter: 0.05, state: 'closed' })
    await cache.set('k', 1)
    await server.stop()
    const seen = new Set<string>()
    while (cache.breaker?.state !== 'open') seen.add((await rejectionOf(cache.get('k'))).constructor.name)
    expect(seen).toEqual(new Set([BackendError.name]))
    const refused = await rejectionOf(cache.get('k'))
    expect(refused).toBeInstanceOf(BackendUnavailableError)
    expect(refused.message).toMatch(/breaker is open.*ECONNREFUSED/)
    await server.restart()
    await served(cache)
    expect(states.slice(0, 2)).toEqual(['open', 'half-open'])
    expect(states.at(-1)).toBe('closed')
    expect(cache.breaker?.state).toBe('closed')
  })

  test('opens when it hangs, by deadlines, and closes when it goes on', async () => {
    await using server = await startRedisServer()
    const { cache, states } = cacheOn({ port: server.port, timeout: '50ms' })
    await cache.set('k', 1)
    server.pause()
    while (cache.breaker?.state !== 'open') await rejectionOf(cache.get('k'))
    expect(await rejectionOf(cache.get('k'))).toBeInstanceOf(BackendUnavailableError)
    server.resume()
    await served(cache)
    expect(states[0]).toBe('open')
    expect(states.at(-1)).toBe('closed')
  })

  test("guards a user's own client as well, of ioredis and of iovalkey", async () => {
    await using server = await startRedisServer()
    const proxy = await startProxy(server.port)
    onTestFinished(() => proxy[Symbol.asyncDispose]())
    const options = { host: '127.0.0.1', port: proxy.port, maxRetriesPerRequest: 0, retryStrategy: () => 10 }
    for (const make of [() => new Redis(options), () => new Valkey(options)]) {
      const client = make()
      client.on('error', () => {})
      onTestFinished(() => client.disconnect())
      await once(client, 'ready')
      const { cache, states } = cacheOn({ client })
      await cache.set('k', 1)
      await proxy.cut({ refuse: true })
      while (cache.breaker?.state !== 'open') await rejectionOf(cache.get('k'))
      await proxy.heal()
      await served(cache)
      expect(states[0]).toBe('open')
      expect(cache.breaker?.state).toBe('closed')
    }
  })

  test('guards a cluster, of which nobody is there', async () => {
    const nodes = [{ endpoint: '127.0.0.1', port: await freePort() }]
    const { cache, states } = cacheOn({ cluster: nodes })
    while (cache.breaker?.state !== 'open') await rejectionOf(cache.get('k'))
    expect((await rejectionOf(cache.get('k'))).message).toMatch(/breaker is open.*ECONNREFUSED/)
    expect(states).toEqual(['open'])
  })

  test('stays closed for what is wrong with a key, a user or a value', async () => {
    await using server = await startRedisServer({
      users: ['few on >secret ~ok:* +get +set +incrby +eval +ping +lpush'],
    })
    const { cache, states } = cacheOn({
      port: server.port,
      username: 'few',
      password: 'secret',
      breaker: { failures: 1 },
    })
    await clientOn(server).lpush('ok:list', 'a')
    await clientOn(server).set('ok:text', 'no json')
    for (let i = 0; i < 3; i++) {
      await rejectionOf(cache.get('forbidden'))
      await rejectionOf(cache.increment('ok:list'))
      await rejectionOf(cache.get('ok:text'))
      await rejectionOf(cache.set('ok:k', 1n))
      await rejectionOf(cache.raw('nope'))
      await rejectionOf(cache.raw('', 'k'))
    }
    expect(states).toEqual([])
    expect(cache.breaker?.state).toBe('closed')
  })

  test('lets one command at a time try while it is away', async () => {
    await using server = await startRedisServer()
    const clock = new FakeClock(5000)
    const { cache } = cacheOn({ port: server.port, breaker: { failures: 1, resetAfter: '1s' }, clock })
    const states: string[] = []
    cache.on('connection', (state) => states.push(state))
    await server.stop()
    await rejectionOf(cache.get('k'))
    for (let round = 0; round < 5; round++) {
      clock.advance(1000)
      const before = states.filter((state) => state === 'connecting').length
      const errors = await Promise.all(Array.from({ length: 20 }, (_, i) => rejectionOf(cache.get(`k${i}`))))
      expect(errors.filter((error) => !(error instanceof BackendUnavailableError))).toHaveLength(1)
      expect(states.filter((state) => state === 'connecting').length - before).toBe(1)
    }
  })

  test.each([
    ['yes', /true, false or/],
    [null, /true, false or/],
    [{ failures: 0 }, /failures/],
    [{ failures: 1.5 }, /failures/],
    [{ failures: '3' }, /failures/],
    [{ resetAfter: 0 }, /breaker/],
    [{ resetAfter: 'soon' }, /breaker/],
    [{ timeout: 1 }, /no 'timeout'/],
  ])('is refused with the settings %j', (breaker, message) => {
    expect(() => new RedisCache({ breaker: breaker as never })).toThrow(message)
  })

  test('has settings of its own by default, and can be left out', () => {
    expect(new RedisCache({ breaker: true }).breaker).toMatchObject({ failures: 3, resetAfter: 1, state: 'closed' })
    expect(new RedisCache({ breaker: {} }).breaker).toMatchObject({ failures: 3, resetAfter: 1 })
    expect(new RedisCache({ breaker: { failures: undefined, resetAfter: '2m' } }).breaker).toMatchObject({
      failures: 3,
      resetAfter: 120,
    })
    expect(new RedisCache({ breaker: false }).breaker).toBeUndefined()
    expect(new RedisCache().breaker).toBeUndefined()
  })
})

test('a trial whose caller goes without a word is over after the deadline of the cache', async () => {
  const port = await freePort()
  const cache = new RedisCache({ port, timeout: '150ms', breaker: { failures: 1, resetAfter: '20ms' } })
  onTestFinished(() => cache.close())
  await rejectionOf(cache.get('k'))
  expect(cache.breaker?.state).toBe('open')
  await using server = await startRedisServer({ port })
  server.pause()
  await expect
    .poll(() => rejectionOf(cache.get('k', { signal: AbortSignal.timeout(10) })), { interval: 10 })
    .toMatchObject({
      name: 'TimeoutError',
    })
  expect(cache.breaker?.state).toBe('half-open')
  server.resume()
  await expect.poll(() => cache.get('k').catch(String), { timeout: 2000, interval: 20 }).toBeUndefined()
  expect(cache.breaker?.state).toBe('closed')
})
