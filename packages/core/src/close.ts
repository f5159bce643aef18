/** Closing a cache: no new commands, those in flight come to their end, then the backend frees what it opened. */
import type { CacheState } from './command.js'
import { Alarm } from './deadline.js'
import { describe } from './describe.js'
import { toSeconds } from './duration.js'
import { BackendError, CacheTimeoutError } from './errors.js'

/** For commands without a deadline, and for a store that does not keep to the time that it is given to close. */
const PATIENCE_MS = 5000

export function closeState(state: CacheState): Promise<void> {
  state.closing ??= drainAndClose(state)
  return state.closing
}

async function drainAndClose(state: CacheState): Promise<void> {
  state.closed = true
  const limitMs = state.timeoutMs ?? PATIENCE_MS
  const startMs = state.clock.now()
  try {
    if (state.inFlight > 0) await within(state, limitMs, drained(state)).catch(() => {})
    const graceMs = Math.max(0, limitMs - (state.clock.now() - startMs))
    await within(state, PATIENCE_MS, Promise.resolve(state.backend.close(graceMs)))
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
    const limit = new Alarm(() =>
      reject(new CacheTimeoutError(`the store was not closed within ${toSeconds(limitMs)} s`)),
    )
    state.deadlines.add(limit, limitMs)
    work.finally(() => state.deadlines.remove(limit)).then(resolve, reject)
  })
}
