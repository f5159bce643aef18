import { RedLock } from '@pycached/core'
import { RedisCache } from '@pycached/redis'
import type { Redis } from 'ioredis'
import { expect, onTestFinished, test } from 'vitest'
import { startChildren } from '../../../../test/support/children.js'
import { programAt } from '../../../../test/support/program.js'
import { type RedisServer, startRedisServer } from '../../../../test/support/redis-server.js'
import { fenceKeyOf } from '../../src/locks/fence.js'
import { clientOn, clusterArgs, sentDuring } from '../support.js'

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

function cacheOn(options: ConstructorParameters<typeof RedisCache>[0]): RedisCache {
  const cache = new RedisCache(options)
  onTestFinished(() => cache.close())
  return cache
}

const cacheAt = ({ port }: RedisServer): RedisCache => cacheOn({ port })

/** Holds the lock for the rest of the test. */
const hold = async (cache: RedisCache, key = 'key') => new RedLock(cache, key, { lease: '1h' }).acquire()

const listeners = async (client: Redis): Promise<number> =>
  String(await client.client('LIST', 'TYPE', 'PUBSUB'))
    .split('\n')
    .filter(Boolean).length

/** Resolves once somebody listens for the lock. */
async function listened(client: Redis, channel = 'key-lock'): Promise<void> {
  while (Number((await client.pubsub('NUMSUB', channel))[1]) === 0) await sleep(2)
}

const tokenOn = async (cache: RedisCache, key = 'key'): Promise<number | undefined> => {
  const lock = await hold(cache, key)
  expect(lock.held).toBe(true)
  await lock.release()
  return lock.fencingToken
}

test('a lock that nobody has costs one round trip to take and one to release, and no second connection', async () => {
  await using server = await startRedisServer()
  const client = clientOn(server)
  const cache = cacheAt(server)
  await cache.connect()
  const sent = await sentDuring(client, async () => {
    const lock = await hold(cache)
    expect(await listeners(client)).toBe(0)
    await lock.release()
  })
  expect(sent.map(([name]) => name)).toEqual(['eval', 'eval'])
})

test('a waiter is woken by a message, and asks nothing while it waits', async () => {
  await using server = await startRedisServer()
  const client = clientOn(server)
  const [one, other] = [cacheAt(server), cacheAt(server)]
  const holder = await hold(one)
  await other.connect()
  let waiting: Promise<RedLock> | undefined
  const sent = await sentDuring(client, async () => {
    waiting = hold(other)
    await listened(client)
    await sleep(1500)
    await holder.release()
    expect((await waiting).held).toBe(true)
  })
  const names = sent.map(([name]) => name).filter((name) => name !== 'pubsub')
  // Asked before and after it listened; the release; asked when it was told; then it listens no more.
  expect(names).toEqual(['eval', 'subscribe', 'eval', 'eval', 'eval', 'unsubscribe'])
})

test('a lock that is broken wakes the waiter, too', async () => {
  await using server = await startRedisServer()
  const client = clientOn(server)
  const [one, other] = [cacheAt(server), cacheAt(server)]
  await hold(one)
  const waiting = hold(other)
  await listened(client)
  expect(await one.backend.locks?.break('key-lock')).toBe(true)
  expect((await waiting).held).toBe(true)
})

test('a waiter asks again when the holder’s lease has ended, by what the server says of it', async () => {
  await using server = await startRedisServer()
  const client = clientOn(server)
  const [one, other] = [cacheAt(server), cacheAt(server)]
  await new RedLock(one, 'key', { lease: '400ms' }).acquire()
  const sent = await sentDuring(client, async () => {
    const lock = await new RedLock(other, 'key', { lease: '20s' }).acquire()
    expect(lock.held).toBe(true)
  })
  expect(sent.filter(([name]) => name === 'eval').length).toBeLessThanOrEqual(4)
})

test('a waiter who hears of no message is not lost: the message came before it listened', async () => {
  await using server = await startRedisServer()
  const [one, other] = [cacheAt(server), cacheAt(server)]
  // Released in every moment of the other's way from asking to listening.
  for (let round = 0; round < 30; round++) {
    const holder = await hold(one)
    const waiting = hold(other)
    for (let turn = 0; turn < round; turn++) await new Promise((resolve) => setImmediate(resolve))
    await holder.release()
    expect(await (await waiting).release()).toBe(true)
  }
})

