/**
 * A connection to the master that sentinels name, as ioredis asks for one: the sentinels are asked one after the other, each for its share of
 * the time, and the one after the last that answered is the first next time, for an answer may have been out of date.
 *
 * In place of ioredis' own, which waits for a sentinel that hangs until the whole attempt is given up, does not say why a sentinel could not
 * be asked, and leaves its connection open when it is told to disconnect.
 */
import { createConnection, type NetConnectOpts, type Socket } from 'node:net'
import { connect as connectTls, type ConnectionOptions as TlsOptions } from 'node:tls'
import { AbstractConnector, Redis } from 'ioredis'
import type { SentinelPlace } from '../options/address.js'
import type { RedisHost } from '../options/redis-options.js'
import { isClosed, readable } from './client-errors.js'

/** How long a server may take to hang up. */
export const HANG_UP_MS = 200

export interface SentinelSettings {
  readonly place: SentinelPlace
  /** To the master; `undefined`: no TLS. */
  readonly tls: TlsOptions | undefined
  /** To the sentinels. */
  readonly sentinelTls: TlsOptions | undefined
  readonly connectTimeoutMs: number
}

/** The class that ioredis makes connectors of. */
export function sentinelConnector(settings: SentinelSettings): new () => AbstractConnector {
  return class extends SentinelConnector {
    constructor() {
      super(settings)
    }
  }
}

class SentinelConnector extends AbstractConnector {
  readonly #settings: SentinelSettings
  readonly #shareMs: number
  #first = 0
  #asked: Redis | undefined

  constructor(settings: SentinelSettings) {
    super(HANG_UP_MS)
    this.#settings = settings
    // One more share for the master.
    this.#shareMs = settings.connectTimeoutMs / (settings.place.sentinels.length + 1)
  }

  override async connect(): Promise<Socket> {
    this.connecting = true
    const master = await this.#findMaster()
    const { tls } = this.#settings
    this.stream = tls === undefined ? createConnection(master) : connectTls({ ...master, ...tls })
    this.stream.once('error', (error) => {
      this.firstError = error
    })
    return this.stream
  }

  override disconnect(): void {
    super.disconnect()
    this.#asked?.disconnect()
  }

  async #findMaster(): Promise<NetConnectOpts & { host: string; port: number }> {
    const { sentinels, masterName } = this.#settings.place
    const failures: string[] = []
    for (let index = 0; index < sentinels.length; index++) {
      const at = (this.#first + index) % sentinels.length
      const sentinel = sentinels[at] as Required<RedisHost>
      const answer = await this.#ask(sentinel)
      if (!this.connecting) throw new Error('Connection is closed.')
      if (Array.isArray(answer)) {
        this.#first = at + 1
        return { host: String(answer[0]), port: Number(answer[1]) }
      }
      failures.push(`${sentinel.endpoint}:${sentinel.port} ${answer}`)
    }
    throw new Error(`no sentinel says where the master '${masterName}' is: ${failures.join('; ')}`)
  }

  /** Host and port, or why there is no answer. */
  async #ask({ endpoint, port }: Required<RedisHost>): Promise<unknown[] | string> {
    const { place, sentinelTls } = this.#settings
    const sentinel = new Redis({
      host: endpoint,
      port,
      ...(place.username !== undefined && { username: place.username }),
      ...(place.password !== undefined && { password: place.password }),
      ...(sentinelTls !== undefined && { tls: sentinelTls }),
      connectTimeout: this.#shareMs,
      commandTimeout: this.#shareMs,
      // Nothing more is expected of it, and the timer would keep the process alive.
      disconnectTimeout: 0,
      lazyConnect: true,
      retryStrategy: null,
      enableReadyCheck: false,
      protocol: 2,
      disableClientInfo: true,
    })
    this.#asked = sentinel
    let reason: unknown
    sentinel.on('error', (error: Error) => {
      reason = readable(error)
    })
    try {
      const answer = await sentinel.call('sentinel', ['get-master-addr-by-name', place.masterName])
      return Array.isArray(answer) ? answer : 'does not know it'
    } catch (error) {
      const { message } = (isClosed(error) ? (reason ?? error) : error) as Error
      return message === 'Command timed out' ? `has not answered for ${Math.round(this.#shareMs)} ms` : message
    } finally {
      this.#asked = undefined
      sentinel.disconnect()
    }
  }
}
