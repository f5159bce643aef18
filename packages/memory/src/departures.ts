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

/** In the error's own words, if it has any. What is no error may be the value. */
function warnOf(thrown: unknown): void {
  process.emitWarning(`onEvict failed: ${wordsOf(thrown)}`, { type: 'PycachedWarning', code: 'PYCACHED_ON_EVICT' })
}

function wordsOf(thrown: unknown): string {
  try {
    if (thrown instanceof Error && typeof thrown.message === 'string') return thrown.message
  } catch {
    // An error whose message cannot be read is told all the same.
  }
  return `it threw what is no Error (${typeof thrown})`
}
