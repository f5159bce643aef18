/** layered-loader: a memory layer and an asynchronous layer in front of data sources. */

import { Loader, ManualCache, RedisCache } from 'layered-loader'
import type { Contender, RedisOptions } from '../contender.js'

async function onRedis({ url, namespace, ttlMs }: RedisOptions) {
  const { Redis } = await import('ioredis')
  const client = new Redis(url)
  return {
    client,
    cache: new RedisCache<string>(client as never, { json: true, prefix: namespace, ttlInMsecs: ttlMs }),
  }
}

export default {
  name: 'layered-loader',
  packages: ['layered-loader', 'ioredis'],
  usage:
    'A `ManualCache` for commands and a `Loader` for M5, M6 and R6; in memory only the memory layer (`lru-map`), on Redis only the asynchronous one with `json: true`. The TTL is the cache’s. In M8 its `getMany` leaves out what is missing; its caches on Redis have `setMany` and `clear` of their own.',
  memory({ entries, ttlMs }) {
    const cache = new ManualCache<string>({
      inMemoryCache: { cacheType: 'lru-map', maxItems: entries, ttlInMsecs: ttlMs },
      // `getMany` asks it where a key was not in memory.
      cacheKeyFromValueResolver: (value) => value,
    })
    return {
      get: (key) => cache.get(key),
      set: (key, value) => cache.set(key, value),
      getMany: (keys) => cache.getMany(keys),
      ttlPerEntry: false,
      close: () => cache.close(),
    }
  },
  memoryLoader({ entries, ttlMs }, load) {
    const loader = new Loader<string>({
      inMemoryCache: { cacheType: 'lru-map', maxItems: entries, ttlInMsecs: ttlMs },
      dataSourceGetOneFn: load,
    })
    return { call: (key) => loader.get(key), close: () => loader.close() }
  },
  async redis(options) {
    const { client, cache } = await onRedis(options)
    const manual = new ManualCache<string>({
      inMemoryCache: false,
      asyncCache: cache,
      cacheKeyFromValueResolver: (value) => value,
    })
    return {
      get: (key) => manual.get(key),
      set: (key, value) => manual.set(key, value),
      getMany: (keys) => manual.getMany(keys),
      setMany: (pairs) => cache.setMany(pairs.map(([key, value]) => ({ key, value }))),
      clear: () => cache.clear(),
      wireKey: (key) => `${options.namespace}:${key}`,
      close: () => client.disconnect(),
    }
  },
  async redisLoader(options, load) {
    const { client, cache } = await onRedis(options)
    const loader = new Loader<string>({ inMemoryCache: false, asyncCache: cache, dataSourceGetOneFn: load })
    return { call: (key) => loader.get(key), close: () => client.disconnect() }
  },
} satisfies Contender
