/** Where a server, the sentinels or a cluster are, and how a connection is made: the options of `RedisCache`, checked when it is made. */
import type { ConnectionOptions as TlsOptions } from 'node:tls'
import { InvalidArgumentError, toMs } from '@pycached/core'
import type { RedisLike } from '../redis-like.js'
import { check, isObject } from './check.js'
import type { RedisCacheOptions, RedisHost } from './redis-options.js'
import { checkTls, TLS_FILES, tlsOf } from './tls-options.js'

export type Place =
  | { readonly kind: 'server'; readonly endpoint: string; readonly port: number }
  | { readonly kind: 'socket'; readonly path: string }
  | SentinelPlace
  | { readonly kind: 'cluster'; readonly nodes: readonly Required<RedisHost>[] }

/** The master that sentinels name. */
export interface SentinelPlace {
  readonly kind: 'sentinel'
  readonly masterName: string
  readonly sentinels: readonly Required<RedisHost>[]
  readonly username: string | undefined
  readonly password: string | undefined
  readonly tls: boolean | TlsOptions
}

export interface Address {
  readonly place: Place
  readonly db: number
  readonly username: string | undefined
  readonly password: string | undefined
  readonly tls: boolean | TlsOptions
  readonly connectTimeoutMs: number
}

const DEFAULT_CONNECT_TIMEOUT_MS = 4000
const MAX_CONNECT_TIMEOUT_MS = 2 ** 31 - 1000
const DEFAULT_PORT = 6379
const DEFAULT_SENTINEL_PORT = 26_379
const DEFAULT_MASTER_NAME = 'mymaster'

/** The options of which each says where the store is: of these there may be one. */
const PLACES = ['endpoint', 'path', 'sentinels', 'cluster'] as const
const SENTINEL_OPTIONS = ['masterName', 'sentinelUsername', 'sentinelPassword', 'sentinelTls'] as const
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
  // Timers hold no more, and nobody waits so long.
  const connectTimeoutMs =
    connectTimeout === undefined
      ? DEFAULT_CONNECT_TIMEOUT_MS
      : Math.min(toMs(connectTimeout, 'connectTimeout'), MAX_CONNECT_TIMEOUT_MS)
  return { place, db, username, password, tls, connectTimeoutMs }
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

function placeOf(options: RedisCacheOptions, tls: boolean | TlsOptions): Place {
  const { endpoint = '127.0.0.1', port, path, sentinels, cluster } = options
  const given = PLACES.filter((place) => options[place] !== undefined)
  if (given.length > 1) {
    const message = `${given.join(' and ')} both say where the store is: give one of them`
    throw new InvalidArgumentError(message, { option: given[1] as string })
  }
  if (sentinels === undefined) {
    const lost = SENTINEL_OPTIONS.find((option) => options[option] !== undefined)
    check(lost === undefined, lost ?? '', 'given together with sentinels')
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
  check(Array.isArray(hosts) && hosts.length > 0 && Array.from(hosts).every(isObject), option, expected, hosts)
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