test('fencing tokens grow through a flushed server, an expired fence and a clock that was set back', async () => {
  await using server = await startRedisServer()
  const client = clientOn(server)
  const cache = cacheAt(server)
  const fence = fenceKeyOf('key-lock', '')
  const tokens = [await tokenOn(cache), await tokenOn(cache)]
  expect(await client.get(fence)).toBe(String(tokens[1]))
  expect(await client.pttl(fence)).toBeGreaterThan(86_400_000)
  await client.flushall()
  tokens.push(await tokenOn(cache))
  await client.del(fence)
  tokens.push(await tokenOn(cache))
  // As if the clock had been a day ahead.
  const ahead = (tokens.at(-1) as number) + 86_400_000_000
  await client.set(fence, ahead)
  tokens.push(await tokenOn(cache), await tokenOn(cache))
  expect(tokens.slice(-2)).toEqual([ahead + 1, ahead + 2])
  expect(tokens.toSorted((a, b) => Number(a) - Number(b))).toEqual(tokens)
  expect(new Set(tokens).size).toBe(tokens.length)
})

test('a holder is told within a third of its lease that the server forgot its lock, and whoever has it then has a greater token', async () => {
  await using server = await startRedisServer()
  const [one, other] = [cacheAt(server), cacheAt(server)]
  const holder = await new RedLock(one, 'key', { lease: '6s' }).acquire()
  const { signal } = holder
  const lost = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
  await server.restart()
  const next = await new RedLock(other, 'key', { lease: '6s' }).acquire()
  expect(next.held).toBe(true)
  await lost
  expect(signal.reason).toMatchObject({
    code: 'PYCACHED_LOCK_LOST',
    message: "the lock on 'key' is not the holder's: somebody broke it, or the store forgot it",
  })
  expect(next.fencingToken).toBeGreaterThan(holder.fencingToken as number)
  expect([holder.held, await holder.extend(), await holder.release()]).toEqual([false, false, false])
  expect(await next.release()).toBe(true)
})

test('a fence that somebody else wrote gives no wrong number: none, or one by the clock', async () => {
  await using server = await startRedisServer()
  const client = clientOn(server)
  const cache = cacheAt(server)
  const fence = fenceKeyOf('key-lock', '')
  for (const strange of ['9007199254740991', '1e300', 'nan', 'inf']) {
    await client.set(fence, strange)
    expect(await tokenOn(cache), strange).toBeUndefined()
  }
  await client.set(fence, 'text')
  expect(await tokenOn(cache)).toBeGreaterThan(1e15)
  await client.del(fence)
  await client.lpush(fence, 'list')
  expect(await tokenOn(cache)).toBeUndefined()
})

test('a lock without fencing leaves no other key', async () => {
  await using server = await startRedisServer()
  const cache = cacheAt(server)
  const lock = RedLock._unfenced(cache, 'key')
  await lock.acquire()
  expect([lock.held, lock.fencingToken]).toEqual([true, undefined])
  await lock.release()
  expect(await clientOn(server).keys('*')).toEqual([])
})

test.each([
  ['a prefix', (server: RedisServer) => ({ port: server.port, keyPrefix: 'app:' })],
  ['the newer protocol', (server: RedisServer) => ({ port: server.port, protocol: 3 as const })],
  ['automatic pipelines', (server: RedisServer) => ({ port: server.port, enableAutoPipelining: true })],
  ['numbers as text', (server: RedisServer) => ({ port: server.port, stringNumbers: true })],
  ['another database', (server: RedisServer) => ({ port: server.port, db: 3 })],
])('a user’s own client with %s hands over by message', async (_what, optionsOf) => {
  await using server = await startRedisServer()
  const watcher = clientOn(server)
  const [one, other] = [0, 1].map(() => cacheOn({ client: clientOn(optionsOf(server)) })) as [RedisCache, RedisCache]
  const holder = await hold(one)
  expect(holder.fencingToken).toBeGreaterThan(1e15)
  const waiting = hold(other)
  const prefix = 'keyPrefix' in optionsOf(server) ? 'app:' : ''
  await listened(watcher, `${prefix}key-lock`)
  await holder.release()
  const next = await waiting
  expect(next.held).toBe(true)
  expect(next.fencingToken).toBeGreaterThan(holder.fencingToken as number)
})

