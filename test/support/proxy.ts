/**
 * A TCP proxy in front of a port of this machine, which can do to connections what networks do to them.
 *
 * ```ts
 * await using proxy = await startProxy(server.port)
 * proxy.blackhole()
 * ```
 */

import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { freePort } from './free-port.js'

export type Direction = 'toServer' | 'toClient'

export interface Proxy extends AsyncDisposable {
  readonly port: number
  /** Connections that clients have with it. */
  readonly connections: number
  /** Resets every connection. With `refuse`, new ones are refused until {@link heal}; without, they pass. */
  cut(options?: { refuse?: boolean }): Promise<void>
  /**
   * Nothing passes any more, in either direction, and nobody is told: no end, no reset. New connections are accepted, as by a
   * host behind a firewall, and hang. What was sent meanwhile arrives after {@link heal}, as it does where TCP sends again.
   */
  blackhole(): void
  /** The servers' ends of the present connections are gone and the clients' stay open, for good. New connections pass. */
  halfOpen(): void
  /** Everything in that direction arrives this much later. */
  delay(direction: Direction, ms: number): void
  /** Everything passes in pieces of so many bytes, one per turn of the event loop. */
  slice(bytes: number): void
  /** As if nothing had ever been wrong, except for the connections that are lost. */
  heal(): Promise<void>
}

/** What all connections of a proxy have in common. */
interface Weather {
  readonly delayMs: Record<Direction, number>
  sliceBytes: number
  /** Resolves when bytes may pass. */
  open: Promise<void>
}

export async function startProxy(serverPort: number): Promise<Proxy> {
  const weather: Weather = { delayMs: { toServer: 0, toClient: 0 }, sliceBytes: Infinity, open: Promise.resolve() }
  const links = new Set<Link>()
  const port = await freePort()
  let lift = (): void => {}
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const link = new Link(client, serverPort, weather)
    links.add(link)
    client.once('close', () => links.delete(link))
  })
  const listen = async (): Promise<void> => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  // Connections do not keep it from closing: it only stops listening.
  const refuse = (): void => void server.close()
  const reset = async (): Promise<void> => {
    const closed = [...links].map((link) => link.reset())
    await Promise.all(closed)
  }
  await listen()
  return {
    port,
    get connections() {
      return links.size
    },
    cut: async (options = {}) => {
      if (options.refuse === true && server.listening) refuse()
      await reset()
    },
    blackhole: () => {
      lift()
      weather.open = new Promise((resolve) => {
        lift = resolve
      })
    },
    halfOpen: () => {
      for (const link of links) link.forgetServer()
    },
    delay: (direction, ms) => {
      weather.delayMs[direction] = ms
    },
    slice: (bytes) => {
      weather.sliceBytes = bytes
    },
    heal: async () => {
      Object.assign(weather, { delayMs: { toServer: 0, toClient: 0 }, sliceBytes: Infinity })
      weather.open = Promise.resolve()
      lift()
      if (!server.listening) await listen()
    },
    [Symbol.asyncDispose]: async () => {
      if (server.listening) refuse()
      await reset()
    },
  }
}

/** One connection of a client, and the one to the server that belongs to it. */
class Link {
  readonly #client: Socket
  readonly #server: Socket
  #forgotten = false

  constructor(client: Socket, serverPort: number, weather: Weather) {
    this.#client = client
    this.#server = connect({ port: serverPort, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    pass(client, this.#server, 'toServer', weather, () => this.#forgotten)
    pass(this.#server, client, 'toClient', weather, () => this.#forgotten)
  }

  forgetServer(): void {
    this.#forgotten = true
    this.#server.resetAndDestroy()
  }

  async reset(): Promise<void> {
    this.#forgotten = true
    this.#server.resetAndDestroy()
    if (this.#client.destroyed) return
    // Not by `once` of node:events, which rejects where the reset comes too late and is told as an error.
    const closed = new Promise((resolve) => this.#client.once('close', resolve))
    this.#client.resetAndDestroy()
    await closed
  }
}

/** Bytes, and at last how it ended. */
type Passing = { readonly dueMs: number; readonly what: Buffer | 'end' | 'reset' }

function pass(source: Socket, target: Socket, direction: Direction, weather: Weather, lost: () => boolean): void {
  const waiting: Passing[] = []
  let busy = false
  const deliver = async (what: Passing['what']): Promise<void> => {
    if (what === 'reset') target.resetAndDestroy()
    else if (what === 'end') target.end()
    else {
      for (let at = 0; at < what.length && !target.destroyed; ) {
        await weather.open
        if (lost()) return
        const piece = what.subarray(at, at + weather.sliceBytes)
        target.write(piece)
        at += piece.length
        if (at < what.length) await new Promise((resolve) => setImmediate(resolve))
      }
    }
  }
  const work = async (): Promise<void> => {
    if (busy) return
    busy = true
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const waitMs = next.dueMs - performance.now()
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
      await weather.open
      if (!lost()) await deliver(next.what)
    }
    busy = false
  }
  const add = (what: Passing['what']): void => {
    waiting.push({ dueMs: performance.now() + weather.delayMs[direction], what })
    void work()
  }
  source.on('data', add)
  source.once('end', () => add('end'))
  // Its consequence, the reset, is passed on by `close`.
  source.once('error', () => {})
  source.once('close', (failed) => failed && add('reset'))
}
