import type { Redis } from 'ioredis'
import { expect, onTestFinished, test } from 'vitest'
import { startProxy } from '../../../../test/support/proxy.js'
import { startRedisServer } from '../../../../test/support/redis-server.js'
import { Subscriber } from '../../src/locks/subscriber.js'
import type { RedisCacheOptions } from '../../src/options/redis-options.js'
import { clientOn, connectionOf } from '../support.js'

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Over a connection that has been used, as one that locks were taken on. */
async function subscriberOn(options: RedisCacheOptions, beatMs?: number): Promise<Subscriber> {
  const connection = connectionOf(options)
  await connection.tick.send((client) => client.call('ping', []))
  onTestFinished(() => connection.close())
  const subscriber = new Subscriber(() => connection.subscriber(), beatMs)
  onTestFinished(() => subscriber.hangUpIfIdle())
  return subscriber
}

/** Counts the calls of one who watches. */
function watch(subscriber: Subscriber, channel: string) {
  const counted = { calls: 0, stop: () => {} }
  counted.stop = subscriber.watch(channel, () => counted.calls++)
  onTestFinished(() => counted.stop())
  return counted
}

const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await holds())) await sleep(2)
}

const listeners = async (client: Redis): Promise<string[]> =>
  String(await client.client('LIST', 'TYPE', 'PUBSUB'))
    .split('\n')
    .filter(Boolean)

test('who watches is called once the channel is heard, and at each message on it', async () => {
  await using server = await startRedisServer()
  const client = clientOn(server)
  const subscriber = await subscriberOn({ port: server.port })
  const [one, two] = [watch(subscriber, 'one'), watch(subscriber, 'two')]
  await until(() => one.calls === 1 && two.calls === 1)
  await client.publish('one', '')
  await until(() => one.calls === 2)
  await client.publish('two', '')
  await until(() => two.calls === 2)
  expect(one.calls).toBe(2)
  const late = watch(subscriber, 'one')
  expect(late.calls).toBe(1)
  one.stop()
  await client.publish('one', '')
  await until(() => late.calls === 2)
  expect([one.calls, two.calls]).toEqual([2, 2])
})

test('all channels have one connection, which listens to none that nobody watches', async () => {
  await using server = await startRedisServer()
  const client = clientOn(server)
  const subscriber = await subscriberOn({ port: server.port })
  const watches = Array.from({ length: 20 }, (_, index) => watch(subscriber, `channel-${index % 10}`))
  await until(() => watches.every(({ calls }) => calls > 0))
  expect(await listeners(client)).toHaveLength(1)
  expect(((await client.pubsub('CHANNELS')) as string[]).length).toBe(10)
  for (const { stop } of watches) stop()
  await until(async () => ((await client.pubsub('CHANNELS')) as string[]).length === 0)
})

test('a channel may be left and watched again in any order and at any speed', async () => {
  await using server = await startRedisServer()
  const client = clientOn(server)
  const subscriber = await subscriberOn({ port: server.port })
  for (let round = 0; round < 50; round++) {
    const early = watch(subscriber, 'channel')
    if (round % 2 === 0) await sleep(round % 3)
    early.stop()
    const late = watch(subscriber, 'channel')
    await until(() => late.calls > 0)
    const { calls } = late
    await client.publish('channel', '')
    await until(() => late.calls > calls)
    late.stop()
  }
  await until(async () => ((await client.pubsub('CHANNELS')) as string[]).length === 0)
})

test('after a loss it connects anew, and calls all who watch: they may have missed a message', async () => {
  await using server = await startRedisServer()
  const client = clientOn(server)
  const subscriber = await subscriberOn({ port: server.port })
  const [one, two] = [watch(subscriber, 'one'), watch(subscriber, 'two')]
  await until(() => one.calls === 1 && two.calls === 1)
  for (let round = 2; round < 5; round++) {
    await client.client('KILL', 'TYPE', 'PUBSUB')
    await until(() => one.calls >= round && two.calls >= round)
  }
  const { calls } = one
  await until(async () => (await listeners(client)).length === 1)
  await client.publish('one', '')
  await until(() => one.calls > calls)
})

test('while there is no server all who watch are called at each attempt, ever less often, and it is found when it is back', async () => {
  await using server = await startRedisServer()
  const subscriber = await subscriberOn({ port: server.port })
  const one = watch(subscriber, 'one')
  await until(() => one.calls === 1)
  await server.stop()
  const begin = performance.now()
  await until(() => one.calls === 5)
  // Attempts after 50, 100, 200 and 400 ms.
  expect(performance.now() - begin).toBeGreaterThan(700)
  await server.restart()
  const client = clientOn(server)
  await until(async () => (await listeners(client)).length === 1)
  const { calls } = one
  await client.publish('one', '')
  await until(() => one.calls > calls)
})

test('where the server refuses to tell, all who watch are called every 50 ms or so, and nothing is connected', async () => {
  await using server = await startRedisServer({ users: ['default on nopass ~* &* +@all', 'bob on >x ~* +ping +get'] })
  const client = clientOn(server)
  const subscriber = await subscriberOn({ port: server.port, username: 'bob', password: 'x' })
  const one = watch(subscriber, 'one')
  await until(() => one.calls === 6)
  expect(await listeners(client)).toEqual([])
  one.stop()
  const { calls } = one
  await sleep(150)
  expect(one.calls).toBe(calls)
  const next = watch(subscriber, 'one')
  await until(() => next.calls === 2)
})

test('it is hung up at once where it is told to and nobody watches, and connects again for the next who does', async () => {
  await using server = await startRedisServer()
  const client = clientOn(server)
  const subscriber = await subscriberOn({ port: server.port })
  const connections = async () =>
    String(await client.client('LIST'))
      .split('\n')
      .filter(Boolean).length
  const idle = await connections()
  const one = watch(subscriber, 'one')
  await until(() => one.calls === 1)
  subscriber.hangUpIfIdle()
  await client.publish('one', '')
  await until(() => one.calls === 2)
  one.stop()
  subscriber.hangUpIfIdle()
  await until(async () => (await connections()) === idle)
  const two = watch(subscriber, 'two')
  subscriber.hangUpIfIdle()
  two.stop()
  // While it connects.
  subscriber.hangUpIfIdle()
  const three = watch(subscriber, 'three')
  await until(() => three.calls === 1)
  expect(two.calls).toBe(0)
  expect(await connections()).toBe(idle + 1)
})

test('a connection that is dead without anybody having been told is noticed, and replaced', async () => {
  await using server = await startRedisServer()
  const client = clientOn(server)
  await using proxy = await startProxy(server.port)
  const subscriber = await subscriberOn({ port: proxy.port }, 200)
  const one = watch(subscriber, 'one')
  await until(() => one.calls === 1)
  proxy.halfOpen()
  await until(() => one.calls > 1)
  const { calls } = one
  await client.publish('one', '')
  await until(() => one.calls > calls)
})

test('a connection that never comes about is given up', async () => {
  await using server = await startRedisServer()
  await using proxy = await startProxy(server.port)
  const subscriber = await subscriberOn({ port: proxy.port }, 200)
  proxy.blackhole()
  const one = watch(subscriber, 'one')
  await until(() => one.calls === 2)
  await proxy.heal()
  const { calls } = one
  await until(() => one.calls > calls)
})
