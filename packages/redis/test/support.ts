/** What the tests of this package share: a view of the server that owes nothing to the code under test. */
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { BackendError } from '@pycached/core'
import { Redis } from 'ioredis'
import { expect, inject, onTestFinished } from 'vitest'
import { freePort } from '../../../test/support/free-port.js'
import type { Connection } from '../src/connection/connection.js'
import { addressOf } from '../src/options/address.js'
import type { RedisCacheOptions } from '../src/options/redis-options.js'
import { RedisBackend } from '../src/redis-backend.js'
import { connectionTo } from '../src/redis-cache.js'

/** The options that reach the server of the run. */
export function shared(): { port: number; endpoint: string; password?: string } {
  const url = new URL(inject('redisUrl'))
  return {
    endpoint: url.hostname,
    port: Number(url.port || 6379),
    ...(url.password !== '' && { password: decodeURIComponent(url.password) }),
  }
}

/** What a cache with these options is connected by. */
export function connectionOf(options: RedisCacheOptions): Connection {
  return connectionTo(addressOf(options), options)
}

/** A backend that is closed after the test. */
export function backendOn(options: RedisCacheOptions): RedisBackend {
  const backend = new RedisBackend(connectionOf(options))
  onTestFinished(() => backend.close())
  return backend
}

/** A plain client, closed after the test. */
export function clientOn({ endpoint, ...options }: { port: number; endpoint?: string; password?: string }): Redis {
  const client = new Redis({ host: endpoint ?? '127.0.0.1', ...options })
  client.on('error', () => {})
  onTestFinished(() => client.disconnect())
  return client
}

/** Arguments of a server in cluster mode. The port for other nodes is by default so high that an outgoing connection may have it. */
export async function clusterArgs(): Promise<string[]> {
  const clusterPort = String(await freePort())
  return ['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes', '--cluster-port', clusterPort]
}

/**
 * Every command that clients sent to the server while `work` ran, as the server tells it: names in lower case, then arguments. On a
 * server that others use too, only those with an argument that starts with `start`.
 *
 * On a socket of its own: ioredis fails where a command is told in the same packet as the answer to `MONITOR`.
 */
export async function sentDuring(client: Redis, work: () => Promise<unknown>, start = ''): Promise<string[][]> {
  // Its greeting is over before the server is listened to.
  await client.ping()
  const { host = '127.0.0.1', port = 6379, username, password } = client.options
  const socket = connect(port, host)
  const lines = createInterface(socket)
  const next = lines[Symbol.asyncIterator]()
  const line = async () => ((await next.next()).value as string | undefined) ?? expect.unreachable('MONITOR ended')
  try {
    if (typeof password === 'string') {
      socket.write(`AUTH ${username ?? 'default'} ${password}\r\n`)
      expect(await line()).toBe('+OK')
    }
    socket.write('MONITOR\r\n')
    expect(await line()).toBe('+OK')
    const end = `end-${Math.random()}`
    await work()
    await client.echo(end)
    const seen: string[][] = []
    for (;;) {
      // +1700000000.000000 [0 127.0.0.1:50000] "SET" "key" "value"
      const [, source = '', words = ''] = /^\+\S+ \[\d+ ([^\]]*)\] "(.*)"$/.exec(await line()) ?? []
      const [name = '', ...args] = words.split('" "').map((word) => word.replaceAll('\\"', '"'))
      if (args[0] === end) return seen
      if (source !== 'lua' && (start === '' || args.some((arg) => arg.startsWith(start)))) {
        seen.push([name.toLowerCase(), ...args])
      }
    }
  } finally {
    lines.close()
    socket.destroy()
  }
}

/** What `promise` was rejected with; fails where it was not. */
export async function rejectionOf(promise: Promise<unknown>): Promise<Error & { code?: string; cause?: unknown }> {
  const error = await promise.then(
    (value) => new TypeError(`expected a rejection, got ${String(value)}`),
    (reason: unknown) => reason as Error,
  )
  if (error instanceof TypeError && error.message.startsWith('expected a rejection')) throw error
  return error
}

/** Of this process, to servers of any kind. */
export function openSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
}

/** The cause of the `BackendError` that a command fails with. */
export async function causeOf(command: Promise<unknown>): Promise<string> {
  const error = await rejectionOf(command)
  expect(error).toBeInstanceOf(BackendError)
  return String(error.cause)
}
