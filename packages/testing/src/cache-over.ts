/** A cache over any backend, for tests. */
import { type Backend, BaseCache, type CacheOptions, type Serializer } from '@pycached/core'

/** Passes values through, as the null serializer does. */
const asTheyAre: Serializer = { encoding: 'utf-8', dumps: (value) => value, loads: (stored) => stored }

class TestCache extends BaseCache {
  constructor(backend: Backend, options: CacheOptions) {
    super(backend, options, () => asTheyAre)
  }
}

/** All commands, over this very backend. Without a `serializer` option values are stored as they are. */
export function cacheOver(backend: Backend, options: CacheOptions = {}): BaseCache {
  return new TestCache(backend, options)
}
