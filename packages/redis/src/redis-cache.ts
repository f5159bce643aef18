import { BaseCache, type OptionParsers, type UrlAddress } from '@pycached/core'
import { JsonSerializer } from '@pycached/serializer-json'
import { RedisBackend } from './redis-backend.js'
import { addressOf, addressOptions, connectionOf, REDIS_OPTIONS, type RedisCacheOptions } from './redis-options.js'

/**
 * A cache in Redis, JSON unless another serializer is given. Making one opens nothing: the first command opens the one connection,
 * and `close()` closes it.
 *
 * @throws `InvalidArgumentError` or `InvalidDurationError` for options that no connection can have, and for unknown ones.
 */
export class RedisCache extends BaseCache {
  static override readonly options: OptionParsers = REDIS_OPTIONS
  /** The host that it connects to. With a `client` of the user's own, this and the two below are `undefined`. */
  readonly endpoint: string | undefined
  readonly port: number | undefined
  readonly db: number | undefined

  constructor(options: RedisCacheOptions = {}) {
    super(new RedisBackend(connectionOf(options ?? {})), options, () => new JsonSerializer())
    const { endpoint, port, db } = addressOf(options)
    this.endpoint = endpoint
    this.port = port
    this.db = db
  }

  static addressOptions(address: UrlAddress): RedisCacheOptions {
    return addressOptions(address)
  }
}
