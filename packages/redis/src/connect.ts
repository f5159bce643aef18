/** Address → a client, opened by the first command, opened anew after a loss, and closed. */
import type { Writable } from 'node:stream'
import type { ConnectionOptions as TlsOptions } from 'node:tls'
import { Command, Redis } from 'ioredis'
import type { RedisLike } from './redis-like.js'
import { type Channel, Tick } from './tick.js'

/** Where and how a connection of our own is made. */
export interface Address {
  readonly endpoint: string
  readonly port: number
  readonly db: number
  readonly username: string | undefined
  readonly password: string | undefined
  readonly tls: boolean | TlsOptions
  readonly connectTimeoutMs: number
}

/** A client and who looks after it. */
export interface Connection extends Channel {
  /** What all caches on this client call in one tick of the event loop. */
  readonly tick: Tick
  close(): Promise<void>
}

/**
 * How long the server may answer nothing to commands that wait, before the connection counts as lost. Far above what a command
 * takes: a server that is merely slow keeps its connection.
 */
const SILENCE_MS = 15_000

/** How long `close` waits for the answers that are still on their way, and then for the server to hang up. */
const DRAIN_MS = 1000
const HANG_UP_MS = 200

const borrowed = new WeakMap<RedisLike, Connection>()

/**
 * The user's own client: used as it is, listened to by nobody, and left open. Several caches on one client have one connection, hence
 * one tick: each sees what the others called before it.
 */
export function borrowConnection(client: RedisLike): Connection {
  let connection = borrowed.get(client)
  if (connection === undefined) {
    connection = new BorrowedConnection(client)
    borrowed.set(client, connection)
  }
  return connection
}

/** A client of our own. Nothing is opened before the first command. */
export function ownConnection(address: Address, silenceMs = SILENCE_MS): Connection {
  return new OwnConnection(address, silenceMs)
}

class BorrowedConnection implements Connection {
  readonly tick = new Tick(this)
  readonly reason = withoutArguments
  readonly client: RedisLike

  constructor(client: RedisLike) {
    this.client = client
  }

  cork(): void {}

  uncork(): void {}

  async close(): Promise<void> {}
}

class OwnConnection implements Connection {
  /** V8 drops what it compiled for a class if nothing of it is left when garbage is collected, as between two bursts of commands. */
  static readonly kept = new Command('ping')
  readonly tick = new Tick(this)
  readonly #redis: Redis
  #lastError: Error | undefined
  #corked: Writable | undefined
  #used = false
  #closed = false

  constructor({ endpoint, port, db, username, password, tls, connectTimeoutMs }: Address, silenceMs: number) {
    this.#redis = new Redis({
      host: endpoint,
      port,
      db,
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      ...(tls !== false && { tls: tls === true ? {} : tls }),
      connectTimeout: connectTimeoutMs,
      // Where the network swallows everything, the system alone would go on sending for a quarter of an hour.
      socketTimeout: silenceMs,
      disconnectTimeout: HANG_UP_MS,
      lazyConnect: true,
      // Its automatic pipelines would wait for one another, and cost more than the write that they save: `cork` saves it, too.
      enableAutoPipelining: false,
      // ioredis would try again by itself for minutes, with the commands waiting. Here a failed attempt fails its commands, and the
      // next command makes the next attempt: no failure is known and not told, and no timer runs for a server that nobody asks.
      retryStrategy: null,
      // A command whose connection broke may have run. Sent again it would run twice: an increment would count twice.
      autoResendUnfulfilledCommands: false,
      // A server that still loads its data answers LOADING at once; the check would wait for it, up to the deadline.
      enableReadyCheck: false,
      // Nothing here needs the newer protocol, whose greeting is a round trip more, nor to be told who we are.
      protocol: 2,
      disableClientInfo: true,
    })
    // Also because ioredis prints errors that nobody listens to.
    this.#redis.on('error', (error) => this.#note(error))
    this.#redis.on('connect', () => {
      this.#lastError = undefined
    })
  }

  get client(): RedisLike {
    this.#used = true
    // The rejection repeats what the commands that wait for this attempt are told.
    if (this.#redis.status === 'end' && !this.#closed) this.#redis.connect().catch(() => {})
    return this.#redis
  }

  cork(): void {
    this.#corked = this.#redis.stream
    this.#corked?.cork()
  }

  uncork(): void {
    this.#corked?.uncork()
    this.#corked = undefined
  }

  reason(error: unknown): unknown {
    return withoutArguments(isClosed(error) ? (this.#lastError ?? error) : error)
  }

  async close(): Promise<void> {
    this.#closed = true
    if (!this.#used) return
    await this.#drain()
    if (this.#redis.status === 'end') return
    const ended = new Promise<void>((resolve) => this.#redis.once('end', resolve))
    this.#redis.disconnect()
    await ended
  }

  /**
   * Redis answers in order, so the answer to one more command comes after all others. `QUIT` is not that command: ioredis sends it
   * ahead of those that it still collects.
   */
  async #drain(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, DRAIN_MS)
    })
    await Promise.race([this.#redis.ping().catch(() => {}), limit])
    clearTimeout(timer)
  }

  #note(error: Error): void {
    this.#lastError = readable(error)
    // ioredis would go on in database 0, and write there.
    if (commandOf(error) === 'select') this.#redis.disconnect()
  }
}

/** A name with several addresses fails with one error per address, and no message of its own. */
function readable(error: Error): Error {
  if (!(error instanceof AggregateError) || error.message !== '') return error
  const message = error.errors.map((one: Error) => one.message).join('; ')
  return Object.assign(new Error(message, { cause: error }), { code: (error as NodeJS.ErrnoException).code })
}

function commandOf(error: Error): string | undefined {
  return (error as { command?: { name?: string } }).command?.name
}

/**
 * What the command was given are cached values, and the password in `AUTH`. ioredis notes it in the error, and a server that does not
 * know a command begins to repeat it in the message, which the stack repeats.
 */
function withoutArguments(error: unknown): unknown {
  const noted = error as { command?: { name: string } }
  if (noted?.command !== undefined) noted.command = { name: noted.command.name }
  if (!(error instanceof Error)) return error
  const { message } = error
  const [told = ''] = message.split(', with args beginning with')
  if (told === message) return error
  error.stack = error.stack?.replace(message, () => told) ?? ''
  error.message = told
  return error
}

function isClosed(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return error.message === 'Connection is closed.' || error.message === 'Command aborted due to connection close'
}
