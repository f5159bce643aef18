/** A connection of the cache's own: opened by the first command, opened anew after a loss, and closed. */
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { setTimeout as schedule } from 'node:timers'
import { type Cluster, Command, type Redis } from 'ioredis'
import type { Address } from '../options/address.js'
import type { RedisLike } from '../redis-like.js'
import { slotOf } from '../slot.js'
import { type Channel, Tick } from '../tick.js'
import { isClosed, isReply, readable, withoutArguments } from './client-errors.js'
import { type Connection, type SubscriberLike, subscriberOf } from './connection.js'
import { type ConnectionState, Gate } from './gate.js'
import { clientOf } from './own-client.js'
import { Pulse } from './pulse.js'

export interface ConnectionSettings {
  /** Whether commands wait while the server is known to be out of reach. Default `false`. */
  readonly offlineQueue?: boolean | undefined
  /** The deadline of commands; `undefined` where they have none. */
  readonly timeoutMs?: number | undefined
  /** Told of every change of state. */
  readonly onChange?: (state: ConnectionState, cause: unknown) => void
}

/** How long a server may answer nothing to commands that have no deadline, before the connection counts as lost. */
const SILENCE_MS = 15_000

/** How long `close` waits for the answers that are still on their way, unless it has less time. */
const DRAIN_MS = 1000

/** How long a client may take to end that was told to disconnect. It destroys what is open long before. */
const LAST_WORDS_MS = 500

/** An error tells why a connection closed if it came this recently. */
const RECENT_MS = 5000

/** Nothing is opened before the first command. */
export function ownConnection(address: Address, settings: ConnectionSettings = {}, silenceMs = SILENCE_MS): Connection {
  return new OwnConnection(address, settings, silenceMs)
}

class OwnConnection implements Connection {
  /** V8 drops what it compiled for a class if nothing of it is left when garbage is collected, as between two bursts of commands. */
  static readonly kept = new Command('ping')
  readonly tick = new Tick(this)
  readonly keyPrefix = ''
  readonly slotOf: Channel['slotOf']
  readonly #address: Address
  readonly #client: Redis | Cluster
  readonly #gate: Gate
  readonly #pulse = new Pulse()
  /** Connections of a cluster's client that only ask which node has which slots. */
  readonly #asking = new Set<Redis>()
  /** Whether a copy of a node is being made for something else. */
  #isCopying = false
  #lastError: Error | undefined
  #lastErrorMs = 0
  #corked: Writable[] = []

