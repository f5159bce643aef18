/**
 * The second connection of a cache, for messages: open while somebody watches a channel and for a while after. Whoever watches is called
 * once the channel is heard, at each message, and whenever one may have been missed.
 */
import { setTimeout as schedule } from 'node:timers'
import { isReply } from '../connection/client-errors.js'
import type { SubscriberLike } from '../connection/connection.js'

/** How long it stays open for the next one who watches. */
const IDLE_MS = 5000
/** Between two attempts to connect. */
const FIRST_RETRY_MS = 50
const LAST_RETRY_MS = 1000
/** Where the server refuses to tell, whoever watches is called this often. */
const POLL_MS = 50
/** How often it is seen that the server still answers, and how long it may take: a connection may be dead for hours, and nobody is told. */
const BEAT_MS = 10_000

/** `closed`: nobody needs it. `refused`: messages are not to be had. */
type State = 'closed' | 'opening' | 'open' | 'waiting' | 'refused'

export class Subscriber {
  readonly #make: () => SubscriberLike | undefined
  readonly #beatMs: number
  /** Who watches, by channel. */
  readonly #watchers = new Map<string, Set<() => void>>()
  /** Those that the server has confirmed. */
  readonly #heard = new Set<string>()
  #state: State = 'closed'
  #client: SubscriberLike | undefined
  /** The one thing that is to be done next: retry, poll, beat or hang up. */
  #timer: NodeJS.Timeout | undefined
  #retryMs = FIRST_RETRY_MS

  /** `make` makes a client that is not connected yet; `undefined` where that cannot be done. */
  constructor(make: () => SubscriberLike | undefined, beatMs = BEAT_MS) {
    this.#make = make
    this.#beatMs = beatMs
  }

  /** `call` must not throw. Returns what ends it. */
  watch(channel: string, call: () => void): () => void {
    // A function of its own: who watches twice is called twice, and ends each by itself.
    const watcher = () => call()
    const watchers = this.#watchers.get(channel) ?? new Set()
    this.#watchers.set(channel, watchers.add(watcher))
    if (this.#heard.has(channel)) watcher()
    else if (this.#state === 'open') this.#subscribe(channel)
    if (this.#state === 'closed') this.#open()
    else if (this.#watchers.size === 1 && watchers.size === 1) this.#resume()
    return () => this.#unwatch(channel, watcher)
  }

  /** At once, where nobody watches. */
  hangUpIfIdle(): void {
    if (this.#watchers.size === 0) this.#hangUp('closed')
  }

  #unwatch(channel: string, watcher: () => void): void {
    const watchers = this.#watchers.get(channel)
    if (watchers?.delete(watcher) !== true || watchers.size > 0) return
    this.#watchers.delete(channel)
    if (this.#heard.delete(channel)) this.#client?.unsubscribe(channel).catch(() => {})
    if (this.#watchers.size === 0 && this.#state !== 'closed') this.#later(IDLE_MS, () => this.#hangUp('closed'))
  }

  #open(): void {
    const client = this.#make()
    if (client === undefined) return this.#refuse()
    this.#state = 'opening'
    this.#client = client
    // Also because ioredis prints errors that nobody listens to.
    client.on('error', () => {})
    client.on('close', () => this.#lose(client))
    client.on('message', (channel) => this.#tell(channel))
    client.connect().then(
      () => this.#begin(client),
      () => this.#lose(client),
    )
    this.#resume()
  }

  #begin(client: SubscriberLike): void {
    if (this.#client !== client) return
    this.#state = 'open'
    // Who waits has a deadline that keeps the process alive; nothing else is worth it.
    streamOf(client)?.unref?.()
    for (const channel of this.#watchers.keys()) this.#subscribe(channel)
    this.#resume()
  }

  #subscribe(channel: string): void {
    const client = this.#client
    client?.subscribe(channel).then(
      () => {
        if (this.#client !== client) return
        this.#retryMs = FIRST_RETRY_MS
        if (!this.#watchers.has(channel)) return void client.unsubscribe(channel).catch(() => {})
        this.#heard.add(channel)
        this.#tell(channel)
      },
      (error: unknown) => {
        if (this.#client !== client) return
        if (isReply(error)) this.#refuse()
        else this.#lose(client)
      },
    )
  }

  /** What is to be done from time to time, now that somebody watches. */
  #resume(): void {
    const client = this.#client
    if (this.#watchers.size === 0) this.#later(IDLE_MS, () => this.#hangUp('closed'))
    else if (this.#state === 'refused') this.#poll()
    else if (client === undefined) this.#later(this.#retryMs, () => this.#open())
    else if (this.#state === 'open') this.#later(this.#beatMs, () => this.#beat(client))
    else this.#later(this.#beatMs, () => this.#lose(client))
  }

  /** The client is of no use any more. */
  #lose(client: SubscriberLike): void {
    if (this.#client !== client) return
    const wasHeard = this.#heard.size > 0
    this.#hangUp('waiting')
    this.#resume()
    this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS)
    // They may miss messages as long as there is no connection. A loss alone is told when there is one again.
    if (!wasHeard) this.#tellAll()
  }

  /** For as long as somebody watches; who comes later may have more luck. */
  #refuse(): void {
    this.#hangUp('refused')
    this.#resume()
    this.#tellAll()
  }

  #poll(): void {
    // Jitter, so that processes that began together do not ask together.
    this.#later(POLL_MS * (0.75 + Math.random() / 2), () => {
      this.#poll()
      this.#tellAll()
    })
  }

  #beat(client: SubscriberLike): void {
    this.#later(this.#beatMs, () => this.#lose(client))
    const [channel = ''] = this.#watchers.keys()
    client.subscribe(channel).then(
      () => {
        if (this.#client === client) this.#resume()
      },
      () => this.#lose(client),
    )
  }

  #hangUp(state: State): void {
    const client = this.#client
    this.#client = undefined
    this.#state = state
    this.#heard.clear()
    this.#later(undefined)
    if (client === undefined) return
    const stream = streamOf(client)
    // ioredis would wait for the end of what has ended, with a timer that keeps the process alive.
    if (stream?.destroyed === true) return
    client.disconnect()
    // A server that is not there would not say goodbye.
    stream?.destroy?.()
  }

  #later(delayMs: number, call: () => void): void
  #later(delayMs: undefined): void
  #later(delayMs: number | undefined, call?: () => void): void {
    clearTimeout(this.#timer)
    this.#timer = delayMs === undefined ? undefined : schedule(call as () => void, delayMs).unref()
  }

  #tell(channel: string): void {
    for (const call of this.#watchers.get(channel) ?? []) call()
  }

  #tellAll(): void {
    for (const channel of this.#watchers.keys()) this.#tell(channel)
  }
}

interface Stream {
  readonly destroyed?: boolean
  unref?(): void
  destroy?(): void
}

/** ioredis has none before its first attempt. */
function streamOf(client: SubscriberLike): Stream | undefined {
  return (client as { stream?: Stream }).stream
}
