import { Cluster } from 'ioredis'
import { expect, test } from 'vitest'
import { ask } from './ask.js'
import { startRedisCluster } from './redis-cluster.js'

test('a cluster has three masters with all slots, and a replica each', async () => {
  await using cluster = await startRedisCluster({ password: 'secret' })
  const masters = await cluster.masters()
  expect(masters.map(({ slots }) => slots)).toEqual([[[0, 5460]], [[5461, 10_921]], [[10_922, 16_383]]])
  const known = masters.flatMap(({ port, replicas }) => [port, ...replicas])
  expect(new Set(known)).toEqual(new Set(cluster.ports))
  const client = new Cluster([{ host: '127.0.0.1', port: cluster.ports[0] }], { redisOptions: { password: 'secret' } })
  try {
    for (let i = 0; i < 20; i++) expect(await client.set(`key${i}`, i)).toBe('OK')
  } finally {
    client.disconnect()
  }
})

test('a master that is killed is followed by its replica, and comes back as one', async () => {
  await using cluster = await startRedisCluster()
  const [before] = await cluster.masters()
  const port = before?.port ?? 0
  expect(await cluster.failover(port)).toBeGreaterThan(0)
  const [after] = await cluster.masters()
  expect([after?.port, after?.replicas]).toEqual([before?.replicas[0], []])
  await expect(ask({ port }, 'ping')).rejects.toThrow('ECONNREFUSED')
  await cluster.restore()
  expect((await cluster.masters())[0]?.replicas).toEqual([port])
})

test('a master that was paused becomes a replica when it goes on', async () => {
  await using cluster = await startRedisCluster()
  const [before] = await cluster.masters()
  await cluster.failover(before?.port ?? 0, { pause: true })
  await cluster.restore()
  expect((await cluster.masters())[0]).toMatchObject({ port: before?.replicas[0], replicas: [before?.port] })
})

test('master and replica can change places', async () => {
  await using cluster = await startRedisCluster()
  const [, before] = await cluster.masters()
  await cluster.switchOver(before?.port ?? 0)
  const [, after] = await cluster.masters()
  expect([after?.port, after?.replicas]).toEqual([before?.replicas[0], [before?.port]])
})

test('a slot can be stopped on its way to another master', async () => {
  await using cluster = await startRedisCluster()
  // Of the tag `a`.
  const slot = 15_495
  const from = await cluster.masterOf(slot)
  const [to] = (await cluster.masters()).filter(({ port }) => port !== from.port)
  await ask(from, 'set', ['{a}1', 'one'])
  await ask(from, 'set', ['{a}2', 'two'])
  const move = await cluster.moveSlot(slot, to?.port ?? 0)
  expect(await move.keys(1)).toBe(1)
  const answers = await Promise.allSettled(['{a}1', '{a}2'].map((key) => ask(from, 'get', [key])))
  expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(answers.find(({ status }) => status === 'rejected')).toMatchObject({
    reason: { message: expect.stringMatching(/^ASK/) },
  })
  await expect(ask(from, 'mget', ['{a}1', '{a}2'])).rejects.toThrow('TRYAGAIN')
  await move.finish()
  await expect(ask(from, 'get', ['{a}1'])).rejects.toThrow('MOVED')
  expect(await ask({ port: move.toPort }, 'mget', ['{a}1', '{a}2'])).toEqual(['one', 'two'])
  expect((await cluster.masterOf(slot)).port).toBe(move.toPort)
})
