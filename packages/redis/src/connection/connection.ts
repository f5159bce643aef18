/** A client and who looks after it: what the backend sees of a connection, the cache's own or the user's. */

import type { RedisNode } from '../redis-like.js'
import type { Channel, Tick } from '../tick.js'
import type { ConnectionState } from './gate.js'

export interface Connection extends Channel {
  /** What all caches on this client call in one tick of the event loop. */
  readonly tick: Tick
  readonly state: ConnectionState
  /** Every server that holds keys of its own. */
  masters(): readonly RedisNode[]
  /** What the client puts before every key. */
  readonly keyPrefix: string
  /** A client for messages, not connected yet; `undefined` where none can be made. */
  subscriber(): SubscriberLike | undefined
  /** The deadline of a command passed, that long after the call. */
  unanswered(waitedMs: number): void
  close(graceMs?: number): Promise<void>
}

/** What we call of a client that listens for messages. */
export interface SubscriberLike {
  connect(): Promise<void>
  subscribe(channel: string): Promise<unknown>
  unsubscribe(channel: string): Promise<unknown>
  on(event: 'message', listener: (channel: string, message: string) => void): unknown
  on(event: 'end' | 'close' | 'error', listener: (error?: Error) => void): unknown
  disconnect(): void
}

/** A client for messages of one of the servers. Of a cluster any one will do: every node passes messages on to all others. */
export function subscriberOf(nodes: readonly RedisNode[]): SubscriberLike | undefined {
  const node = nodes[Math.floor(Math.random() * nodes.length)]
  const options = { lazyConnect: true, retryStrategy: null, enableReadyCheck: false, autoResubscribe: false }
  return node?.duplicate?.(options) as SubscriberLike | undefined
}
