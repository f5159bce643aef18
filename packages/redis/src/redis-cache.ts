import { BaseCache, type OptionParsers, type UrlAddress } from '@pycached/core'
import { JsonSerializer } from '@pycached/serializer-json'
import { RedisBackend } from './redis-backend.js'
import { addressOptions, connectionOf, REDIS_OPTIONS, type RedisCacheOptions } from './redis-options.js'

/**
 * A cache in Redis, JSON unless another serializer is given. Making one opens nothing: the first command opens the one connection,
 * and `close()` closes it.
 *
 * @throws `InvalidArgumentError` or `InvalidDurationError` for options that no connection can have, and for unknown ones.
 */
export class RedisCache extends BaseCache {
  static override readonly options: OptionParsers = REDIS_OPTIONS

  constructor(options: RedisCacheOptions = {}) {
    super(new RedisBackend(connectionOf(options ?? {})), options, () => new JsonSerializer())
  }

  static addressOptions(address: UrlAddress): RedisCacheOptions {
    return addressOptions(address)
  }
}
