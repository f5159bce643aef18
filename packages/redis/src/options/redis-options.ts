/** The options of `RedisCache`: units, ranges and defaults, and how each is read in a URL. */
import type { ConnectionOptions as TlsOptions } from 'node:tls'
import { BaseCache, type CacheOptions, type Duration, type OptionParsers, parseOption } from '@pycached/core'
import type { RedisLike } from '../redis-like.js'

/** One host of several. */
export interface RedisHost {
  /** Name or address. */
  endpoint: string
  /** Default 6379, of a sentinel 26379. */
  port?: number | undefined
}

export interface BreakerOptions {
  /** How many failures of the store in a row open it. 1 or more; default 3. */
  failures?: number | undefined
  /** How long it refuses commands before one of them may try again. Default 1 s. */
  resetAfter?: Duration | undefined
}

export interface RedisCacheOptions extends CacheOptions {
  /** Name or address of the server's host. Default `'127.0.0.1'`. */
  endpoint?: string | undefined
  /** Default 6379. */
  port?: number | undefined
  /** A unix socket, instead of `endpoint` and `port`. */
  path?: string | undefined
  /** Sentinels, instead of `endpoint` and `port`: they are asked for the master named `masterName`, anew after each loss of the connection. */
  sentinels?: readonly RedisHost[] | undefined
  /** The name of the master that the sentinels watch. Default `'mymaster'`, as in their own example. */
  masterName?: string | undefined
  /** For sentinels that ask for a user. Default: none is sent. */
  sentinelUsername?: string | undefined
  /** For sentinels that ask for a password. Default: none is sent. */
  sentinelPassword?: string | undefined
  /** TLS to the sentinels. Default: as `tls`. */
  sentinelTls?: boolean | TlsOptions | undefined
  /** Some nodes of a cluster, instead of `endpoint` and `port`; the others are found through them. */
  cluster?: readonly RedisHost[] | undefined
  /** Number of the database. Default 0, which is the only one of a cluster. */
  db?: number | undefined
  /** For servers with users (ACL). Default: the server's user `default`. */
  username?: string | undefined
  /** Default: none is sent. */
  password?: string | undefined
  /** `true`, or the options of Node's `tls.connect` (`ca`, `cert`, `key`, `servername`). Default `false`, and `true` with one of the files below. */
  tls?: boolean | TlsOptions | undefined
  /** A file in PEM with the certificates of the authorities that are trusted. Default: those that Node trusts. Read when the cache is made. */
  caFile?: string | undefined
  /** A file in PEM with the client's certificate, for servers that ask for one; together with `keyFile`. Read when the cache is made. */
  certFile?: string | undefined
  /** A file in PEM with the key of the client's certificate. Read when the cache is made. */
  keyFile?: string | undefined
  /** How long a connection may take to open, TLS and greeting included. Default 4 s: less than `timeout`, so that its failure says why. */
  connectTimeout?: Duration | undefined
  /**
   * Whether commands wait while the server is known to be out of reach, as long as their deadlines let them and no longer than the cache's
   * `timeout`, instead of failing at once.
   * Default `false`: a cache that is down is a miss, and no reason to wait.
   */
  offlineQueue?: boolean | undefined
  /** A circuit breaker: after failures of the store in a row, commands are refused at once. Default `false`; `true` is one with its defaults. */
  breaker?: boolean | BreakerOptions | undefined
  /**
   * Your own client of ioredis or iovalkey (`Redis` or `Cluster`), instead of all of the above but `breaker`. It is used as it is, and `close()`
   * leaves it open.
   */
  client?: RedisLike | undefined
}

export const REDIS_OPTIONS: OptionParsers = Object.freeze({
  ...BaseCache.options,
  endpoint: parseOption.text,
  port: parseOption.number,
  path: parseOption.text,
  sentinels: null,
  masterName: parseOption.text,
  sentinelUsername: parseOption.text,
  sentinelPassword: parseOption.text,
  sentinelTls: parseOption.boolean,
  cluster: null,
  db: parseOption.number,
  username: parseOption.text,
  password: parseOption.text,
  tls: parseOption.boolean,
  caFile: parseOption.text,
  certFile: parseOption.text,
  keyFile: parseOption.text,
  connectTimeout: parseOption.duration,
  offlineQueue: parseOption.boolean,
  breaker: parseOption.boolean,
  client: null,
})
