import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { type AddressInfo, createServer } from 'node:net'
import { mock } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { BackendError, CacheTimeoutError, DeserializationError } from '@pycached/core'
import { RedisCache } from '@pycached/redis'
import fc from 'fast-check'
import { Redis, type RedisOptions } from 'ioredis'
import { describe, expect, inject, onTestFinished, test, vi } from 'vitest'
import { type RedisServer, startRedisServer } from '../../../test/support/redis-server.js'
import type { RedisBackend } from '../src/redis-backend.js'
import { backendOn, clientOn, clusterArgs, rejectionOf, sentDuring, shared } from './support.js'

/** The same commands through a connection of our own and through clients of the user's. */
const CLIENTS: readonly [title: string, enableAutoPipelining: boolean | undefined][] = [
  ['a connection of our own', undefined],
  ["the user's own client", false],
  ["the user's own client that pipelines automatically", true],
]

let tests = 0
function fixture(enableAutoPipelining?: boolean) {
  const root = `${inject('redisNamespace')}-tick-${tests++}:`
  const client = clientOn(shared())
  const options =
    enableAutoPipelining === undefined ? shared() : { client: userClient({ ...shared(), enableAutoPipelining }) }
  const backend = backendOn(options)
  return {
    backend,
    /** Another one on the same connection, where there can be one. */
    sibling: 'client' in options ? backendOn(options) : backend,
    client,
    key: (name: string | number) => `${root}${name}`,
    /** The names of the commands that reach the server, and their arguments without the root. */
    sent: async (work: () => Promise<unknown>) =>
      (await sentDuring(client, work, root)).map((words) => words.map((word) => word.replace(root, ''))),
  }
}

function userClient(options: RedisOptions & { port: number; endpoint?: string }) {
  const { endpoint = '127.0.0.1', ...rest } = options
  const client = new Redis({ host: endpoint, protocol: 2, ...rest })
  client.on('error', () => {})
  onTestFinished(() => client.disconnect())
  return client
}

const range = (length: number) => Array.from({ length }, (_, i) => i)

