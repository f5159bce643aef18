/** What the tests of this package share: a view of the server that owes nothing to the code under test. */
import { Redis } from 'ioredis'
import { inject, onTestFinished } from 'vitest'
import { RedisBackend } from '../src/redis-backend.js'
import { connectionOf, type RedisCacheOptions } from '../src/redis-options.js'

/** The options that reach the server of the run. */
export function shared(): { port: number; endpoint: string; password?: string } {
  const url = new URL(inject('redisUrl'))
  return {
    endpoint: url.hostname,
    port: Number(url.port || 6379),
    ...(url.password !== '' && { password: decodeURIComponent(url.password) }),
  }
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

/**
 * Every command that clients sent to the server while `work` ran, as the server tells it: names in lower case, then arguments. On a
 * server that others use too, only those with an argument that starts with `start`.
 */
export async function sentDuring(client: Redis, work: () => Promise<unknown>, start = ''): Promise<string[][]> {
  const monitor = await client.monitor()
  const seen: string[][] = []
  const end = `end-${Math.random()}`
  const ended = new Promise<void>((resolve) => {
    monitor.on('monitor', (_time: string, [name = '', ...args]: string[], source: string) => {
      if (args[0] === end) resolve()
      else if (source !== 'lua' && (start === '' || args.some((arg) => arg.startsWith(start)))) {
        seen.push([name.toLowerCase(), ...args])
      }
    })
  })
  await work()
  await client.echo(end)
  await ended
  monitor.disconnect()
  return seen
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
