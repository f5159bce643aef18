/** The options of `RedisCache` → a connection, checked when the cache is made. One concept: what a user may say about the store. */
import { readFileSync } from 'node:fs'
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
  type UrlHost,
} from '@pycached/core'
import type { Address, Place, RedisHost } from './address.js'
import type { RedisLike } from './redis-like.js'

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
   * Whether commands wait while the server is known to be out of reach, as long as their deadlines let them, instead of failing at once.
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

const DEFAULT_CONNECT_TIMEOUT_MS = 4000
const DEFAULT_PORT = 6379
const DEFAULT_SENTINEL_PORT = 26_379
const DEFAULT_MASTER_NAME = 'mymaster'
const DEFAULT_FAILURES = 3
const DEFAULT_RESET_AFTER = '1s'

/** The options of which each says where the store is: of these there may be one. */
const PLACES = ['endpoint', 'path', 'sentinels', 'cluster'] as const
const SENTINEL_OPTIONS = ['masterName', 'sentinelUsername', 'sentinelPassword', 'sentinelTls'] as const
const TLS_FILES = { caFile: 'ca', certFile: 'cert', keyFile: 'key' } as const
const ADDRESS_OPTIONS = [
  ...PLACES,
  ...SENTINEL_OPTIONS,
  ...(Object.keys(TLS_FILES) as (keyof typeof TLS_FILES)[]),
  'port',
  'db',
  'username',
  'password',
  'tls',
  'connectTimeout',
  'offlineQueue',
] as const
const CLIENT_METHODS = ['call', 'getBuffer', 'mgetBuffer', 'scanBuffer'] as const

/** `undefined` for a client of the user's own. Throws `InvalidArgumentError` for an option that no connection can have. */
export function addressOf(options: RedisCacheOptions): Address | undefined {
  if (options.client !== undefined) return undefined
  const { db = 0, username, password, connectTimeout, offlineQueue = false } = options
  const tls = tlsOf(options)
  const place = placeOf(options, tls)
  check(Number.isSafeInteger(db) && db >= 0, 'db', 'the number of a database, 0 or more', db)
  check(place.kind !== 'cluster' || db === 0, 'db', '0 in a cluster, which has no other database', db)
  check(username === undefined || typeof username === 'string', 'username', 'text', username)
  check(password === undefined || typeof password === 'string', 'password', 'text', password)
  check(typeof offlineQueue === 'boolean', 'offlineQueue', 'true or false', offlineQueue)
  const connectTimeoutMs =
    connectTimeout === undefined ? DEFAULT_CONNECT_TIMEOUT_MS : toMs(connectTimeout, 'connectTimeout')
  return { place, db, username, password, tls, connectTimeoutMs }
}

/** The settings of the circuit breaker, `undefined` where there is none. */
export function breakerOf({
  breaker = false,
}: RedisCacheOptions): { failures: number; resetAfterMs: number } | undefined {
  check(
    typeof breaker === 'boolean' || isObject(breaker),
    'breaker',
    'true, false or { failures, resetAfter }',
    breaker,
  )
  if (breaker === false) return undefined
  const { failures = DEFAULT_FAILURES, resetAfter = DEFAULT_RESET_AFTER, ...others } = breaker === true ? {} : breaker
  const [other] = Object.keys(others)
  check(other === undefined, 'breaker', `{ failures, resetAfter }, and there is no '${other}'`, breaker)
  check(Number.isSafeInteger(failures) && failures > 0, 'breaker', 'with failures that are an integer from 1', failures)
  return { failures, resetAfterMs: toMs(resetAfter, 'breaker') }
}

/** What `redis://user:password@host:port/db` and the other schemes stand for; with `rediss` they are the same with TLS. */
export function addressOptions(address: UrlAddress): RedisCacheOptions {
  const { scheme, username, password } = address
  const [first = '', kind] = scheme.split('+')
  return {
    ...placeOptions(kind, address),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(first === 'rediss' && { tls: true }),
  }
}

/** Throws `InvalidArgumentError` for what is no client, and for options that mean nothing beside one. */
export function checkClient(options: RedisCacheOptions): RedisLike {
  const client = options.client as RedisLike
  for (const option of ADDRESS_OPTIONS) {
    if (options[option] === undefined) continue
    throw new InvalidArgumentError(
      `client is connected in its own way, so ${option} means nothing: give one of the two`,
      { option },
    )
  }
  const methods =
    (client as RedisLike | undefined)?.isCluster === true ? [...CLIENT_METHODS, 'nodes' as const] : CLIENT_METHODS
  const missing = methods.find((method) => typeof client?.[method] !== 'function')
  if (missing === undefined) return client
  throw new InvalidArgumentError(
    `client must be a client of ioredis or one that has the same methods; this one has no ${missing}()`,
    { option: 'client' },
  )
}

function placeOptions(kind: string | undefined, { host, port, hosts, path }: UrlAddress): RedisCacheOptions {
  if (kind === undefined || kind === 'unix') {
    check(hosts.length <= 1, 'url', "with one host; for several write 'redis+sentinel://' or 'redis+cluster://'", hosts)
  }
  if (kind === 'unix') {
    check(host === undefined && path !== '', 'path', "the path of a socket, as in 'redis+unix:///run/redis.sock'", host)
    return { path: `/${path}` }
  }
  if (kind === 'cluster') {
    check(path === '', 'url', 'without a database: a cluster has no other than 0', path)
    return { cluster: hosts.map(hostOf) }
  }
  if (kind === 'sentinel') {
    const [masterName = '', db = ''] = path.split('/')
    check(path.split('/').length <= 2, 'url', "as in 'redis+sentinel://a:1,b:2/name/db'", path)
    return { sentinels: hosts.map(hostOf), ...(masterName !== '' && { masterName }), ...dbOf(db) }
  }
  return { ...(host !== undefined && { endpoint: host }), ...(port !== undefined && { port }), ...dbOf(path) }
}

