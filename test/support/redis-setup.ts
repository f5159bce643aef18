/**
 * Gives all tests of a run one Redis: the one that `REDIS_URL` names, else one started for the run and stopped after it.
 *
 * Tests read `inject('redisUrl')` and keep to keys below `inject('redisNamespace')`, which is unique to the run and emptied at its end. Where a test needs
 * more than that (a whole database, a password, a crash), it starts a server of its own with `startRedisServer`.
 */

import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import type { TestProject } from 'vitest/node'
import { startRedisServer } from './redis-server.js'

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const namespace = `pycached-test-${randomBytes(6).toString('hex')}`
  project.provide('redisNamespace', namespace)
  const given = process.env['REDIS_URL']
  if (given !== undefined && given !== '') {
    project.provide('redisUrl', given)
    await usingClient(given, (client) => client.ping())
    return () => usingClient(given, (client) => removeNamespace(client, namespace))
  }
  const server = await startRedisServer()
  project.provide('redisUrl', server.url)
  return () => server.stop()
}

async function usingClient(url: string, use: (client: Redis) => Promise<unknown>): Promise<void> {
  let reason: unknown
  const client = new Redis(url, { lazyConnect: true, retryStrategy: null, maxRetriesPerRequest: 0 })
  // The rejection of connect() says only that the connection is closed; why comes as an event.
  client.on('error', (error) => {
    reason = error
  })
  try {
    await client.connect()
    await use(client)
  } catch (error) {
    throw new Error(`The Redis that REDIS_URL names cannot be used: ${String(reason ?? error)}`)
  } finally {
    client.disconnect()
  }
}

async function removeNamespace(client: Redis, namespace: string): Promise<void> {
  let cursor = '0'
  do {
    const [next, keys] = await client.scan(cursor, 'MATCH', `${namespace}*`, 'COUNT', 1000)
    if (keys.length > 0) await client.unlink(...keys)
    cursor = next
  } while (cursor !== '0')
}