test('a user who may not ask for the time gets locks without numbers, and who may not publish or listen asks again and again', async () => {
  const rights = '+eval +get +set +unlink +ping'
  await using server = await startRedisServer({ users: ['default on nopass ~* &* +@all', `bob on >x ~* ${rights}`] })
  const client = clientOn(server)
  const [one, other] = [0, 1].map(() => cacheOn({ port: server.port, username: 'bob', password: 'x' })) as [
    RedisCache,
    RedisCache,
  ]
  const holder = await hold(one)
  expect([holder.held, holder.fencingToken]).toEqual([true, undefined])
  const before = Number(/cmdstat_eval:calls=(\d+)/.exec(await client.info('commandstats'))?.[1])
  const waiting = hold(other)
  let after = before
  while (after < before + 5) after = Number(/cmdstat_eval:calls=(\d+)/.exec(await client.info('commandstats'))?.[1])
  expect(await holder.release()).toBe(true)
  expect((await waiting).held).toBe(true)
})

test('a closed cache ends the waiting, and leaves the listening to others on the same client', async () => {
  await using server = await startRedisServer()
  const client = clientOn(server)
  const shared = clientOn(server)
  const [holderCache, closed, patient] = [cacheAt(server), cacheOn({ client: shared }), cacheOn({ client: shared })]
  const holder = await hold(holderCache)
  const outcomes = Promise.allSettled([hold(closed), hold(closed)])
  const waiting = hold(patient)
  await listened(client)
  await closed.close()
  for (const outcome of await outcomes) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'PYCACHED_CACHE_CLOSED' } })
  }
  expect(await listeners(client)).toBe(1)
  await holder.release()
  expect((await waiting).held).toBe(true)
  await patient.close()
  while ((await listeners(client)) > 0) await sleep(2)
  expect(shared.status).toBe('ready')
})

test('in a cluster’s way, a lock and its fence may be used by one script', async () => {
  await using server = await startRedisServer({ args: await clusterArgs() })
  const client = clientOn(server)
  await client.cluster('ADDSLOTSRANGE', 0, 16_383)
  while (!String(await client.cluster('INFO')).includes('cluster_state:ok')) await sleep(10)
  const cache = cacheOn({ client })
  for (const key of ['key', 'a{b', 'a{}b', '{tag}key']) {
    expect(await tokenOn(cache, key), key).toBeGreaterThan(1e15)
  }
})

test('a client that cannot be duplicated asks again and again', async () => {
  await using server = await startRedisServer()
  const redis = clientOn(server)
  const client = {
    call: redis.call.bind(redis) as never,
    getBuffer: redis.getBuffer.bind(redis),
    mgetBuffer: redis.mgetBuffer.bind(redis) as never,
    scanBuffer: redis.scanBuffer.bind(redis) as never,
  }
  const [one, other] = [cacheAt(server), cacheOn({ client })]
  const holder = await hold(one)
  const waiting = hold(other)
  await sleep(100)
  await holder.release()
  expect((await waiting).held).toBe(true)
})

test.each(['idle', 'connecting', 'paused', 'down'])(
  'a process whose caches are closed has nothing left of waiters and holders while the server is %s',
  async (state) => {
    await using server = await startRedisServer()
    using program = await programAt(new URL('../programs/close-while-waiting.ts', import.meta.url))
    await using children = startChildren(program, 1, () => [String(server.port), state])
    const [child] = children
    expect(await child?.next()).toBe('waiting')
    if (state === 'paused') server.pause()
    if (state === 'down') await server.stop()
    child?.send('close')
    expect(await child?.next()).toEqual({ left: [], unhandled: [] })
    expect(await child?.exited).toEqual({ code: 0, signal: null })
  },
)

test('a take that is sent again by a client that lost the answer finds that the lock is its own', async () => {
  await using server = await startRedisServer()
  const locks = cacheAt(server).backend.locks ?? expect.unreachable('there are no locks')
  const first = await locks.take('again-lock', 'token', 60_000, true)
  const again = await locks.take('again-lock', 'token', 60_000, true)
  expect(first).toMatchObject({ taken: true })
  expect(again).toMatchObject({ taken: true })
  expect((again as { fencingToken: number }).fencingToken).toBeGreaterThan(
    (first as { fencingToken: number }).fencingToken,
  )
  expect(await locks.take('again-lock', 'another', 60_000, true)).toMatchObject({ taken: false })
})
