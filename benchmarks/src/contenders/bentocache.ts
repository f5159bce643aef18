/** bentocache: a layer of memory, a layer of Redis, or both, with stampede protection and grace periods. */

import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import type { Contender, RedisOptions } from '../contender.js'

const inMemory = (entries: number) =>
  new BentoCache({
    default: 'memory',
    stores: { memory: bentostore().useL1Layer(memoryDriver({ maxItems: entries, serialize: false })) },
  })

async function onRedis({ url, namespace }: RedisOptions) {
  const [{ redisDriver }, { Redis }] = await Promise.all([import('bentocache/drivers/redis'), import('ioredis')])
  return new BentoCache({
    default: 'redis',
    prefix: namespace,
    stores: { redis: bentostore().useL2Layer(redisDriver({ connection: new Redis(url) })) },
  })
}

export default {
  name: 'bentocache',
  packages: ['bentocache', 'ioredis'],
  usage:
    'In memory only its first layer with `serialize: false` and `maxItems`; on Redis only its second layer, on ioredis with its defaults. M5, M6 and R6 are `getOrSet`. It has no command for many keys.',
  memory({ entries }) {
    const cache = inMemory(entries)
    return {
      get: (key) => cache.get({ key }),
      set: (key, value, ttlMs) => cache.set({ key, value, ttl: ttlMs }),
      close: () => cache.disconnectAll(),
    }
  },
  memoryLoader({ entries, ttlMs }, load) {
    const cache = inMemory(entries)
    return {
      call: (key) => cache.getOrSet({ key, ttl: ttlMs, factory: () => load(key) }),
      close: () => cache.disconnectAll(),
    }
  },
  async redis(options) {
    const cache = await onRedis(options)
    return {
      get: (key) => cache.get({ key }),
      set: (key, value, ttlMs) => cache.set({ key, value, ttl: ttlMs }),
      clear: () => cache.clear(),
      wireKey: (key) => `${options.namespace}:${key}`,
      close: () => cache.disconnectAll(),
    }
  },
  async redisLoader(options, load) {
    const cache = await onRedis(options)
    return {
      call: (key) => cache.getOrSet({ key, ttl: options.ttlMs, factory: () => load(key) }),
      close: () => cache.disconnectAll(),
    }
  },
} satisfies Contender
