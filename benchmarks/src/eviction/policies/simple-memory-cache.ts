/** `SimpleMemoryCache` as users have it: through its commands. */
import { SimpleMemoryCache, type SimpleMemoryCacheOptions } from '@pycached/memory'
import type { Policy } from '../policy.js'
import { keyNames } from '../trace.js'

function simpleMemoryCache(name: string, options: SimpleMemoryCacheOptions): Policy {
  return {
    name,
    async hits(trace, capacity) {
      const names = keyNames(trace)
      const cache = new SimpleMemoryCache({ ...options, maxEntries: capacity })
      let hits = 0
      for (const key of trace.accesses) {
        const keyName = names[key] as string
        if ((await cache.get(keyName)) === undefined) await cache.set(keyName, key)
        else hits++
      }
      await cache.close()
      return hits
    },
  }
}

export const pycached = simpleMemoryCache('pycached', {})
export const pycachedLru = simpleMemoryCache("pycached, eviction: 'lru'", { eviction: 'lru' })
