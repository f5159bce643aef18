import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { ask } from './ask.js'
import { startRedisSentinels } from './redis-sentinel.js'

test.concurrent('sentinels follow a failover, and can fail over again once the killed server is restored', async () => {
  await using group = await startRedisSentinels()
  const [first, second] = [group.masterPort(), group.replicaPort()]
  await ask({ port: first }, 'set', ['key', 'value'])
  await ask({ port: first }, 'wait', [1, 0])
  const epoch = await group.epoch()
  expect(await group.failover()).toBeGreaterThan(0)
  expect(await group.epoch()).toBeGreaterThan(epoch)
  expect([group.masterPort(), group.replicaPort()]).toEqual([second, first])
  expect(await ask({ port: second }, 'get', ['key'])).toBe('value')
  await expect(ask({ port: first }, 'ping')).rejects.toThrow('ECONNREFUSED')
  await group.restore()
  expect(await ask({ port: first }, 'get', ['key'])).toBe('value')
  // The sentinels of a busy machine may have failed over once more by themselves meanwhile: a silence is a silence.
  const replica = group.replicaPort()
  await group.failover()
  expect(group.masterPort()).toBe(replica)
})

test.concurrent('a master that was paused goes on as one until it is demoted', async () => {
  await using group = await startRedisSentinels()
  await group.failover({ pause: true })
  expect(await ask({ port: group.replicaPort() }, 'set', ['key', 'lost'])).toBe('OK')
  await group.restore()
  await expect(ask({ port: group.replicaPort() }, 'set', ['key', 'value'])).rejects.toThrow('READONLY')
  expect(await ask({ port: group.replicaPort() }, 'get', ['key'])).toBeNull()
})

test.concurrent('servers and sentinels can ask for passwords', async () => {
  await using group = await startRedisSentinels({ password: 'one', sentinelPassword: 'two' })
  const sentinels = group.sentinelPorts.map((port) => ({ host: '127.0.0.1', port }))
  const client = new Redis({ sentinels, name: group.masterName, password: 'one', sentinelPassword: 'two' })
  try {
    expect(await client.set('key', 'value')).toBe('OK')
  } finally {
    client.disconnect()
  }
  await expect(ask({ port: group.masterPort() }, 'get', ['key'])).rejects.toThrow('NOAUTH')
  await expect(ask({ port: sentinels[0]?.port ?? 0 }, 'ping')).rejects.toThrow('NOAUTH')
})
