/** What a Redis cache tells those who listen: the states of its connection and of its circuit breaker. */
import type { BreakerState } from './breaker/breaker.js'
import type { ConnectionState } from './connection/gate.js'

export interface RedisCacheEvents {
  /**
   * The state of the cache's own connection changed; `cause` is the failure, where there is one. A client of the user's own has events of
   * its own.
   */
  connection: (state: ConnectionState, cause?: unknown) => void
  /** The circuit breaker changed; `cause` is the failure that opened it. */
  breaker: (state: BreakerState, cause?: unknown) => void
}

type Listener = (state: never, cause?: unknown) => void

const EVENTS: readonly string[] = ['connection', 'breaker'] satisfies (keyof RedisCacheEvents)[]

export class Listeners {
  readonly #listeners = new Map<string, Set<Listener>>()

  add(event: string, listener: Listener): void {
    const listeners = this.#listeners.get(event) ?? new Set()
    this.#listeners.set(event, listeners.add(listener))
  }

  remove(event: string, listener: Listener): void {
    this.#listeners.get(event)?.delete(listener)
  }

  /** After the change: a listener may use the cache. One that throws is nobody's failure, and is told as a process warning. */
  tell<Event extends keyof RedisCacheEvents>(event: Event, ...told: Parameters<RedisCacheEvents[Event]>): void {
    for (const listener of this.#listeners.get(event) ?? []) {
      queueMicrotask(() => {
        const failed = (error: unknown) =>
          process.emitWarning(`a listener of '${event}' failed: ${String(error)}`, 'PycachedWarning')
        try {
          // It may be asynchronous, whatever its type says.
          Promise.resolve((listener as (...args: unknown[]) => unknown)(...told)).catch(failed)
        } catch (error) {
          failed(error)
        }
      })
    }
  }
}

export function isEvent(name: unknown): name is keyof RedisCacheEvents {
  return EVENTS.includes(name as string)
}

export function eventNames(): string {
  return EVENTS.join(', ')
}