describe.each(CLIENTS)('through %s', (_title, enableAutoPipelining) => {
  test('the gets of one tick are one MGET, and each caller has its own answer', async () => {
    const { backend, client, key, sent } = fixture(enableAutoPipelining)
    await client.mset(key('a'), '1', key('b'), '2')
    const commands = await sent(async () => {
      const gets = ['b', 'no', 'a', 'b'].map((name) => backend.get(key(name), 'utf-8'))
      expect(await Promise.all(gets)).toEqual(['2', undefined, '1', '2'])
    })
    expect(commands).toEqual([['mget', 'b', 'no', 'a', 'b']])
  })

  test('the sets of one tick are one MSET, or one script where any of them has a time to live', async () => {
    const { backend, client, key, sent } = fixture(enableAutoPipelining)
    const commands = await sent(async () => {
      await Promise.all([
        backend.set(key('a'), '1', undefined),
        backend.set(key('b'), new Uint8Array([255]), undefined),
        backend.set(key('a'), '3', undefined),
      ])
      await Promise.all([backend.set(key('c'), '1', 60_000), backend.set(key('d'), '2', 60_000)])
      await Promise.all([
        backend.set(key('c'), '3', undefined),
        backend.set(key('d'), '4', 30_000),
        backend.set(key('e'), '5', 90_000),
      ])
    })
    expect(commands.map(([name]) => name)).toEqual(['mset', 'eval', 'eval'])
    expect(await client.mget(['a', 'c', 'd', 'e'].map(key))).toEqual(['3', '3', '4', '5'])
    expect(await client.getBuffer(key('b'))).toEqual(Buffer.from([255]))
    expect(await client.pttl(key('c'))).toBe(-1)
    expect(await client.pttl(key('d'))).toBeGreaterThan(20_000)
    expect(await client.pttl(key('d'))).toBeLessThanOrEqual(30_000)
    expect(await client.pttl(key('e'))).toBeGreaterThan(60_000)
  })

  test('the deletes of one tick are one script, and each caller is told of its own key', async () => {
    const { backend, client, key, sent } = fixture(enableAutoPipelining)
    await client.mset(key('a'), '1', key('b'), '2')
    const commands = await sent(async () => {
      const deletes = ['a', 'no', 'b', 'a'].map((name) => backend.delete(key(name)))
      expect(await Promise.all(deletes)).toEqual([true, false, true, false])
    })
    expect(commands.map(([name]) => name)).toEqual(['eval'])
    expect(await client.exists(key('a'), key('b'))).toBe(0)
  })

  test('a command without company is what it always was', async () => {
    const { backend, key, sent } = fixture(enableAutoPipelining)
    const commands = await sent(async () => {
      await backend.set(key('a'), '1', 60_000)
      await backend.get(key('a'), 'utf-8')
      await backend.delete(key('a'))
    })
    expect(commands).toEqual([
      ['set', 'a', '1', 'PX', '60000'],
      ['get', 'a'],
      ['unlink', 'a'],
    ])
  })

  test('commands of different microtasks and of process.nextTick meet', async () => {
    const { backend, key, sent } = fixture(enableAutoPipelining)
    const commands = await sent(async () => {
      const later = async (turns: number, name: string) => {
        for (let turn = 0; turn < turns; turn++) await Promise.resolve()
        return backend.get(key(name), 'utf-8')
      }
      const ticked = new Promise((resolve) => process.nextTick(() => resolve(backend.get(key('ticked'), 'utf-8'))))
      await Promise.all([backend.get(key('first'), 'utf-8'), later(1, 'second'), later(9, 'third'), ticked])
    })
    expect(commands.map(([name, ...keys]) => [name, keys.length])).toEqual([['mget', 4]])
  })

  test('a get sees the set before it, and not the one after it', async () => {
    const { backend, client, key, sent } = fixture(enableAutoPipelining)
    await client.set(key('k'), 'old')
    const commands = await sent(async () => {
      const before = backend.get(key('k'), 'utf-8')
      const other = backend.get(key('other'), 'utf-8')
      const set = backend.set(key('k'), 'new', 60_000)
      const after = backend.get(key('k'), 'utf-8')
      expect(await Promise.all([before, other, set, after])).toEqual(['old', undefined, undefined, 'new'])
    })
    expect(commands.map(([name]) => name)).toEqual(['mget', 'set', 'get'])
  })

  test('gets and sets of different keys are two commands, however they alternate', async () => {
    const { backend, key, sent } = fixture(enableAutoPipelining)
    const commands = await sent(() =>
      Promise.all(
        range(20).map((i) => (i % 2 === 0 ? backend.get(key(i), 'utf-8') : backend.set(key(i), 'v', undefined))),
      ),
    )
    expect(commands.map(([name, ...words]) => [name, words.length])).toEqual([
      ['mget', 10],
      ['mset', 20],
    ])
  })

  test('any commands of one tick, of several caches, answer and leave behind what they do one after the other', async () => {
    const { backend, sibling, client, key } = fixture(enableAutoPipelining)
    const command = fc.record({
      // Mostly those that are grouped: all the others send what waits.
      name: fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom('get', 'set', 'delete') },
        { weight: 1, arbitrary: fc.constantFrom(...STEPS.keys()) },
      ),
      by: fc.constantFrom(backend, sibling),
      at: fc.nat(2),
      value: fc.integer({ min: 0, max: 9 }).map(String),
      ttlMs: fc.constantFrom(undefined, 60_000, 600_000),
    })
    let run = 0
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 2, maxLength: 20 }), async (commands) => {
        run++
        const call = (side: string, { name, by, at, value, ttlMs }: (typeof commands)[number]) =>
          (STEPS.get(name) as Step)(by, key(`${run}${side}${at}`), key(`${run}${side}${(at + 1) % 3}`), value, ttlMs)
        const leftBehind = (side: string) =>
          Promise.all(
            range(3).map(async (at) => {
              const stored = key(`${run}${side}${at}`)
              return [await client.get(stored), Math.round((await client.pttl(stored)) / 100_000)]
            }),
          )
        const oneByOne: unknown[] = []
        for (const one of commands) oneByOne.push(await call('a', one))
        expect(await Promise.all(commands.map((one) => call('b', one)))).toEqual(oneByOne)
        expect(await leftBehind('b')).toEqual(await leftBehind('a'))
      }),
      { numRuns: 300 },
    )
  }, 60_000)

  test('a stored value that is no text fails its own caller, and nobody else', async () => {
    const { backend, client, key } = fixture(enableAutoPipelining)
    await client.set(key('bytes'), Buffer.from([0x80, 0xff]))
    await client.set(key('text'), 'v')
    const bytes = rejectionOf(backend.get(key('bytes'), 'utf-8'))
    const [text, same] = [backend.get(key('text'), 'utf-8'), backend.get(key('bytes'), null)]
    expect(await bytes).toBeInstanceOf(DeserializationError)
    expect(await bytes).toMatchObject({ key: key('bytes') })
    expect(await text).toBe('v')
    expect(await same).toStrictEqual(new Uint8Array([0x80, 0xff]))
  })
})

