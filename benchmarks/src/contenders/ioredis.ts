/** A limit of Redis: ioredis, a command at a time. */

import type { Redis } from 'ioredis'
import type { Contender, RedisStore } from '../contender.js'

export const ioredisStore = (client: Redis, namespace: string): RedisStore => ({
  get: (key) => client.get(`${namespace}:${key}`),
  set: (key, value, ttlMs) => client.set(`${namespace}:${key}`, value, 'PX', ttlMs),
  getMany: (keys) => client.mget(keys.map((key) => `${namespace}:${key}`)),
  setMany(pairs, ttlMs) {
    const pipeline = client.pipeline()
    for (const [key, value] of pairs) pipeline.set(`${namespace}:${key}`, value, 'PX', ttlMs)
    return pipeline.exec()
  },
  async clear() {
    let cursor = '0'
    do {
      const [next, keys] = await client.scan(cursor, 'MATCH', `${namespace}:*`, 'COUNT', 1000)
      if (keys.length > 0) await client.unlink(...keys)
      cursor = next
    } while (cursor !== '0')
  },
  wireKey: (key) => `${namespace}:${key}`,
  close: () => client.disconnect(),
})

export default {
  name: 'ioredis',
  kind: 'limit',
  packages: ['ioredis'],
  usage:
    'The client with its defaults and text as it is: `GET`, `SET PX`, `MGET`, a pipeline of `SET PX`; `clear` is pages of `SCAN` with `COUNT 1000`, each followed by its `UNLINK`.',
  async redis({ url, namespace }) {
    const { Redis } = await import('ioredis')
    return ioredisStore(new Redis(url), namespace)
  },
} satisfies Contender
