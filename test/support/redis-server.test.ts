import { existsSync } from 'node:fs'
import { Redis } from 'ioredis'
import { expect, inject, test } from 'vitest'
import { type RedisServer, startRedisServer } from './redis-server.js'

/** A client that reports at once what goes wrong, and is closed with the test. */
function connect(url: string): Redis & AsyncDisposable {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: null, maxRetriesPerRequest: 0 })
  client.on('error', () => {})
  return Object.assign(client, { [Symbol.asyncDispose]: async () => client.disconnect() })
}

const refusesConnections = async (server: RedisServer): Promise<boolean> => {
  await using client = connect(server.url)
  return await client.connect().then(
    () => false,
    () => true,
  )
}

test('the Redis of the run answers', async () => {
  await using client = connect(inject('redisUrl'))
  const key = `${inject('redisNamespace')}:support:key`
  await client.set(key, 'value')
  expect(await client.get(key)).toBe('value')
})

test('a server can ask for a password', async () => {
  await using server = await startRedisServer({ password: 'p@ss/word' })
  await using client = connect(server.url)
  expect(await client.ping()).toBe('PONG')
  await using stranger = connect(`redis://127.0.0.1:${server.port}`)
  await expect(stranger.set('key', 'value')).rejects.toThrow('NOAUTH')
})

test('a server listens at a unix socket, too, which is the same after a restart', async () => {
  await using server = await startRedisServer({ unixSocket: true })
  for (let round = 0; round < 2; round++) {
    const client = new Redis({ path: String(server.path), lazyConnect: true, retryStrategy: null })
    expect(await client.ping()).toBe('PONG')
    client.disconnect()
    await server.restart()
  }
})

test('a server can have users with few rights', async () => {
  await using server = await startRedisServer({ users: ['reader on >secret ~ns:* +get +info'] })
  await using client = connect(`redis://reader:secret@127.0.0.1:${server.port}`)
  expect(await client.get('ns:key')).toBeNull()
  await expect(client.get('key')).rejects.toThrow('NOPERM')
  await expect(client.set('ns:key', 'value')).rejects.toThrow('NOPERM')
})

test('a replica starts with the data of its master and refuses writes', async () => {
  await using master = await startRedisServer()
  await using client = connect(master.url)
  await client.set('key', 'value')
  await using replica = await startRedisServer({ replicaOf: master.port })
  await using reader = connect(replica.url)
  expect(await reader.get('key')).toBe('value')
  await expect(reader.set('key', 'other')).rejects.toThrow('READONLY')
})

test('a server can be out of memory', async () => {
  await using server = await startRedisServer({ maxMemory: '1mb' })
  await using client = connect(server.url)
  await expect(client.set('key', 'x'.repeat(1_000_000))).rejects.toThrow('OOM')
})

test('a stopped server refuses connections and starts again, empty, on the same port', async () => {
  await using server = await startRedisServer()
  await using first = connect(server.url)
  await first.set('key', 'value')
  await server.stop()
  expect(await refusesConnections(server)).toBe(true)
  await server.restart()
  await using second = connect(server.url)
  expect(await second.get('key')).toBeNull()
})

test('a paused server keeps its connections and answers when it is resumed', async () => {
  await using server = await startRedisServer()
  await using client = connect(server.url)
  await client.connect()
  server.pause()
  let answered = false
  const answer = client.ping().then(() => (answered = true))
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(answered).toBe(false)
  server.resume()
  expect(await answer).toBe(true)
})

test('a stopped server leaves no folder behind, and stopping again does nothing', async () => {
  const server = await startRedisServer()
  await using client = connect(server.url)
  const [, folder] = (await client.config('GET', 'dir')) as [string, string]
  expect(existsSync(folder)).toBe(true)
  await server.stop()
  await server.stop()
  expect(existsSync(folder)).toBe(false)
})

test('a port that is taken is reported with what the server said', async () => {
  await using server = await startRedisServer()
  await expect(startRedisServer({ port: server.port })).rejects.toThrow('Address already in use')
})
