/** The package `lru-cache`: plain LRU, and what all others are compared with. */
import { LRUCache } from 'lru-cache'
import type { Policy } from '../policy.js'
import { keyNames } from '../trace.js'

export const lruCache: Policy = {
  name: 'lru-cache',
  hits(trace, capacity) {
    const names = keyNames(trace)
    const cache = new LRUCache<string, number>({ max: capacity })
    let hits = 0
    for (const key of trace.accesses) {
      const name = names[key] as string
      if (cache.get(name) === undefined) cache.set(name, key)
      else hits++
    }
    return hits
  },
}