  constructor(address: Address, settings: ConnectionSettings, silenceMs: number) {
    const { offlineQueue = false, timeoutMs, onChange = () => {} } = settings
    this.#address = address
    // Where commands have deadlines, those tell of silence: see `unanswered`.
    const client = clientOf(address, timeoutMs === undefined ? silenceMs : undefined)
    this.#client = client
    this.slotOf = client.isCluster ? slotOf : undefined
    const patienceMs = timeoutMs ?? Number.POSITIVE_INFINITY
    this.#gate = new Gate({ open: () => this.#open(), offlineQueue, patienceMs, onChange })
    // Also because ioredis prints errors that nobody listens to.
    client.on('error', (error: Error) => this.#note(error))
    client.on('end', () => this.#gate.lose(this.#recentError()))
    if (!isCluster(client)) {
      client.on('connect', () => {
        this.#lastError = undefined
      })
      this.#pulse.watch(client)
      if (address.place.kind === 'sentinel') client.options.reconnectOnError = (error) => this.#leaveIfDemoted(error)
      return
    }
    client.on('node error', (error: Error) => this.#note(error))
    client.on('+node', (node: Redis) => this.#adopt(node))
    // Another node has its slots soon. The client would only ask which when a command went astray.
    client.on('-node', () => {
      if (client.status === 'ready') client.refreshSlotsCache()
    })
  }

  get state(): ConnectionState {
    return this.#gate.state
  }

  send<T>(call: (client: RedisLike) => Promise<T>): Promise<T> {
    const client = this.#client
    // Its own word: it knows of a loss before it tells.
    if (client.status !== 'ready') this.#gate.lose(this.#recentError())
    if (this.#gate.state === 'connected') return call(client)
    return this.#gate.pass(() => call(client))
  }

  masters(): readonly Redis[] {
    return isCluster(this.#client) ? this.#client.nodes('master') : [this.#client]
  }

  subscriber(): SubscriberLike | undefined {
    this.#isCopying = true
    try {
      return subscriberOf(this.masters())
    } finally {
      this.#isCopying = false
    }
  }

  cork(): void {
    for (const { stream } of this.masters()) {
      // ioredis has none before its first attempt.
      if ((stream as Writable | undefined) === undefined) continue
      stream.cork()
      this.#corked.push(stream)
    }
  }

  uncork(): void {
    for (const stream of this.#corked.splice(0)) stream.uncork()
  }

  reason(error: unknown): unknown {
    return withoutArguments(isClosed(error) ? (this.#recentError() ?? error) : error)
  }

  unanswered(waitedMs: number): void {
    this.#pulse.check(waitedMs)
  }

  async close(graceMs = DRAIN_MS): Promise<void> {
    const isIdle = await this.#drain(Math.min(graceMs, DRAIN_MS))
    this.#gate.close()
    const nodes = isCluster(this.#client) ? this.#client.nodes() : [this.#client]
    const used = [...nodes, ...this.#asking].filter(isOpen)
    const ended = Promise.all([this.#client, ...used].filter(isOpen).map(endOf))
    if (isOpen(this.#client)) this.#client.disconnect()
    for (const one of this.#asking) one.disconnect()
    // Nothing comes from a server that did not answer, not even its farewell.
    if (!isIdle) for (const { stream } of used) (stream as Writable | undefined)?.destroy()
    await ended
  }

  /** A node of a cluster. */
  #adopt(node: Redis): void {
    this.#pulse.watch(node)
    const duplicate = node.duplicate.bind(node)
    // The client asks for slots through a copy, of which it ignores why it cannot connect, and which it leaves open while it waits.
    node.duplicate = (options) => {
      if (this.#isCopying) return duplicate(options)
      // Once it was answered, or was not, there is nothing to wait for; a timer would keep the process alive.
      const copy = duplicate({ ...options, disconnectTimeout: 0 })
      copy.on('error', (error: Error) => this.#note(error))
      copy.once('end', () => this.#asking.delete(copy))
      this.#asking.add(copy)
      return copy
    }
    const asking = node.asking.bind(node)
    // It goes before a command whose slot is on its way, and the client looks at the answer of that command alone.
    node.asking = (...args: Parameters<typeof asking>) => {
      const asked = asking(...args)
      asked.catch(() => {})
      return asked
    }
  }

  /** A master that is none any more: the sentinels know the new one, and what comes from now on waits for that. */
  #leaveIfDemoted(error: Error): false {
    // Redis 6 puts words of the script's before it.
    if (/^READONLY|-READONLY/.test(error.message)) {
      this.#note(error)
      this.#gate.lose(error)
      this.#client.disconnect()
    }
    return false
  }

  /** One attempt to connect. */
  async #open(): Promise<void> {
    const { connectTimeoutMs, place } = this.#address
    const client = this.#client
    try {
      // What is left of the last connection.
      if (isOpen(client)) await endOf(client)
      // `close` may have waited for the same end.
      if (this.#gate.state === 'closed') throw new Error('the connection was closed')
      // The client measures how long a socket takes to open, and not how long the server takes to greet.
      const late = schedule(() => this.#giveUp(), connectTimeoutMs + 100).unref()
      try {
        await client.connect()
        if (place.kind === 'sentinel') await checkRole(client as Redis)
      } finally {
        clearTimeout(late)
      }
    } catch (error) {
      // Or the next attempt would find it open.
      if (isOpen(client)) client.disconnect()
      throw this.reason(error)
    }
  }

  #giveUp(): void {
    this.#note(new Error(`no connection within ${this.#address.connectTimeoutMs} ms (connectTimeout)`))
    this.#client.disconnect()
  }

  /**
   * Whether everything was answered. Redis answers in order, so the answer to one more command comes after all others. `QUIT` is not that
   * command: ioredis sends it ahead of those that it still collects.
   */
  async #drain(limitMs: number): Promise<boolean> {
    const { state } = this.#gate
    if (state !== 'connected' && state !== 'connecting') return true
    let timer: NodeJS.Timeout | undefined
    const limit = new Promise<boolean>((resolve) => {
      timer = schedule(() => resolve(false), limitMs)
    })
    const pings = this.send(() =>
      Promise.all(
        this.masters()
          .filter(isOpen)
          .map((node) => node.ping()),
      ),
    )
    const isIdle = await Promise.race([limit, pings.then(() => true).catch(() => true)])
    clearTimeout(timer)
    return isIdle
  }

  #note(error: Error): void {
    const noted = readable(error)
    // The reason was told before this.
    if (isClosed(noted)) return
    this.#lastError = noted
    this.#lastErrorMs = performance.now()
    // ioredis would go on in database 0, and write there.
    if (commandOf(error) === 'select') this.#client.disconnect()
  }

  #recentError(): Error | undefined {
    return performance.now() - this.#lastErrorMs < RECENT_MS ? this.#lastError : undefined
  }
}

function isOpen(client: Redis | Cluster): boolean {
  return client.status !== 'wait' && client.status !== 'end'
}

/** Or a little later: a client of a cluster that is disconnected while it looks up names never ends. */
async function endOf(client: Redis | Cluster): Promise<void> {
  const limit = new AbortController()
  const timer = schedule(() => limit.abort(), LAST_WORDS_MS)
  await once(client, 'end', { signal: limit.signal }).catch(() => {})
  clearTimeout(timer)
}

function isCluster(client: Redis | Cluster): client is Cluster {
  return client.isCluster
}

/** Sentinels may still name a master that has been demoted; one that may not be asked counts as one. */
async function checkRole(redis: Redis): Promise<void> {
  const [role] = (await redis.call('role').catch(asMaster)) as unknown[]
  if (role === 'master') return
  throw new Error(
    `the sentinels name ${redis.stream.remoteAddress}:${redis.stream.remotePort}, which is a ${String(role)}`,
  )
}

function commandOf(error: Error): string | undefined {
  return (error as { command?: { name?: string } }).command?.name
}

function asMaster(error: unknown): string[] {
  if (isReply(error)) return ['master']
  throw error
}
