/** cachified: one function that reads from a cache of any kind, or loads. */

import { type Cache, type CacheEntry, cachified, totalTtl } from '@epic-web/cachified'
import { LRUCache } from 'lru-cache'
import type { Contender } from '../contender.js'

export default {
  name: 'cachified',
  packages: ['@epic-web/cachified', 'lru-cache', 'redis'],
  usage:
    'On lru-cache by the adapter of its README; on Redis by an adapter to node-redis in the same form, with values as JSON.',
  memoryLoader({ entries, ttlMs }, load) {
    const lru = new LRUCache<string, CacheEntry>({ max: entries })
    const cache: Cache = {
      set(key, value) {
        const ttl = totalTtl(value?.metadata)
        return lru.set(key, value, { ttl: ttl === Infinity ? 0 : ttl, start: value?.metadata?.createdTime })
      },
      get: (key) => lru.get(key),
      delete: (key) => lru.delete(key),
    }
    return { call: (key) => cachified({ key, cache, ttl: ttlMs, getFreshValue: () => load(key) }) }
  },
  async redisLoader({ url, namespace, ttlMs }, load) {
    const { createClient } = await import('redis')
    const client = await createClient({ url }).connect()
    const cache: Cache = {
      set: (key, value) =>
        client.set(key, JSON.stringify(value), { expiration: { type: 'PX', value: totalTtl(value?.metadata) } }),
      async get(key) {
        const text = await client.get(key)
        return text === null ? null : (JSON.parse(text) as CacheEntry)
      },
      delete: (key) => client.del(key),
    }
    return {
      call: (key) => cachified({ key: `${namespace}:${key}`, cache, ttl: ttlMs, getFreshValue: () => load(key) }),
      close: () => client.close(),
    }
  },
} satisfies Contender
