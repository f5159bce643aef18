/** `RedisCache`: a cache in Redis. */
import type { ConnectionOptions as TlsOptions } from 'node:tls'
import {
  type Backend,
  BaseCache,
  InvalidArgumentError,
  type OptionParsers,
  systemClock,
  timeoutMsOf,
  type UrlAddress,
} from '@pycached/core'
import { JsonSerializer } from '@pycached/serializer-json'
import { Breaker, type BreakerState, breakerOf, type CircuitBreaker } from './breaker/breaker.js'
import { GuardedBackend } from './breaker/guarded-backend.js'
import { borrowConnection } from './connection/borrowed-connection.js'
import type { Connection } from './connection/connection.js'
import type { ConnectionState } from './connection/gate.js'
import { ownConnection } from './connection/own-connection.js'
import { eventNames, isEvent, Listeners, type RedisCacheEvents } from './events.js'
import { type Address, addressOf, checkClient } from './options/address.js'
import { REDIS_OPTIONS, type RedisCacheOptions, type RedisHost } from './options/redis-options.js'
import { addressOptions } from './options/url-address.js'
import { RedisBackend } from './redis-backend.js'
import type { RedisLike } from './redis-like.js'

/**
 * A cache in Redis: on one server, the master that sentinels name, or a cluster; JSON unless another serializer is given. Making one opens
 * nothing: the first command, or `connect()`, opens the connection, and `close()` closes it.
 *
 * In a cluster, `multiGet`, `multiSet` and `multiDelete` are one command for each slot, all sent at once: each slot's keys are read or
 * written in one step, and where one of them fails the command rejects, though the others were carried out. `clear` scans every master.
 *
 * @throws `InvalidArgumentError` or `InvalidDurationError` for options that no connection can have, and for unknown ones.
 */
export class RedisCache extends BaseCache {
  static override readonly options: OptionParsers = REDIS_OPTIONS
  static readonly severalHosts = true
  /** The host that it connects to. With another kind of address, and with a `client`, this and the others below are `undefined`. */
  readonly endpoint: string | undefined
  readonly port: number | undefined
  /** The unix socket that it connects to. */
  readonly path: string | undefined
  readonly sentinels: readonly RedisHost[] | undefined
  readonly masterName: string | undefined
  readonly sentinelUsername: string | undefined
  /** Not enumerable, so that nothing that prints the cache prints it. */
  declare readonly sentinelPassword: string | undefined
  /** Not enumerable, as {@link tls}. */
  declare readonly sentinelTls: boolean | TlsOptions | undefined
  /** The nodes that were given. */
  readonly cluster: readonly RedisHost[] | undefined
  readonly db: number | undefined
  readonly username: string | undefined
  /** Not enumerable, so that nothing that prints the cache prints it. */
  declare readonly password: string | undefined
  /** With what the files said. Not enumerable, so that nothing that prints the cache prints the key. */
  declare readonly tls: boolean | TlsOptions | undefined
  readonly caFile: string | undefined
  readonly certFile: string | undefined
  readonly keyFile: string | undefined
  /** In seconds. */
  readonly connectTimeout: number | undefined
  readonly offlineQueue: boolean | undefined
  /** The user's own client, if one was given. Not enumerable, so that nothing that prints the cache prints its password. */
  declare readonly client: RedisLike | undefined
  /** Its settings and its state; `undefined` where there is none. */
  readonly breaker: CircuitBreaker | undefined
  /** @internal */
  declare readonly _connection: Connection
  /** @internal */
  declare readonly _listeners: Listeners

  constructor(options: RedisCacheOptions = {}) {
    const listeners = new Listeners()
    const { backend, connection, breaker, address } = storeOf(options ?? {}, listeners)
    super(backend, options, () => new JsonSerializer())
    const place = address?.place
    this.endpoint = place?.kind === 'server' ? place.endpoint : undefined
    this.port = place?.kind === 'server' ? place.port : undefined
    this.path = place?.kind === 'socket' ? place.path : undefined
    const sentinel = place?.kind === 'sentinel' ? place : undefined
    this.sentinels = sentinel?.sentinels
    this.masterName = sentinel?.masterName
    this.sentinelUsername = sentinel?.username
    this.cluster = place?.kind === 'cluster' ? place.nodes : undefined
    this.db = address?.db
    this.username = address?.username
    this.caFile = options.caFile
    this.certFile = options.certFile
    this.keyFile = options.keyFile
    this.connectTimeout = address === undefined ? undefined : address.connectTimeoutMs / 1000
    this.offlineQueue = address === undefined ? undefined : (options.offlineQueue ?? false)
    this.breaker = breaker
    const { client } = options
    const hidden = { client, password: address?.password, sentinelPassword: sentinel?.password, tls: address?.tls }
    const inside = { sentinelTls: sentinel?.tls, _connection: connection, _listeners: listeners }
    for (const [name, value] of Object.entries({ ...hidden, ...inside })) {
      Object.defineProperty(this, name, { value })
    }
  }

  static addressOptions(address: UrlAddress): RedisCacheOptions {
    return addressOptions(address)
  }

  /**
   * The state of its connection; of a `client`, what that says of itself. A cluster is connected while any of its nodes is.
   */
  get connectionState(): ConnectionState {
    return this._connection.state
  }

  /**
   * Calls `listener` at every change of the connection's state, or of the circuit breaker's, from now on. Listeners keep no process alive.
   *
   * @returns the cache itself
   * @throws `InvalidArgumentError` for another name
   */
  on<Event extends keyof RedisCacheEvents>(event: Event, listener: RedisCacheEvents[Event]): this {
    if (!isEvent(event) || typeof listener !== 'function') {
      throw new InvalidArgumentError(`on takes the name of an event (${eventNames()}) and a function`, {
        option: 'event',
      })
    }
    this._listeners.add(event, listener)
    return this
  }

  /** Calls `listener` no more. Nothing happens if it was not called. */
  off<Event extends keyof RedisCacheEvents>(event: Event, listener: RedisCacheEvents[Event]): this {
    this._listeners.remove(event, listener)
    return this
  }
}

/** How long one that tries for a circuit breaker may take, and what counts as silence, where commands have no deadline. */
const PATIENCE_MS = 15_000

function storeOf(options: RedisCacheOptions, listeners: Listeners) {
  const address = addressOf(options)
  const connection = connectionTo(address, options, listeners)
  const store: Backend = new RedisBackend(connection)
  const settings = breakerOf(options)
  if (settings === undefined) return { backend: store, connection, breaker: undefined, address }
  const { clock = systemClock } = options
  const patienceMs = timeoutMsOf(options) ?? PATIENCE_MS
  const onChange = (...change: [BreakerState, unknown]) => listeners.tell('breaker', ...change)
  const breaker = new Breaker({ ...settings, trialMs: patienceMs, clock, onChange })
  return { backend: new GuardedBackend(store, breaker, clock, patienceMs), connection, breaker, address }
}

/** Opens nothing yet. `undefined`: to the client of the user's own. */
export function connectionTo(
  address: Address | undefined,
  options: RedisCacheOptions,
  listeners = new Listeners(),
): Connection {
  if (address === undefined) return borrowConnection(checkClient(options))
  return ownConnection(address, {
    offlineQueue: options.offlineQueue,
    timeoutMs: timeoutMsOf(options),
    onChange: (...change) => listeners.tell('connection', ...change),
  })
}
