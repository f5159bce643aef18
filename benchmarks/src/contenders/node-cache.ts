/** node-cache: synchronous, entries in an object. */

import NodeCache from 'node-cache'
import type { Contender } from '../contender.js'

export default {
  name: 'node-cache',
  packages: ['node-cache'],
  usage:
    'Synchronous, awaited as `Promise.resolve(cache.get(key))`; `useClones: false`, as its README advises for speed. It refuses writes beyond its bound instead of evicting, so it is absent from M3e.',
  memory({ bounded }) {
    if (bounded) return undefined
    const cache = new NodeCache({ useClones: false })
    return {
      get: (key) => Promise.resolve(cache.get(key)),
      set: (key, value, ttlMs) => Promise.resolve(cache.set(key, value, ttlMs / 1000)),
      getMany: (keys) => Promise.resolve(cache.mget(keys)),
      size: () => cache.keys().length,
      close: () => cache.close(),
    }
  },
} satisfies Contender
