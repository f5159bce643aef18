/** The user's own client: used as it is, listened to by nobody, and left open. */

import type { RedisLike, RedisNode } from '../redis-like.js'
import { slotOf } from '../slot.js'
import { type Channel, Tick } from '../tick.js'
import { withoutArguments } from './client-errors.js'
import { type Connection, type SubscriberLike, subscriberOf } from './connection.js'
import type { ConnectionState } from './gate.js'

/** One connection for each client: all caches on it have one tick, and each sees what the others called before it. */
const borrowed = new WeakMap<RedisLike, Connection>()

export function borrowConnection(client: RedisLike): Connection {
  let connection = borrowed.get(client)
  if (connection === undefined) {
    connection = new BorrowedConnection(client)
    borrowed.set(client, connection)
  }
  return connection
}

/** ioredis's names of states, as ours. */
const STATES: Readonly<Record<string, ConnectionState>> = {
  wait: 'disconnected',
  ready: 'connected',
  close: 'unreachable',
  end: 'unreachable',
}

class BorrowedConnection implements Connection {
  readonly tick = new Tick(this)
  readonly reason = withoutArguments
  readonly slotOf: Channel['slotOf']
  readonly #client: RedisLike

  constructor(client: RedisLike) {
    this.#client = client
    this.slotOf = client.isCluster === true ? (key) => slotOf(this.keyPrefix + key) : undefined
  }

  get state(): ConnectionState {
    return STATES[this.#client.status ?? 'ready'] ?? 'connecting'
  }

  get keyPrefix(): string {
    return this.#client.options?.keyPrefix ?? ''
  }

  send<T>(call: (client: RedisLike) => Promise<T>): Promise<T> {
    return call(this.#client)
  }

  masters(): readonly RedisNode[] {
    return this.#client.isCluster === true ? (this.#client.nodes?.('master') ?? []) : [this.#client]
  }

  subscriber(): SubscriberLike | undefined {
    return subscriberOf(this.masters())
  }

  cork(): void {}

  uncork(): void {}

  unanswered(): void {}

  async close(): Promise<void> {}
}