function hostOf({ host, port }: UrlHost): RedisHost {
  return { endpoint: host, port }
}

function dbOf(text: string): { db?: number } {
  check(/^\d*$/.test(text), 'db', "the number of a database, as in 'redis://host/1'", text)
  return text === '' ? {} : { db: Number(text) }
}

function placeOf(options: RedisCacheOptions, tls: boolean | TlsOptions): Place {
  const { endpoint = '127.0.0.1', port, path, sentinels, cluster } = options
  const given = PLACES.filter((place) => options[place] !== undefined)
  if (given.length > 1) {
    const message = `${given.join(' and ')} both say where the store is: give one of them`
    throw new InvalidArgumentError(message, { option: given[1] as string })
  }
  if (sentinels === undefined) {
    const lost = SENTINEL_OPTIONS.find((option) => options[option] !== undefined)
    check(lost === undefined, lost ?? '', 'given together with sentinels', undefined)
  } else {
    const hosts = hostsOf(sentinels, 'sentinels', DEFAULT_SENTINEL_PORT)
    const { masterName = DEFAULT_MASTER_NAME, sentinelUsername, sentinelPassword, sentinelTls = tls } = options
    check(typeof masterName === 'string' && masterName !== '', 'masterName', 'text that is not empty', masterName)
    for (const option of ['sentinelUsername', 'sentinelPassword'] as const) {
      check(['string', 'undefined'].includes(typeof options[option]), option, 'text', options[option])
    }
    checkTls('sentinelTls', sentinelTls)
    const secrets = { username: sentinelUsername, password: sentinelPassword, tls: sentinelTls }
    checkNoPort(port, 'sentinels')
    return { kind: 'sentinel', sentinels: hosts, masterName, ...secrets }
  }
  if (cluster !== undefined) {
    checkNoPort(port, 'cluster')
    return { kind: 'cluster', nodes: hostsOf(cluster, 'cluster', DEFAULT_PORT) }
  }
  if (path !== undefined) {
    check(typeof path === 'string' && path !== '', 'path', 'the path of a socket', path)
    checkNoPort(port, 'path')
    check(tls === false, 'tls', 'false with a unix socket', tls)
    return { kind: 'socket', path }
  }
  check(typeof endpoint === 'string' && endpoint !== '', 'endpoint', 'the name or address of a host', endpoint)
  return { kind: 'server', endpoint, port: portOf(port, 'port', DEFAULT_PORT) }
}

function hostsOf(hosts: unknown, option: string, defaultPort: number): Required<RedisHost>[] {
  const expected = 'an array of { endpoint, port } that is not empty'
  check(Array.isArray(hosts) && hosts.length > 0 && hosts.every(isObject), option, expected, hosts)
  return hosts.map(({ endpoint, port, ...others }: Partial<RedisHost>) => {
    check(typeof endpoint === 'string' && endpoint !== '', option, 'given with the endpoint of each', endpoint)
    const [other] = Object.keys(others)
    check(other === undefined, option, `an array of { endpoint, port }, and there is no '${other}'`, others)
    return { endpoint, port: portOf(port, option, defaultPort) }
  })
}

function portOf(port: unknown, option: string, otherwise: number): number {
  if (port === undefined) return otherwise
  check(
    Number.isInteger(port) && (port as number) > 0 && (port as number) < 65_536,
    option,
    'an integer from 1 to 65535',
    port,
  )
  return port as number
}

function checkNoPort(port: number | undefined, place: string): void {
  check(port === undefined, 'port', `left out: ${place} says where the store is`, port)
}

function tlsOf(options: RedisCacheOptions): boolean | TlsOptions {
  const { tls = false } = options
  const files: TlsOptions = {}
  for (const [option, part] of Object.entries(TLS_FILES) as [keyof typeof TLS_FILES, 'ca' | 'cert' | 'key'][]) {
    const file = options[option]
    if (file !== undefined) files[part] = contentOf(file, option)
  }
  const { ca, cert, key } = files
  check(
    (cert === undefined) === (key === undefined),
    cert === undefined ? 'certFile' : 'keyFile',
    'given, too',
    undefined,
  )
  checkTls('tls', tls)
  if (ca === undefined && cert === undefined) return tls
  check(options.tls !== false, 'tls', 'true where files for it are given', tls)
  return { ...(isObject(tls) && tls), ...files }
}

function contentOf(file: unknown, option: string): Buffer {
  check(typeof file === 'string' && file !== '', option, 'the name of a file', file)
  try {
    return readFileSync(file)
  } catch (cause) {
    throw new InvalidArgumentError(`${option} cannot be read: ${(cause as Error).message}`, { option, cause })
  }
}

function checkTls(option: string, tls: unknown): void {
  check(typeof tls === 'boolean' || isObject(tls), option, 'true, false or TLS options', tls)
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** Only numbers are repeated in the message: the rest may be secret. */
function check(valid: boolean, option: string, expected: string, got: unknown): asserts valid {
  if (valid) return
  const shown =
    typeof got === 'number' ? String(got) : got === '' ? 'an empty string' : got === null ? 'null' : typeof got
  throw new InvalidArgumentError(`${option} must be ${expected}; got ${shown}`, { option })
}
