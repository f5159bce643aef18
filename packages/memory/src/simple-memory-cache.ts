/** `SimpleMemoryCache`: a cache inside the process. */
import { BaseCache, type CacheOptions, systemClock } from '@pycached/core'
import { NullSerializer } from '@pycached/serializer-null'
import { MemoryBackend } from './memory-backend.js'

/** Those of every cache; memory has none of its own. */
export type SimpleMemoryCacheOptions = CacheOptions

/**
 * A cache whose store is its own, in this process. Mirrors the Python library's `SimpleMemoryCache`.
 *
 * With the default `NullSerializer` a value is kept as it is: no copy is made, so that `get` gives back the very object that `set` was
 * given, and whoever changes that object changes what is cached.
 */
export class SimpleMemoryCache extends BaseCache {
  constructor(options: SimpleMemoryCacheOptions = {}) {
    super(new MemoryBackend(options?.clock ?? systemClock), options, () => new NullSerializer())
  }
}
