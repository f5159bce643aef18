/** cache-manager: several Keyv stores behind one interface. */

import { createCache } from 'cache-manager'
import { CacheableMemory } from 'cacheable'
import Keyv from 'keyv'
import type { Contender, RedisOptions } from '../contender.js'

/** What its README recommends for memory, without cloning and serialization. */
const memoryStore = (lruSize: number | undefined): Keyv => {
  const store = new CacheableMemory({ useClone: false, ...(lruSize === undefined ? {} : { lruSize }) })
  const keyv = new Keyv({ store })
  keyv.serialize = undefined
  keyv.deserialize = undefined
  return keyv
}

async function onRedis({ url, namespace }: RedisOptions) {
  const { createKeyv } = await import('@keyv/redis')
  return createCache({ stores: [createKeyv(url, { namespace })] })
}

export default {
  name: 'cache-manager',
  packages: ['cache-manager', 'cacheable', '@keyv/redis'],
  usage:
    'In memory on `CacheableMemory`, which its README recommends, with cloning and serialization off, and `lruSize` in M3e. On Redis on @keyv/redis. M5, M6 and R6 are `wrap`.',
  memory({ entries, bounded }) {
    const cache = createCache({ stores: [memoryStore(bounded ? entries : undefined)] })
    return {
      get: (key) => cache.get(key),
      set: (key, value, ttlMs) => cache.set(key, value, ttlMs),
      getMany: (keys) => cache.mget(keys),
      close: () => cache.disconnect(),
    }
  },
  memoryLoader({ ttlMs }, load) {
    const cache = createCache({ stores: [memoryStore(undefined)] })
    return { call: (key) => cache.wrap(key, () => load(key), ttlMs), close: () => cache.disconnect() }
  },
  async redis(options) {
    const cache = await onRedis(options)
    return {
      get: (key) => cache.get(key),
      set: (key, value, ttlMs) => cache.set(key, value, ttlMs),
      getMany: (keys) => cache.mget(keys),
      setMany: (pairs, ttlMs) => cache.mset(pairs.map(([key, value]) => ({ key, value, ttl: ttlMs }))),
      clear: () => cache.clear(),
      wireKey: (key) => `${options.namespace}::${key}`,
      close: () => cache.disconnect(),
    }
  },
  async redisLoader(options, load) {
    const cache = await onRedis(options)
    return { call: (key) => cache.wrap(key, () => load(key), options.ttlMs), close: () => cache.disconnect() }
  },
} satisfies Contender
