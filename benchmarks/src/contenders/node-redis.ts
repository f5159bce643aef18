/** A limit of Redis: node-redis, which sends the commands of one tick together by itself. */

import type { Contender } from '../contender.js'

export default {
  name: 'node-redis',
  kind: 'limit',
  packages: ['redis'],
  usage:
    'The client with its defaults and text as it is: `get`, `set` with `PX`, `mGet`, `multi` with `execAsPipeline`; `clear` as its `scanIterator` with `COUNT 1000` and `unlink`.',
  async redis({ url, namespace }) {
    const { createClient } = await import('redis')
    const client = await createClient({ url }).connect()
    return {
      get: (key) => client.get(`${namespace}:${key}`),
      set: (key, value, ttlMs) =>
        client.set(`${namespace}:${key}`, value, { expiration: { type: 'PX', value: ttlMs } }),
      getMany: (keys) => client.mGet(keys.map((key) => `${namespace}:${key}`)),
      setMany(pairs, ttlMs) {
        const pipeline = client.multi()
        for (const [key, value] of pairs)
          pipeline.set(`${namespace}:${key}`, value, { expiration: { type: 'PX', value: ttlMs } })
        return pipeline.execAsPipeline()
      },
      async clear() {
        for await (const keys of client.scanIterator({ MATCH: `${namespace}:*`, COUNT: 1000 }))
          if (keys.length > 0) await client.unlink(keys)
      },
      wireKey: (key) => `${namespace}:${key}`,
      close: () => client.close(),
    }
  },
} satisfies Contender