describe('caches that share a client', () => {
  test('see what the others called before, and not what they called after', async () => {
    const { backend, sibling, client, key } = fixture(false)
    await client.set(key('k'), 'old')
    expect(
      await Promise.all([
        sibling.get(key('x'), 'utf-8'),
        sibling.get(key('k'), 'utf-8'),
        backend.set(key('k'), 'new', undefined),
        sibling.get(key('k'), 'utf-8'),
      ]),
    ).toEqual([undefined, 'old', undefined, 'new'])
    await Promise.all([sibling.delete(key('x')), backend.set(key('k'), 'newer', undefined), sibling.delete(key('k'))])
    expect(await client.exists(key('k'))).toBe(0)
  })

  test('have their gets in one MGET, and go on when one of them is closed', async () => {
    const { backend, sibling, key, sent } = fixture(false)
    const commands = await sent(async () => {
      const gets = [backend.get(key('a'), 'utf-8'), sibling.get(key('b'), 'utf-8')]
      await backend.close()
      expect(await Promise.all(gets)).toEqual([undefined, undefined])
      expect(await sibling.get(key('c'), 'utf-8')).toBeUndefined()
    })
    expect(commands).toEqual([
      ['mget', 'a', 'b'],
      ['get', 'c'],
    ])
  })
})

test('commands are sent while a test has taken the place of the timers', async () => {
  const { backend, key } = fixture()
  await backend.set(key('k'), 'v', undefined)
  const restore = () => {
    mock.timers.reset()
    syncBuiltinESMExports()
  }
  onTestFinished(restore)
  mock.timers.enable({ apis: ['setImmediate'] })
  syncBuiltinESMExports()
  expect(await backend.get(key('k'), 'utf-8')).toBe('v')
})

test('a client that has a prefix of its own, and numbers as text, is taken as it is', async () => {
  await using server = await startRedisServer()
  const plain = clientOn(server)
  const client = userClient({ port: server.port, keyPrefix: 'p:', stringNumbers: true })
  const backend = backendOn({ client })
  await Promise.all([backend.set('a', '1', 60_000), backend.set('b', '2', undefined)])
  await Promise.all([backend.set('c', '3', undefined), backend.set('d', '4', undefined)])
  expect((await plain.keys('*')).sort()).toEqual(['p:a', 'p:b', 'p:c', 'p:d'])
  expect(await Promise.all(['a', 'c'].map((key) => backend.get(key, 'utf-8')))).toEqual(['1', '3'])
  expect(await Promise.all(['a', 'no', 'd'].map((key) => backend.delete(key)))).toEqual([true, false, true])
  expect((await plain.keys('*')).sort()).toEqual(['p:b', 'p:c'])
})

type Step = (backend: RedisBackend, key: string, other: string, value: string, ttlMs?: number) => unknown

/** Every primitive that has an order with the others. */
const STEPS: ReadonlyMap<string, Step> = new Map<string, Step>([
  ['get', (backend, key) => backend.get(key, 'utf-8')],
  ['set', (backend, key, _other, value, ttlMs) => backend.set(key, value, ttlMs)],
  ['set a long value', (backend, key, _other, value) => backend.set(key, value.padStart(2000, '0'), undefined)],
  ['delete', (backend, key) => backend.delete(key)],
  ['add', (backend, key, _other, value, ttlMs) => backend.add(key, value, ttlMs)],
  ['exists', (backend, key) => backend.exists(key)],
  ['increment', (backend, key) => backend.increment(key, 1)],
  ['expire', (backend, key, _other, _value, ttlMs) => backend.expire(key, ttlMs)],
  ['getMany', (backend, key, other) => backend.getMany([key, other], 'utf-8')],
  [
    'setMany',
    (backend, key, other, value, ttlMs) =>
      backend.setMany(
        [
          [key, value],
          [other, value],
        ],
        ttlMs,
      ),
  ],
  ['deleteMany', (backend, key, other) => backend.deleteMany([key, other])],
  ['compareAndSet', (backend, key, _other, value) => backend.compareAndSet(key, undefined, value, 'keep')],
  ['compareAndDelete', (backend, key, _other, value) => backend.compareAndDelete(key, value)],
  ['raw', (backend, key) => backend.raw('get', [key], 'utf-8')],
])

