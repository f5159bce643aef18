/** Closing a cache: no new commands, those in flight come to their end, then the backend frees what it opened. */
import type { CacheState } from './command.js'
import { Waiting } from './deadline.js'
import { BackendError, CacheTimeoutError } from './errors.js'
import { describe } from './runtime.js'

/** What `close` allows where the cache has no timeout of its own. */
const DEFAULT_CLOSE_MS = 5000

export function closeState(state: CacheState): Promise<void> {
  state.closing ??= drainAndClose(state)
  return state.closing
}

async function drainAndClose(state: CacheState): Promise<void> {
  state.closed = true
  const limitMs = state.timeoutMs ?? DEFAULT_CLOSE_MS
  try {
    if (state.inFlight > 0) await within(state, limitMs, drained(state)).catch(() => {})
    await within(state, limitMs, Promise.resolve(state.backend.close()))
  } catch (cause) {
    if (cause instanceof CacheTimeoutError) throw cause
    throw new BackendError(`close failed in the store: ${describe(cause)}`, { cause })
  } finally {
    state.deadlines.close()
  }
}

function drained(state: CacheState): Promise<void> {
  return new Promise((resolve) => {
    state.onDrained = resolve
  })
}

function within(state: CacheState, limitMs: number, work: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const limit = new Limit(() => reject(new CacheTimeoutError(`close was not done within ${limitMs} ms`)))
    state.deadlines.add(limit, limitMs)
    work.finally(() => state.deadlines.remove(limit)).then(resolve, reject)
  })
}

class Limit extends Waiting {
  readonly #onExpire: () => void
  constructor(onExpire: () => void) {
    super()
    this.#onExpire = onExpire
  }
  expire(): void {
    this.#onExpire()
  }
}
