/** The Redis of a run: the one that `REDIS_URL` names, else a server of its own. */

import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import { startRedisServer } from '../../../test/support/redis-server.js'

export interface OpenRedis extends AsyncDisposable {
  /** '' where none was wanted. */
  readonly url: string
  readonly own: boolean
  readonly version: string
  /** Part of every key that the run writes; in the end whatever has it is removed. */
  readonly namespace: string
}

export async function openRedis(wanted: boolean): Promise<OpenRedis> {
  const namespace = `pycached-bench-${randomBytes(4).toString('hex')}`
  if (!wanted) return { url: '', own: false, version: '', namespace, [Symbol.asyncDispose]: async () => {} }
  const given = process.env['REDIS_URL']
  const server =
    given === undefined || given === ''
      ? await startRedisServer({ args: ['--slowlog-log-slower-than', '100', '--slowlog-max-len', '100000'] })
      : undefined
  const url = server?.url ?? String(given)
  const client = new Redis(url)
  const info = await client.info('server')
  return {
    url,
    own: server !== undefined,
    version: /redis_version:(\S+)/.exec(info)?.[1] ?? 'unknown',
    namespace,
    async [Symbol.asyncDispose]() {
      if (server === undefined) await removeAll(client, namespace)
      client.disconnect()
      await server?.stop()
    },
  }
}

async function removeAll(client: Redis, namespace: string): Promise<void> {
  let cursor = '0'
  do {
    const [next, keys] = await client.scan(cursor, 'MATCH', `*${namespace}*`, 'COUNT', 1000)
    if (keys.length > 0) await client.unlink(...keys)
    cursor = next
  } while (cursor !== '0')
}
