/** The public names of `@pycached/redis`. Importing it registers its class path. */
import { register } from '@pycached/core'
import { RedisCache } from './redis-cache.js'
import type { RedisCacheOptions } from './redis-options.js'

export type { RedisArgument, RedisLike } from './redis-like.js'
export type { RedisCacheOptions }
export { RedisCache }

declare module '@pycached/core' {
  interface CacheTypes {
    redis: { cache: RedisCache; options: RedisCacheOptions }
    rediss: { cache: RedisCache; options: RedisCacheOptions }
    'pycached.RedisCache': { cache: RedisCache; options: RedisCacheOptions }
  }
}

register('pycached.RedisCache', RedisCache, { schemes: ['redis', 'rediss'] })