describe('a group', () => {
  test('has at most 512 keys', async () => {
    const { backend, key, sent } = fixture()
    const commands = await sent(async () => {
      await Promise.all(range(1200).map((i) => backend.set(key(i), String(i), 60_000)))
      expect(await Promise.all(range(1200).map((i) => backend.get(key(i), 'utf-8')))).toEqual(range(1200).map(String))
      await Promise.all(range(1200).map((i) => backend.delete(key(i))))
    })
    const keysOf = ([name, ...words]: string[]) => (name === 'mget' ? words.length : Number(words[1]))
    expect(commands.map((words) => [words[0], keysOf(words)])).toEqual(
      ['eval', 'mget', 'eval'].flatMap((name) => [
        [name, 512],
        [name, 512],
        [name, 176],
      ]),
    )
  })

  test('of sets has about 64 KB, and long values travel alone', async () => {
    const { backend, client, key, sent } = fixture()
    const commands = await sent(async () => {
      await Promise.all(range(200).map((i) => backend.set(key(i), 'x'.repeat(1000), 60_000)))
      await Promise.all(range(3).map((i) => backend.set(key(i), 'y'.repeat(1025), 60_000)))
    })
    const groups = commands.filter(([name]) => name === 'eval').map((words) => Number(words[2]))
    expect(groups.reduce((sum, keys) => sum + keys, 0)).toBe(200)
    expect(Math.max(...groups)).toBeLessThanOrEqual(66)
    expect(commands.filter(([name]) => name === 'set')).toHaveLength(3)
    expect(await client.strlen(key(0))).toBe(1025)
    expect(await client.strlen(key(199))).toBe(1000)
  })

  test('of gets has about 1 MB, as far as the hits before it tell', async () => {
    const { backend, client, key, sent } = fixture()
    await client.mset(range(60).flatMap((i) => [key(i), 'x'.repeat(200_000)]))
    const readAll = () => Promise.all(range(60).map((i) => backend.get(key(i), null)))
    for (let round = 0; round < 4; round++) await readAll()
    await Promise.all(range(512).map((i) => backend.get(key(`no${i}`), null)))
    const commands = await sent(async () => {
      for (const value of await readAll()) expect((value as Uint8Array).length).toBe(200_000)
    })
    const groups = commands.map(([, ...keys]) => keys.length)
    expect(groups.reduce((sum, keys) => sum + keys, 0)).toBe(60)
    // The last key makes it full.
    expect(Math.max(...groups)).toBeLessThanOrEqual(6)
  })

  test('of gets is bounded by what was read alone, too', async () => {
    const { backend, client, key, sent } = fixture()
    await client.set(key('k'), 'x'.repeat(200_000))
    for (let round = 0; round < 200; round++) await backend.get(key('k'), null)
    const commands = await sent(() => Promise.all(range(12).map(() => backend.get(key('k'), null))))
    expect(commands.map(([name, ...keys]) => [name, keys.length])).toEqual([
      ['mget', 6],
      ['mget', 6],
    ])
  })

  test('of gets is not small for good after a few values that are longer than it may be', async () => {
    const { backend, client, key, sent } = fixture()
    await client.mset(range(2).flatMap((i) => [key(`large${i}`), 'x'.repeat(4_300_000)]))
    await client.mset(range(20).flatMap((i) => [key(i), 'v']))
    await Promise.all(range(2).map((i) => backend.get(key(`large${i}`), null)))
    const readAll = (names: string) => Promise.all(range(20).map((i) => backend.get(key(`${names}${i}`), null)))
    // Misses, which tell nothing about the next hit.
    const commands = await sent(() => readAll('no'))
    expect(new Set(commands.map(([name]) => name))).toEqual(new Set(['mget']))
    for (let round = 0; round < 10; round++) await readAll('')
    expect((await sent(() => readAll(''))).map(([name]) => name)).toEqual(['mget'])
  })
})

