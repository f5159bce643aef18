/** Ours, with every default. */

import { type BaseCache, Cache, cached, cachedStampede } from '@pycached/core'
import { SimpleMemoryCache } from '@pycached/memory'
import { JsonSerializer } from '@pycached/serializer-json'
import { PickleSerializer } from '@pycached/serializer-pickle'
import type { Codec, Contender, RedisOptions } from '../contender.js'

const connect = ({ url, namespace }: RedisOptions): BaseCache =>
  Cache.fromUrl(`${url}?namespace=${encodeURIComponent(namespace)}`)

export default {
  name: 'pycached',
  kind: 'ours',
  usage:
    'Defaults only; the bound of M3e is `maxEntries`. Calls of M5 and M6 are functions wrapped by `cached`, those of R6 by `cachedStampede`, with the keys that these make by themselves. On Redis values are JSON. S1 is `JsonSerializer`, S2 `PickleSerializer`.',
  memory({ entries, bounded }) {
    const cache = new SimpleMemoryCache(bounded ? { maxEntries: entries } : {})
    return {
      get: (key) => cache.get(key),
      set: (key, value, ttlMs) => cache.set(key, value, { ttl: ttlMs / 1000 }),
      getMany: (keys) => cache.multiGet(keys),
      size: async () => (await cache.raw('size')) as number,
      close: () => cache.close(),
    }
  },
  memoryLoader({ ttlMs }, load) {
    const cache = new SimpleMemoryCache()
    const call = cached({ cache, ttl: ttlMs / 1000 })(async function user(key: string) {
      return load(key)
    })
    return { call, close: () => cache.close() }
  },
  redis(options) {
    const cache = connect(options)
    return {
      get: (key) => cache.get(key),
      set: (key, value, ttlMs) => cache.set(key, value, { ttl: ttlMs / 1000 }),
      getMany: (keys) => cache.multiGet(keys),
      setMany: (pairs, ttlMs) => cache.multiSet(pairs, { ttl: ttlMs / 1000 }),
      clear: () => cache.clear(),
      wireKey: (key) => cache.buildKey(key),
      close: () => cache.close(),
    }
  },
  redisLoader(options, load) {
    const cache = connect(options)
    const call = cachedStampede({ cache, ttl: options.ttlMs / 1000, lease: '2s' })(async function user(key: string) {
      return load(key)
    })
    return { call, close: () => cache.close() }
  },
  codec(values) {
    const serializer = values === 'plain' ? new JsonSerializer() : new PickleSerializer()
    return {
      encode: (value) => serializer.dumps(value),
      decode: (encoded) => serializer.loads(encoded),
    } satisfies Codec
  },
} satisfies Contender
