/** `RedisCache`: a cache in Redis. */
import type { ConnectionOptions as TlsOptions } from 'node:tls'
import { BaseCache, type OptionParsers, type UrlAddress } from '@pycached/core'
import { JsonSerializer } from '@pycached/serializer-json'
import { RedisBackend } from './redis-backend.js'
import type { RedisLike } from './redis-like.js'
import { addressOf, addressOptions, connectionOf, REDIS_OPTIONS, type RedisCacheOptions } from './redis-options.js'

/**
 * A cache in Redis, JSON unless another serializer is given. Making one opens nothing: the first command opens the one connection,
 * and `close()` closes it.
 *
 * @throws `InvalidArgumentError` or `InvalidDurationError` for options that no connection can have, and for unknown ones.
 */
export class RedisCache extends BaseCache {
  static override readonly options: OptionParsers = REDIS_OPTIONS
  /** The host that it connects to. With a `client` of the user's own, this and all the others below are `undefined`. */
  readonly endpoint: string | undefined
  readonly port: number | undefined
  readonly db: number | undefined
  readonly username: string | undefined
  /** Not enumerable, so that nothing that prints the cache prints it. */
  declare readonly password: string | undefined
  readonly tls: boolean | TlsOptions | undefined
  /** In seconds. */
  readonly connectTimeout: number | undefined
  /** The user's own client, if one was given. */
  readonly client: RedisLike | undefined

  constructor(options: RedisCacheOptions = {}) {
    super(new RedisBackend(connectionOf(options ?? {})), options, () => new JsonSerializer())
    const address = addressOf(options)
    this.endpoint = address?.endpoint
    this.port = address?.port
    this.db = address?.db
    this.username = address?.username
    Object.defineProperty(this, 'password', { value: address?.password })
    this.tls = address?.tls
    this.connectTimeout = address === undefined ? undefined : address.connectTimeoutMs / 1000
    this.client = options.client
  }

  static addressOptions(address: UrlAddress): RedisCacheOptions {
    return addressOptions(address)
  }
}
