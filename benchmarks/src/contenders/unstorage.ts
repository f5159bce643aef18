/** unstorage: one interface for many kinds of storage. */

import { createStorage } from 'unstorage'
import lruCacheDriver from 'unstorage/drivers/lru-cache'
import type { Contender } from '../contender.js'

export default {
  name: 'unstorage',
  packages: ['unstorage', 'lru-cache', 'ioredis'],
  usage:
    'In memory its `lru-cache` driver, the one with a bound and a TTL, which is the same for all entries; `getItemRaw` and `setItemRaw`, which do not serialize, and `getItems`, which parses. On Redis its `redis` driver with defaults, whose TTL is whole seconds.',
  memory({ entries, ttlMs }) {
    const storage = createStorage({ driver: lruCacheDriver({ max: entries, ttl: ttlMs }) })
    return {
      get: (key) => storage.getItemRaw(key),
      set: (key, value) => storage.setItemRaw(key, value),
      getMany: (keys) => storage.getItems(keys),
      ttlPerEntry: false,
      close: () => storage.dispose(),
    }
  },
  async redis({ url, namespace }) {
    const { default: redisDriver } = await import('unstorage/drivers/redis')
    const storage = createStorage({ driver: redisDriver({ url, base: namespace }) })
    return {
      get: (key) => storage.getItem(key),
      set: (key, value, ttlMs) => storage.setItem(key, value, { ttl: Math.ceil(ttlMs / 1000) }),
      getMany: (keys) => storage.getItems(keys),
      clear: () => storage.clear(),
      wireKey: (key) => `${namespace}:${key}`,
      close: () => storage.dispose(),
    }
  },
} satisfies Contender
