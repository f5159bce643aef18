/** The public names of `@pycached/memory`. Importing it registers its class path. */
import { register } from '@pycached/core'
// For its class path, which the out-of-the-box configuration of aliases names.
import '@pycached/serializer-string'
import type { EvictionReason, OnEvict, SimpleMemoryCacheOptions, SizeOf } from './memory-options.js'
import { SimpleMemoryCache } from './simple-memory-cache.js'

export { type EvictionReason, type OnEvict, SimpleMemoryCache, type SimpleMemoryCacheOptions, type SizeOf }

declare module '@pycached/core' {
  interface CacheTypes {
    memory: { cache: SimpleMemoryCache; options: SimpleMemoryCacheOptions }
  }
}

register('pycached.SimpleMemoryCache', SimpleMemoryCache, { schemes: ['memory'] })
