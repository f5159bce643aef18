/** async-cache-dedupe: cached functions whose concurrent calls are one. */

import { createCache } from 'async-cache-dedupe'
import type { Contender } from '../contender.js'

export default {
  name: 'async-cache-dedupe',
  packages: ['async-cache-dedupe', 'ioredis'],
  usage:
    'Functions made by `define`, on its memory storage with `size`, and on its Redis storage with ioredis. It has no `get` and `set` of its own.',
  memoryLoader({ entries, ttlMs }, load) {
    const cache = createCache({ ttl: ttlMs / 1000, storage: { type: 'memory', options: { size: entries } } }).define(
      'user',
      (key: string) => load(key),
    )
    return { call: (key) => cache.user(key) }
  },
  async redisLoader({ url, namespace, ttlMs }, load) {
    const { Redis } = await import('ioredis')
    const client = new Redis(url)
    const cache = createCache({ ttl: ttlMs / 1000, storage: { type: 'redis', options: { client } } }).define(
      namespace,
      (key: string) => load(key),
    )
    const call = (cache as unknown as Record<string, (key: string) => Promise<string>>)[namespace]
    if (call === undefined) throw new Error('async-cache-dedupe has defined no function')
    return { call, close: () => client.disconnect() }
  },
} satisfies Contender
