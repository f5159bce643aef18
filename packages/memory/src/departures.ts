/** Tells `onEvict` of every value that left the cache. */
import type { EvictionReason, OnEvict } from './memory-options.js'

interface Departure {
  readonly key: string
  readonly value: unknown
  readonly reason: EvictionReason
}

/**
 * In order, after the command that was the cause, and before its caller goes on: the listener may use the cache, and finds it whole.
 * What the listener throws is a process warning: no command failed.
 */
export class Departures {
  readonly #listener: OnEvict
  #waiting: Departure[] = []

  constructor(listener: OnEvict) {
    this.#listener = listener
  }

  add(key: string, value: unknown, reason: EvictionReason): void {
    if (this.#waiting.push({ key, value, reason }) === 1) queueMicrotask(() => this.#tell())
  }

  #tell(): void {
    const departures = this.#waiting
    this.#waiting = []
    for (const { key, value, reason } of departures) {
      try {
        const answer: unknown = this.#listener(key, value, reason)
        if (answer instanceof Promise) answer.catch(warnOf)
      } catch (thrown) {
        warnOf(thrown)
      }
    }
  }
}

/** In the error's own words. What is no error may be the value, and has no words that can be relied on. */
function warnOf(thrown: unknown): void {
  const message = thrown instanceof Error ? thrown.message : `it threw what is no Error (${typeof thrown})`
  process.emitWarning(`onEvict failed: ${message}`, { type: 'PycachedWarning', code: 'PYCACHED_ON_EVICT' })
}
