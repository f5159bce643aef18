/** The public names of `@pycached/redis`. Importing it registers its class path. */
import { register } from '@pycached/core'
import type { RedisCacheOptions } from './options/redis-options.js'
import { RedisCache } from './redis-cache.js'

export type { BreakerState, CircuitBreaker } from './breaker/breaker.js'
export type { ConnectionState } from './connection/gate.js'
export type { RedisCacheEvents } from './events.js'
export type { BreakerOptions, RedisHost } from './options/redis-options.js'
export type { RedisArgument, RedisLike, RedisNode } from './redis-like.js'
export type { RedisCacheOptions }
export { RedisCache }

declare module '@pycached/core' {
  interface CacheTypes {
    redis: { cache: RedisCache; options: RedisCacheOptions }
    rediss: { cache: RedisCache; options: RedisCacheOptions }
    'redis+unix': { cache: RedisCache; options: RedisCacheOptions }
    'redis+sentinel': { cache: RedisCache; options: RedisCacheOptions }
    'rediss+sentinel': { cache: RedisCache; options: RedisCacheOptions }
    'redis+cluster': { cache: RedisCache; options: RedisCacheOptions }
    'rediss+cluster': { cache: RedisCache; options: RedisCacheOptions }
    'pycached.RedisCache': { cache: RedisCache; options: RedisCacheOptions }
  }
}

register('pycached.RedisCache', RedisCache, {
  schemes: ['redis', 'rediss', 'redis+unix', 'redis+sentinel', 'rediss+sentinel', 'redis+cluster', 'rediss+cluster'],
})
