/** quick-lru: synchronous, LRU in two maps of which the older one is dropped. */

import QuickLRU from 'quick-lru'
import type { Contender } from '../contender.js'

export default {
  name: 'quick-lru',
  packages: ['quick-lru'],
  usage:
    'Synchronous, awaited as `Promise.resolve(cache.get(key))`; `maxAge` per `set`. It keeps up to twice `maxSize`, so in M3e it has half of the bound.',
  memory({ entries, bounded }) {
    const cache = new QuickLRU<string, string>({ maxSize: bounded ? entries / 2 : entries })
    return {
      get: (key) => Promise.resolve(cache.get(key)),
      set: (key, value, ttlMs) => Promise.resolve(cache.set(key, value, { maxAge: ttlMs })),
      size: () => cache.size,
    }
  },
} satisfies Contender
