/** The options of `RedisCache` → a connection, checked when the cache is made. */
import type { ConnectionOptions as TlsOptions } from 'node:tls'
import {
  BaseCache,
  type CacheOptions,
  type Duration,
  InvalidArgumentError,
  type OptionParsers,
  parseOption,
  toMs,
  type UrlAddress,
} from '@pycached/core'
import { type Address, borrowConnection, type Connection, ownConnection } from './connect.js'
import type { RedisLike } from './redis-like.js'

export interface RedisCacheOptions extends CacheOptions {
  /** Name or address of the server's host. Default `'127.0.0.1'`. */
  endpoint?: string | undefined
  /** Default 6379. */
  port?: number | undefined
  /** Number of the database. Default 0. */
  db?: number | undefined
  /** For servers with users (ACL). Default: the server's user `default`. */
  username?: string | undefined
  /** Default: none is sent. */
  password?: string | undefined
  /** `true`, or the options of Node's `tls.connect` (`ca`, `cert`, `key`, `servername`). Default `false`. */
  tls?: boolean | TlsOptions | undefined
  /** How long a connection may take to open, TLS included. Default 4 s: less than `timeout`, so that its failure says why. */
  connectTimeout?: Duration | undefined
  /** Your own ioredis client, instead of all of the above. It is used as it is, and `close()` leaves it open. */
  client?: RedisLike | undefined
}

export const REDIS_OPTIONS: OptionParsers = Object.freeze({
  ...BaseCache.options,
  endpoint: parseOption.text,
  port: parseOption.number,
  db: parseOption.number,
  username: parseOption.text,
  password: parseOption.text,
  tls: parseOption.boolean,
  connectTimeout: parseOption.duration,
  client: null,
})

const DEFAULT_CONNECT_TIMEOUT_MS = 4000
const ADDRESS_OPTIONS = ['endpoint', 'port', 'db', 'username', 'password', 'tls', 'connectTimeout'] as const
const CLIENT_METHODS = ['call', 'getBuffer', 'mgetBuffer', 'scanBuffer'] as const

/** `undefined` for a client of the user's own. Throws `InvalidArgumentError` for an option that no connection can have. */
export function addressOf(options: RedisCacheOptions): Address | undefined {
  if (options.client !== undefined) return undefined
  const { endpoint = '127.0.0.1', port = 6379, db = 0, username, password, tls = false, connectTimeout } = options
  check(typeof endpoint === 'string' && endpoint !== '', 'endpoint', 'the name or address of a host', endpoint)
  check(Number.isInteger(port) && port > 0 && port < 65_536, 'port', 'an integer from 1 to 65535', port)
  check(Number.isSafeInteger(db) && db >= 0, 'db', 'the number of a database, 0 or more', db)
  check(username === undefined || typeof username === 'string', 'username', 'text', username)
  check(password === undefined || typeof password === 'string', 'password', 'text', password)
  check(typeof tls === 'boolean' || (typeof tls === 'object' && tls !== null), 'tls', 'true, false or TLS options', tls)
  const connectTimeoutMs =
    connectTimeout === undefined ? DEFAULT_CONNECT_TIMEOUT_MS : toMs(connectTimeout, 'connectTimeout')
  return { endpoint, port, db, username, password, tls, connectTimeoutMs }
}

/** Opens nothing yet. */
export function connectionOf(options: RedisCacheOptions): Connection {
  const address = addressOf(options)
  if (address === undefined) return borrowConnection(checkClient(options.client as RedisLike, options))
  return ownConnection(address)
}

/** What `redis://user:password@host:port/db` stands for; `rediss:` is the same with TLS. */
export function addressOptions({ scheme, host, port, path, username, password }: UrlAddress): RedisCacheOptions {
  check(/^\d*$/.test(path), 'db', "the number of a database, as in 'redis://host/1'", path)
  return {
    ...(host !== undefined && { endpoint: host }),
    ...(port !== undefined && { port }),
    ...(path !== '' && { db: Number(path) }),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(scheme === 'rediss' && { tls: true }),
  }
}

function checkClient(client: RedisLike, options: RedisCacheOptions): RedisLike {
  for (const option of ADDRESS_OPTIONS) {
    if (options[option] === undefined) continue
    throw new InvalidArgumentError(
      `client is connected in its own way, so ${option} means nothing: give one of the two`,
      {
        option,
      },
    )
  }
  const missing = CLIENT_METHODS.find((method) => typeof client?.[method] !== 'function')
  if (missing !== undefined) {
    throw new InvalidArgumentError(
      `client must be a client of ioredis or one that has the same methods; this one has no ${missing}()`,
      { option: 'client' },
    )
  }
  if ((client as { isCluster?: boolean }).isCluster === true) {
    throw new InvalidArgumentError('client must be connected to one server: clusters are not supported yet', {
      option: 'client',
    })
  }
  return client
}

/** Only numbers are repeated in the message: the rest may be secret. */
function check(valid: boolean, option: string, expected: string, got: unknown): asserts valid {
  if (valid) return
  const shown =
    typeof got === 'number' ? String(got) : got === '' ? 'an empty string' : got === null ? 'null' : typeof got
  throw new InvalidArgumentError(`${option} must be ${expected}; got ${shown}`, { option })
}