describe('when a group fails', () => {
  test('each caller has an error of its own, about its own key', async () => {
    await using server = await startRedisServer()
    const cache = cacheOn(server)
    await cache.get('k')
    await clientOn(server).config('SET', 'maxmemory', '1')
    const errors = await Promise.all(['a', 'b', 'c'].map((key) => rejectionOf(cache.set(key, 1, { ttl: '1m' }))))
    expect(errors.map((error) => (error as BackendError).key)).toEqual(['a', 'b', 'c'])
    for (const error of errors) {
      expect(error).toBeInstanceOf(BackendError)
      expect(error.cause).toBeInstanceOf(Error)
      expect(String(error.cause)).toMatch(/OOM/)
    }
    expect(new Set(errors).size).toBe(3)
    for (const error of errors) expect(error.cause).not.toHaveProperty('key')
  })

  test('because the connection broke, every caller is told, and values are in none of the errors', async () => {
    await using server = await startRedisServer()
    const cache = cacheOn(server)
    await cache.get('k')
    server.pause()
    const failed = range(3).map((i) => rejectionOf(cache.set(`k${i}`, 'a secret', { ttl: '1m' })))
    const missed = range(3).map((i) => rejectionOf(cache.get(`g${i}`)))
    await nextTurn()
    await server.stop()
    const { inspect } = await import('node:util')
    for (const error of await Promise.all([...failed, ...missed])) {
      expect(error).toBeInstanceOf(BackendError)
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('a secret')
    }
  })

  test('because the server is a replica, writes say so and reads are answered', async () => {
    await using master = await startRedisServer()
    await clientOn(master).mset('a', '1', 'b', '2')
    await using replica = await startRedisServer({ replicaOf: master.port })
    const cache = cacheOn(replica)
    await expect.poll(() => Promise.all([cache.get('a'), cache.get('b')])).toEqual([1, 2])
    const writes = [
      [cache.set('a', 3), cache.set('b', 3)],
      [cache.set('a', 3, { ttl: '1m' }), cache.set('b', 3)],
      [cache.delete('a'), cache.delete('b')],
    ]
    for (const write of writes.flat()) expect(String((await rejectionOf(write)).cause)).toMatch(/READONLY/)
  })

  test("because the user's client subscribes, every caller is told", async () => {
    await using server = await startRedisServer()
    const client = userClient({ port: server.port })
    const cache = cacheOn({ client })
    await client.set('a', '1')
    await client.subscribe('channel')
    const subscribed = [cache.get('a'), cache.get('b'), cache.set('a', 2), cache.set('b', 2)].map(rejectionOf)
    for (const error of await Promise.all(subscribed)) expect(String(error.cause)).toMatch(/subscriber mode/)
    await client.unsubscribe('channel')
    expect(await Promise.all([cache.get('a'), cache.get('b')])).toEqual([1, undefined])
  })

  test("because the user's client was in a MULTI, nobody waits for ever, and groups have their bounds after it", async () => {
    await using server = await startRedisServer()
    const client = userClient(server)
    const backend = backendOn({ client })
    const commands = () =>
      range(9).flatMap((i) => [backend.get(`k${i}`, i % 2 === 0 ? 'utf-8' : null), backend.delete(`k${i}`)])
    await client.multi({ pipeline: false })
    await Promise.allSettled(commands())
    await client.discard()
    await client.set('k', 'x'.repeat(200_000))
    for (let round = 0; round < 200; round++) await backend.get('k', null)
    const sent = await sentDuring(clientOn(server), () => Promise.all(range(12).map(() => backend.get('k', null))))
    expect(sent.map(([name, ...keys]) => [name, keys.length])).toEqual([
      ['mget', 6],
      ['mget', 6],
    ])
  })

  test('because the client throws instead of rejecting, every caller is told', async () => {
    const client = userClient(shared())
    const throwing = new Proxy(client, {
      get(target, name) {
        if (name === 'mgetBuffer') return () => expect.unreachable('a bug of the client')
        const value = Reflect.get(target, name) as unknown
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    const cache = cacheOn({ client: throwing })
    for (const error of await Promise.all([rejectionOf(cache.get('a')), rejectionOf(cache.get('b'))])) {
      expect(error).toBeInstanceOf(BackendError)
    }
  })
})

describe('a user whom the server allows only some', () => {
  async function limited(server: RedisServer, ...rules: string[]): Promise<RedisCache> {
    await clientOn(server).call('acl', 'setuser', 'ann', 'on', '>secret', ...rules)
    return cacheOn({ port: server.port, username: 'ann', password: 'secret' })
  }

  test('keys: a stranger’s key fails its own caller, and nobody else', async () => {
    await using server = await startRedisServer()
    const admin = clientOn(server)
    const cache = await limited(server, '~mine:*', '+@all')
    const settledOf = async (commands: Promise<unknown>[]) =>
      (await Promise.allSettled(commands)).map((one) =>
        one.status === 'fulfilled' ? one.value : /NOPERM/.test(String((one.reason as Error).cause)),
      )
    const keys = ['mine:a', 'theirs', 'mine:b']
    const refused = true
    expect(await settledOf(keys.map((key) => cache.set(key, 7, { ttl: '1m' })))).toEqual([true, refused, true])
    expect(await settledOf(keys.map((key) => cache.set(key, 8)))).toEqual([true, refused, true])
    expect(await settledOf(keys.map((key) => cache.get(key)))).toEqual([8, refused, 8])
    expect(await settledOf(keys.map((key) => cache.delete(key)))).toEqual([1, refused, 1])
    expect(await admin.dbsize()).toBe(0)
  })

  test('keys: after a key was refused, strangers can no longer change the order of one’s own writes', async () => {
    await using server = await startRedisServer()
    const admin = clientOn(server)
    const cache = await limited(server, '~mine:*', '+@all')
    const refused = () => Promise.allSettled([cache.get('theirs'), cache.set('theirs', 0), cache.delete('theirs')])
    await Promise.allSettled([cache.get('theirs'), cache.get('mine:a')])
    await Promise.allSettled([cache.set('theirs', 0), cache.set('mine:a', 0)])
    await Promise.allSettled([cache.delete('theirs'), cache.delete('mine:a')])
    await admin.config('RESETSTAT')
    await Promise.all([
      refused(),
      cache.get('mine:a'),
      cache.set('mine:k', 'first'),
      cache.delete('mine:a'),
      cache.set('mine:k', 'second'),
      cache.set('mine:a', 'again'),
    ])
    expect(await admin.get('mine:k')).toBe('"second"')
    expect(await admin.info('commandstats')).not.toMatch(/cmdstat_(mget|mset|eval):/)
  })

  test('commands: the documented rights are enough for all that travels together', async () => {
    const rights = '+get +set +unlink +mget +mset +eval'
    const guide = await readFile(new URL('../../../docs/guide/redis.md', import.meta.url), 'utf8')
    expect(guide).toContain(`\`${rights}\``)
    await using server = await startRedisServer()
    const admin = clientOn(server)
    const cache = await limited(server, '~*', ...rights.split(' '))
    await Promise.all([cache.set('a', 1, { ttl: '1m' }), cache.set('b', 2, { ttl: '1m' })])
    await Promise.all([cache.set('c', 3), cache.set('d', 4, { ttl: '1m' })])
    await Promise.all([cache.set('e', 5), cache.set('f', 6)])
    const names = ['a', 'b', 'c', 'd', 'e', 'f']
    expect(await Promise.all(names.map((name) => cache.get(name)))).toEqual([1, 2, 3, 4, 5, 6])
    expect(await admin.pttl('a')).toBeGreaterThan(50_000)
    expect(await Promise.all(names.map((name) => cache.delete(name)))).toEqual([1, 1, 1, 1, 1, 1])
    const stats = await admin.info('commandstats')
    expect(stats).not.toMatch(/rejected_calls=[1-9]/)
    for (const [name, calls] of [
      ['mget', 1],
      ['mset', 1],
      ['eval', 3],
    ] as const) {
      expect(stats).toMatch(new RegExp(`cmdstat_${name}:calls=${calls},`))
    }
  })

  test('commands: what may not travel as a group travels alone from then on', async () => {
    await using server = await startRedisServer()
    const admin = clientOn(server)
    const cache = await limited(server, '~*', '+get', '+set', '+unlink')
    for (let round = 0; round < 3; round++) {
      await Promise.all(range(3).map((i) => cache.set(`k${i}`, i, { ttl: '1m' })))
      expect(await Promise.all(range(3).map((i) => cache.get(`k${i}`)))).toEqual([0, 1, 2])
      expect(await Promise.all(range(3).map((i) => cache.delete(`k${i}`)))).toEqual([1, 1, 1])
    }
    const rejected = await admin.info('commandstats')
    const rejectedOf = (name: string) =>
      Number(new RegExp(`cmdstat_${name}:.*rejected_calls=(\\d+)`).exec(rejected)?.[1])
    // One for the sets, and one for the deletes.
    expect([rejectedOf('mget'), rejectedOf('eval')]).toEqual([1, 2])
  })
})

test('a server that is a cluster of its own refuses what has several keys, so everything travels alone', async () => {
  await using server = await startRedisServer({ args: await clusterArgs() })
  const admin = clientOn(server)
  await admin.call('cluster', 'addslots', ...range(16_384))
  await expect.poll(() => admin.call('cluster', 'info'), { timeout: 20_000 }).toMatch(/cluster_state:ok/)
  const cache = cacheOn(server)
  const names = ['a', 'b', 'c']
  for (const ttl of [undefined, 60]) {
    await admin.config('RESETSTAT')
    expect(await Promise.all(names.map((name) => cache.set(name, name, { ttl })))).toEqual([true, true, true])
    expect(await Promise.all(names.map((name) => cache.get(name)))).toEqual(names)
    expect(await Promise.all(names.map((name) => cache.delete(name)))).toEqual([1, 1, 1])
  }
  expect(await admin.info('commandstats')).not.toMatch(/cmdstat_(mget|mset|eval):/)
})

describe('deadlines and signals', () => {
  test('of commands that travel together end only their own caller’s wait', async () => {
    await using server = await startRedisServer()
    const cache = cacheOn(server)
    await cache.multiSet([
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ])
    server.pause()
    const controller = new AbortController()
    const impatient = rejectionOf(cache.get('a', { timeout: '50ms' }))
    const patient = cache.get('b')
    const aborted = rejectionOf(cache.get('c', { signal: controller.signal }))
    const write = rejectionOf(cache.set('d', 4, { timeout: '50ms' }))
    expect(await impatient).toBeInstanceOf(CacheTimeoutError)
    expect(await impatient).toMatchObject({ key: 'a', mayHaveExecuted: false })
    expect(await write).toMatchObject({ key: 'd', mayHaveExecuted: true })
    controller.abort(new Error('gone'))
    expect((await aborted).message).toBe('gone')
    server.resume()
    expect(await patient).toBe(2)
    expect(await cache.get('d')).toBe(4)
  })

  test('cost no timer per command', async () => {
    await using server = await startRedisServer()
    const cache = cacheOn(server)
    await cache.get('k')
    const setTimeout = vi.spyOn(globalThis, 'setTimeout')
    onTestFinished(() => setTimeout.mockRestore())
    await Promise.all(range(300).flatMap((i) => [cache.get(`k${i}`), cache.set(`s${i}`, i), cache.delete(`d${i}`)]))
    // The one of all deadlines, and the one of the silence of the connection.
    expect(setTimeout.mock.calls.length).toBeLessThanOrEqual(4)
  })
})

describe('closing', () => {
  test('sends what waits', async () => {
    await using server = await startRedisServer()
    const admin = clientOn(server)
    await admin.set('gone', '1')
    const backend = backendOn(server)
    const commands = [backend.set('k', 'v', undefined), backend.delete('gone'), backend.get('k', 'utf-8')]
    await backend.close()
    expect(await Promise.all(commands)).toEqual([undefined, true, 'v'])
    expect(await admin.keys('*')).toEqual(['k'])
  })
})

/** Without a deadline: a caller that is never told hangs the test. */
function cacheOn(options: { port?: number; client?: Redis; username?: string; password?: string }): RedisCache {
  const { port, client, username, password } = options
  const cache = new RedisCache({ timeout: null, ...(client === undefined ? { port, username, password } : { client }) })
  onTestFinished(() => cache.close())
  return cache
}

test.each(['*-1', '$-1', '*1\r\n$-1', '+OK', ':1'])(
  'an answer that a group cannot have (%j) fails its callers, and nothing else',
  async (reply) => {
    const server = createServer((socket) => {
      socket.on('data', () => socket.write(`${reply}\r\n`)).on('error', () => {})
      onTestFinished(() => void socket.destroy())
    }).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const cache = new RedisCache({ port, timeout: '2s' })
    onTestFinished(() => cache.close())
    const gets = await Promise.allSettled([cache.get('a'), cache.get('b')])
    expect(gets[1]).toMatchObject({ status: 'rejected', reason: { name: 'BackendError', key: 'b' } })
  },
)
