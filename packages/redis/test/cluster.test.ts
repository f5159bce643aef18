/** A cache on a Redis Cluster: what travels together, what becomes of commands while slots move and masters die, and what is left at the end. */
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { BackendError, BackendUnavailableError } from '@pycached/core'
import { RedisCache, type RedisCacheOptions } from '@pycached/redis'
import type { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { freePort } from '../../../test/support/free-port.js'
import { startProxy } from '../../../test/support/proxy.js'
import { type RedisCluster, startRedisCluster } from '../../../test/support/redis-cluster.js'
import { hashTagOf, slotOf } from '../src/slot.js'
import { clientOn, openSockets, rejectionOf, sentDuring } from './support.js'

let cluster: RedisCluster
beforeAll(async () => {
  cluster = await startRedisCluster()
})
afterAll(() => cluster[Symbol.asyncDispose]())

const range = (count: number) => Array.from({ length: count }, (_, i) => i)

function hosts(ports: readonly number[]) {
  return ports.map((port) => ({ endpoint: '127.0.0.1', port }))
}

function cacheOn(options: RedisCacheOptions = {}): RedisCache {
  const cache = new RedisCache({ cluster: hosts(cluster.ports), ...options })
  onTestFinished(() => cache.close())
  return cache
}

/** A plain client of each master. */
async function mastersOf(of: RedisCluster): Promise<Redis[]> {
  return (await of.masters()).map(({ port }) => clientOn({ port }))
}

/** What all masters together were sent while `work` ran, without what the clients ask for themselves. */
async function sentToAll(work: () => Promise<unknown>): Promise<string[][]> {
  const masters = await mastersOf(cluster)
  const sent: string[][][] = []
  const nested = masters.reduce(
    (inner, master, index) => async () => {
      sent[index] = await sentDuring(master, inner)
    },
    work,
  )
  await nested()
  return sent.flat().filter(([name = '']) => !['cluster', 'info', 'ping', 'client'].includes(name))
}

/** Keys of which each slot of so many has so many. */
function keysIn(slots: number, each: number): string[] {
  return range(slots).flatMap((slot) => range(each).map((i) => `{tag${slot}}:${i}`))
}

async function emptied(of: RedisCluster): Promise<void> {
  await Promise.all((await mastersOf(of)).map((master) => master.flushall()))
}

describe('commands of several keys', () => {
  beforeEach(() => emptied(cluster))

  test('travel as one command for each slot, and answer in the order in which they were asked', async () => {
    const cache = cacheOn()
    await cache.connect()
    const keys = keysIn(20, 3).sort(() => Math.random() - 0.5)
    const pairs = keys.map((key) => [key, `value of ${key}`] as const)
    const sets = await sentToAll(() => cache.multiSet(pairs))
    expect(sets.map(([name]) => name)).toEqual(Array(20).fill('mset'))
    const found: unknown[] = []
    expect(new Set([...keys, 'nowhere'].map(slotOf)).size).toBe(21)
    const gets = await sentToAll(async () => found.push(...(await cache.multiGet([...keys, 'nowhere']))))
    expect(found).toEqual([...keys.map((key) => `value of ${key}`), undefined])
    expect(gets.map(([name]) => name)).toEqual(Array(21).fill('mget'))
    for (const [, ...asked] of gets) expect(new Set(asked.map(slotOf)).size).toBe(1)
    let count = 0
    const deletes = await sentToAll(async () => {
      count = await cache.multiDelete([...keys, 'nowhere', keys[0] as string])
    })
    expect(count).toBe(60)
    expect(deletes.map(([name]) => name)).toEqual(Array(21).fill('unlink'))
  })

  test('with a time to live are one script for each slot', async () => {
    const cache = cacheOn()
    await cache.connect()
    const pairs = keysIn(10, 2).map((key) => [key, 1] as const)
    const sent = await sentToAll(() => cache.multiSet(pairs, { ttl: '1m' }))
    expect(sent.filter(([name]) => name === 'eval')).toHaveLength(10)
    for (const master of await mastersOf(cluster)) {
      for (const key of await master.keys('*')) expect(await master.pttl(key)).toBeGreaterThan(50_000)
    }
  })

  test('go to their nodes at once: the slowest counts, and not the sum', async () => {
    const cache = cacheOn()
    await cache.multiSet(keysIn(12, 1).map((key) => [key, 1] as const))
    const clients = await mastersOf(cluster)
    let slept = 0
    // While a master sleeps, what came meanwhile waits: were one asked after the other, this would be three times as long.
    const began = performance.now()
    const asleep = clients.map((client) =>
      client
        .eval(
          "local t = redis.call('time') local e = t[1] * 1000 + t[2] / 1000 + 300 repeat t = redis.call('time') until t[1] * 1000 + t[2] / 1000 > e",
          0,
        )
        .then(() => {
          slept = performance.now() - began
        }),
    )
    await sleep(20)
    await cache.multiGet(keysIn(12, 1))
    const took = performance.now() - began
    await Promise.all(asleep)
    expect(took).toBeLessThan(slept + 250)
  })

  test('called one by one in the same tick travel together for each slot, and those of a hash tag with each other', async () => {
    const cache = cacheOn()
    await cache.connect()
    const keys = keysIn(8, 5)
    await Promise.all(keys.map((key) => cache.set(key, key)))
    let found: unknown[] = []
    const sent = await sentToAll(async () => {
      found = await Promise.all(keys.map((key) => cache.get(key)))
    })
    expect(found).toEqual(keys)
    expect(sent).toHaveLength(8)
    for (const [name, ...asked] of sent) {
      expect(name).toBe('mget')
      expect(new Set(asked.map(hashTagOf)).size).toBe(1)
      expect(asked).toHaveLength(5)
    }
  })

  test('take keys with braces of all sorts for what they are', async () => {
    const keys = ['{}a}', '{}{a}', '{a', 'a}', '{{a}}', '}{', '{a}{b}', 'ü{☃}', '{☃}', ' ', '{ }']
    const cache = cacheOn()
    expect(await cache.multiSet(keys.map((key, i) => [key, i] as const))).toBe(true)
    expect(await cache.multiGet(keys)).toEqual(range(keys.length))
    expect(await Promise.all(keys.map((key) => cache.get(key)))).toEqual(range(keys.length))
    expect(await Promise.all(keys.map((key) => cache.delete(key)))).toEqual(keys.map(() => 1))
    expect(
      await cache.multiSet(
        keys.map((key, i) => [key, i] as const),
        { ttl: 60 },
      ),
    ).toBe(true)
    expect(await cache.multiDelete(keys)).toBe(keys.length)
  })
})

describe('raw', () => {
  test('goes to the node of its key, in the form that the serializer says', async () => {
    const cache = cacheOn()
    for (const key of ['a', 'b', 'c', 'd']) {
      expect(await cache.raw('set', key, 'v')).toBe('OK')
      expect(await cache.raw('get', key)).toBe('v')
      expect(await cache.raw('getBuffer', key)).toEqual(Buffer.from('v'))
    }
    expect(await cache.raw('eval', 'return redis.call("get", KEYS[1])', 1, 'a')).toBe('v')
  })
})

describe('clear', () => {
  beforeEach(() => emptied(cluster))

  test('goes through every master and leaves what is not of the namespace', async () => {
    const cache = cacheOn({ namespace: 'mine' })
    const clients = await mastersOf(cluster)
    const mine = range(10_000).map((i) => [`k${i}`, i] as const)
    await cache.multiSet(mine)
    await cache.multiSet(
      range(1000).map((i) => [`k${i}`, i] as const),
      { namespace: 'mines' },
    )
    const sizes = await Promise.all(clients.map((client) => client.dbsize()))
    for (const size of sizes) expect(size).toBeGreaterThan(3000)
    expect(await cache.clear()).toBe(true)
    const left = (await Promise.all(clients.map((client) => client.keys('*')))).flat()
    expect(left).toHaveLength(1000)
    expect(left.every((key) => key.startsWith('mines:'))).toBe(true)
    expect(await cacheOn().clear()).toBe(true)
    expect(await Promise.all(clients.map((client) => client.dbsize()))).toEqual([0, 0, 0])
  })

  test('takes keys along that are no text', async () => {
    const cache = cacheOn({ namespace: 'mine' })
    const clients = await mastersOf(cluster)
    for (const byte of range(64)) {
      const key = Buffer.concat([Buffer.from('mine:'), Buffer.from([128 + byte, 255])])
      const owner = await cluster.masterOf(slotOf(key))
      await clients.find(({ options }) => options.port === owner.port)?.set(key, 'v')
    }
    await cache.clear()
    expect(await Promise.all(clients.map((client) => client.dbsize()))).toEqual([0, 0, 0])
  })
})

describe('a slot that moves', () => {
  beforeEach(() => emptied(cluster))

  test('is followed key by key, by single commands and by several keys together, and no caller learns of it', async () => {
    const cache = cacheOn({ timeout: '20s' })
    const keys = range(30).map((i) => `{moving}:${i}`)
    await cache.multiSet(keys.map((key) => [key, 0] as const))
    const slot = slotOf('moving')
    const from = await cluster.masterOf(slot)
    const to = (await cluster.masters()).find(({ port }) => port !== from.port) ?? expect.unreachable()
    const move = await cluster.moveSlot(slot, to.port)
    const sums = new Map<string, number>()
    const failures: unknown[] = []
    let done = false
    const count = async (key: string) => {
      while (!done) sums.set(key, await cache.increment(key).catch((error) => (failures.push(error), -1)))
    }
    const readAll = async () => {
      while (!done) {
        const values = await cache.multiGet<number>(keys).catch((error) => (failures.push(error), []))
        for (const value of values) if (typeof value !== 'number') failures.push(new Error('a key was missing'))
      }
    }
    const single = async () => {
      while (!done)
        await Promise.all(keys.slice(0, 5).map((key) => cache.get(key))).catch((error) => failures.push(error))
    }
    const load = [...keys.slice(0, 10).map(count), readAll(), single()]
    for (let moved = 1; moved > 0; ) {
      await sleep(30)
      moved = await move.keys(5)
    }
    await move.finish()
    await sleep(50)
    done = true
    await Promise.all(load)
    expect(failures).toEqual([])
    for (const [key, sum] of sums) expect(await cache.get(key)).toBe(sum)
    await (await cluster.moveSlot(slot, from.port)).finish()
  })

  test('is found where it has gone, by a cache that knew it elsewhere', async () => {
    const cache = cacheOn()
    const slot = slotOf('gone')
    await cache.set('gone', 1)
    const from = await cluster.masterOf(slot)
    const to = (await cluster.masters()).find(({ port }) => port !== from.port) ?? expect.unreachable()
    await (await cluster.moveSlot(slot, to.port)).finish()
    expect(await cache.get('gone')).toBe(1)
    expect(await cache.increment('gone')).toBe(2)
    await (await cluster.moveSlot(slot, from.port)).finish()
    expect(await Promise.all([cache.get('gone'), cache.get('{gone}2')])).toEqual([2, undefined])
  })
})

describe('closing', () => {
  test('leaves no socket, before, while and after connecting', async () => {
    await expect.poll(openSockets).toBe(0)
    for (const use of [
      async () => {},
      async (cache: RedisCache) => void cache.get('k').catch(() => {}),
      async (cache: RedisCache) => {
        const got = cache.get('k').catch(() => {})
        await sleep(2)
        void got
      },
      async (cache: RedisCache) => {
        await Promise.all(keysIn(12, 1).map((key) => cache.set(key, 1)))
      },
      async (cache: RedisCache) => {
        await cache.set('k', 1)
        void Promise.allSettled(keysIn(50, 2).map((key) => cache.increment(key)))
      },
    ]) {
      for (const endpoint of ['127.0.0.1', 'localhost']) {
        const cache = new RedisCache({ cluster: cluster.ports.map((port) => ({ endpoint, port })) })
        await use(cache)
        const began = performance.now()
        await cache.close()
        expect(performance.now() - began).toBeLessThan(1000)
        expect(openSockets()).toBe(0)
      }
    }
  })

  test('while nodes accept connections and never answer leaves no socket either', async () => {
    await using proxy = await startProxy(cluster.ports[0] as number)
    proxy.blackhole()
    const before = openSockets()
    const cache = new RedisCache({ cluster: hosts([proxy.port]), timeout: '300ms' })
    const failed = rejectionOf(cache.get('k'))
    await sleep(20)
    await cache.close()
    await failed
    // The proxy's own end of the connection goes as soon as it hears of it.
    await proxy.heal()
    await expect.poll(openSockets, { timeout: 500 }).toBe(before)
  })
})

describe('a cluster that cannot be used', () => {
  test('is told with the reason: nobody there, no cluster, a name that does not exist', async () => {
    const cause = async (cache: RedisCache) => String((await rejectionOf(cache.connect())).cause)
    expect(await cause(cacheOn({ cluster: hosts([1]) }))).toMatch(/ECONNREFUSED/)
    expect(await cause(cacheOn({ cluster: [{ endpoint: 'no-such-host.invalid' }] }))).toMatch(/ENOTFOUND|EAI_AGAIN/)
    const cache = cacheOn({ cluster: hosts([1]) })
    for (let i = 0; i < 3; i++) expect(String((await rejectionOf(cache.get('k'))).cause)).toMatch(/ECONNREFUSED/)
  })
})

describe('masters that go', () => {
  let mortal: RedisCluster
  beforeAll(async () => {
    mortal = await startRedisCluster({ password: 'secret' })
  })
  afterAll(() => mortal[Symbol.asyncDispose]())
  beforeEach(() => mortal.restore())

  function mortalCache(options: RedisCacheOptions = {}): RedisCache {
    return cacheOn({ cluster: hosts(mortal.ports), password: 'secret', timeout: '2s', ...options })
  }
  /** Until every slot is served; when that was. */
  async function servedAgain(cache: RedisCache): Promise<number> {
    const keys = keysIn(12, 1)
    await expect
      .poll(() => cache.multiGet(keys).then(() => 'served', String), { timeout: 15_000, interval: 20 })
      .toBe('served')
    return performance.now()
  }

  test('a wrong password is told as such, and a missing one', async () => {
    for (const password of ['not-the-secret', undefined]) {
      const error = await rejectionOf(mortalCache({ password }).connect())
      expect(error).toBeInstanceOf(BackendError)
      expect(String(error.cause)).toMatch(/WRONGPASS|NOAUTH/)
      expect(JSON.stringify(error) + String(error.stack)).not.toContain('not-the-secret')
    }
  })

  test('kill -9: its commands fail at once and say why, the others go on, and after the failover all are served', async () => {
    const cache = mortalCache()
    const keys = keysIn(12, 1)
    await cache.multiSet(keys.map((key) => [key, 0] as const))
    const [dying] = await mortal.masters()
    const isMortal = (key: string) =>
      (dying?.slots ?? []).some(([first, last]) => first <= slotOf(key) && slotOf(key) <= last)
    const [hit, spared] = [keys.filter(isMortal), keys.filter((key) => !isMortal(key))]
    expect(hit.length * spared.length).toBeGreaterThan(0)
    const acknowledged = new Map(keys.map((key) => [key, 0]))
    // Sent, for all that its caller knows: a command that was refused its connection was not.
    const sent = new Map(keys.map((key) => [key, 0]))
    const noteSent = (key: string) => void sent.set(key, (sent.get(key) ?? 0) + 1)
    const errors: Error[] = []
    const sparedErrors: Error[] = []
    let done = false
    const load = keys.map(async (key) => {
      while (!done) {
        const began = performance.now()
        await cache.increment(key).then(
          (sum) => {
            noteSent(key)
            acknowledged.set(key, sum)
          },
          async (error: Error) => {
            ;(isMortal(key) ? errors : sparedErrors).push(error)
            if (!(error instanceof BackendUnavailableError) && !/ECONNREFUSED|CLUSTERDOWN/.test(String(error.cause))) {
              noteSent(key)
            }
            expect(performance.now() - began).toBeLessThan(2200)
            await sleep(5)
          },
        )
      }
    })
    await mortal.failover(dying?.port as number)
    const taken = performance.now()
    const resumed = await servedAgain(cache)
    done = true
    await Promise.all(load)
    expect(resumed - taken).toBeLessThan(2000)
    // While the cluster notices, nobody else is affected; it says CLUSTERDOWN only where slots have no master at all.
    for (const error of sparedErrors) expect(String(error.cause)).toMatch(/CLUSTERDOWN/)
    expect(errors.length).toBeGreaterThan(0)
    const causes = errors.map((error) => String(error.cause))
    // Nobody knows why the connection of those that were in flight has ended.
    expect(causes.filter((cause) => cause.includes('Connection is closed')).length).toBeLessThanOrEqual(hit.length)
    expect(causes.filter((cause) => /MOVED|ASK/.test(cause))).toEqual([])
    expect(causes.join()).toMatch(/ECONNREFUSED|ECONNRESET|EPIPE|ended/)
    // No command ran twice. What was acknowledged on the dead master alone may be lost.
    for (const key of keys) {
      const value = (await cache.get<number>(key)) ?? 0
      expect(value).toBeLessThanOrEqual(sent.get(key) as number)
      if (!isMortal(key)) expect(value).toBeGreaterThanOrEqual(acknowledged.get(key) as number)
    }
  })

  test('a master that hands over to its replica costs no caller an error', async () => {
    const cache = mortalCache()
    const keys = keysIn(12, 1)
    await cache.multiSet(keys.map((key) => [key, 0] as const))
    const [leaving] = await mortal.masters()
    const errors: Error[] = []
    const sums = new Map<string, number>()
    let done = false
    const load = keys.map(async (key) => {
      while (!done)
        await cache.increment(key).then(
          (sum) => void sums.set(key, sum),
          (error) => errors.push(error),
        )
    })
    await mortal.switchOver(leaving?.port as number)
    await servedAgain(cache)
    done = true
    await Promise.all(load)
    // A node says so that has not heard yet of all others; it is no redirection.
    expect(errors.filter((error) => !/CLUSTERDOWN/.test(String(error.cause)))).toEqual([])
    for (const key of keys) expect(await cache.get(key)).toBe(sums.get(key))
  })

  test('all of them gone, then back: each command fails in time, closing leaves nothing, and the cache serves again', async () => {
    await using own = await startRedisCluster()
    const cache = cacheOn({ cluster: hosts(own.ports), timeout: '1s' })
    await cache.multiSet(keysIn(12, 1).map((key) => [key, 1] as const))
    const before = openSockets()
    await own.stop()
    const began = performance.now()
    for (let i = 0; i < 30; i++) {
      const asked = performance.now()
      expect(await rejectionOf(cache.get(`{tag${i % 12}}:0`))).toBeInstanceOf(BackendError)
      expect(performance.now() - asked).toBeLessThan(1100)
    }
    expect(performance.now() - began).toBeLessThan(5000)
    expect(String((await rejectionOf(cache.get('k'))).cause)).toMatch(/ECONNREFUSED/)
    expect(cache.connectionState).toBe('unreachable')
    await expect.poll(openSockets, { timeout: 500 }).toBeLessThan(before)
    await own.restore()
    await servedAgain(cache)
    await own.stop()
    await rejectionOf(cache.get('k'))
    const dead = openSockets()
    await cache.close()
    expect(openSockets()).toBeLessThanOrEqual(dead)
  })
})

describe('a node that misleads', () => {
  /** Has all slots, says so, and answers every other command with `answer`. */
  async function misleadingNode(answer: (port: number) => string) {
    let commands = 0
    const node = createServer((socket) => {
      onTestFinished(() => void socket.destroy())
      socket
        .on('error', () => {})
        .on('data', (asked) => {
          for (const [, name = ''] of String(asked).matchAll(/\*\d+\r\n\$\d+\r\n(\w+)/g)) {
            const port = (node.address() as AddressInfo).port
            if (name.toLowerCase() === 'cluster') {
              socket.write(`*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n$9\r\n127.0.0.1\r\n:${port}\r\n`)
              continue
            }
            commands++
            socket.write(`-${answer(port)}\r\n`)
          }
        })
    })
    onTestFinished(() => void node.close())
    node.listen(0, '127.0.0.1')
    await once(node, 'listening')
    const { port } = node.address() as AddressInfo
    const cache = new RedisCache({ cluster: [{ endpoint: '127.0.0.1', port }], timeout: '500ms' })
    onTestFinished(() => cache.close())
    return { cache, commands: () => commands }
  }

  test('to one that is not there fails the command, and nothing goes unheard', async () => {
    const unheard: unknown[] = []
    const note = (error: unknown) => void unheard.push(error)
    process.on('unhandledRejection', note)
    onTestFinished(() => void process.off('unhandledRejection', note))
    const gone = await freePort()
    const { cache } = await misleadingNode(() => `ASK 1 127.0.0.1:${gone}`)
    expect((await rejectionOf(cache.exists('k'))).name).toMatch(/BackendError|CacheTimeoutError/)
    await cache.close()
    await new Promise((resolve) => setImmediate(resolve))
    expect(unheard).toEqual([])
  })

  test('to itself, as two do in a failover, is not asked without a pause', async () => {
    const { cache, commands } = await misleadingNode((port) => `MOVED 1 127.0.0.1:${port}`)
    await rejectionOf(cache.exists('k'))
    expect(commands()).toBeGreaterThan(1)
    // One each 10 ms or so for half a second. Without a pause it is the 300 that are allowed, and a connection made anew for each.
    expect(commands()).toBeLessThan(150)
  })
})
