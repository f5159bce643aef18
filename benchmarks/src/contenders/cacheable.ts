/** cacheable: Keyv stores in two layers, with hooks and statistics. */

import { Cacheable, createKeyv as createMemoryKeyv } from 'cacheable'
import type { Contender, RedisOptions } from '../contender.js'

async function onRedis({ url, namespace }: RedisOptions): Promise<Cacheable> {
  const { createKeyv } = await import('@keyv/redis')
  return new Cacheable({ primary: createKeyv(url, { namespace }) })
}

export default {
  name: 'cacheable',
  packages: ['cacheable', '@keyv/redis'],
  usage:
    'In memory its default store with `useClone: false`, and `lruSize` in M3e. On Redis @keyv/redis is its only layer. M5, M6 and R6 are `getOrSet`.',
  memory({ entries, bounded }) {
    const primary = createMemoryKeyv({ useClone: false, ...(bounded ? { lruSize: entries } : {}) })
    const cache = new Cacheable({ primary })
    return {
      get: (key) => cache.get(key),
      set: (key, value, ttlMs) => cache.set(key, value, ttlMs),
      getMany: (keys) => cache.getMany(keys),
      close: () => cache.disconnect(),
    }
  },
  memoryLoader({ ttlMs }, load) {
    const cache = new Cacheable({ primary: createMemoryKeyv({ useClone: false }) })
    return {
      call: (key) => cache.getOrSet(key, () => load(key), { ttl: ttlMs }),
      close: () => cache.disconnect(),
    }
  },
  async redis(options) {
    const cache = await onRedis(options)
    return {
      get: (key) => cache.get(key),
      set: (key, value, ttlMs) => cache.set(key, value, ttlMs),
      getMany: (keys) => cache.getMany(keys),
      setMany: (pairs, ttlMs) => cache.setMany(pairs.map(([key, value]) => ({ key, value, ttl: ttlMs }))),
      clear: () => cache.clear(),
      wireKey: (key) => `${options.namespace}::${key}`,
      close: () => cache.disconnect(),
    }
  },
  async redisLoader(options, load) {
    const cache = await onRedis(options)
    return {
      call: (key) => cache.getOrSet(key, () => load(key), { ttl: options.ttlMs }),
      close: () => cache.disconnect(),
    }
  },
} satisfies Contender
