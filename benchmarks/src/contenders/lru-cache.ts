/** lru-cache: synchronous, LRU in typed arrays. */

import { LRUCache } from 'lru-cache'
import type { Contender } from '../contender.js'

export default {
  name: 'lru-cache',
  packages: ['lru-cache'],
  usage:
    'Synchronous, awaited as `Promise.resolve(cache.get(key))`; `max` and a TTL per `set`, no `ttlAutopurge`, as its README advises. M5 and M6 are its `fetch`. It has no command for many keys.',
  memory({ entries }) {
    const cache = new LRUCache<string, string>({ max: entries })
    return {
      get: (key) => Promise.resolve(cache.get(key)),
      set: (key, value, ttlMs) => Promise.resolve(cache.set(key, value, { ttl: ttlMs })),
      size: () => cache.size,
    }
  },
  memoryLoader({ entries, ttlMs }, load) {
    const cache = new LRUCache<string, string>({ max: entries, ttl: ttlMs, fetchMethod: (key) => load(key) })
    return { call: (key) => cache.fetch(key) }
  },
} satisfies Contender
