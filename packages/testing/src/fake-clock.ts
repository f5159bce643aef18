/** Time that stands still until a test moves it. */
import type { Clock, ScheduledCall } from '@pycached/core'

interface Pending {
  readonly dueMs: number
  readonly callback: () => void
  referenced: boolean
}

/** A {@link Clock} for the `clock` option of a cache: no test that uses it waits. */
export class FakeClock implements Clock {
  /** @internal */
  _nowMs: number
  /** @internal In order of due time; equal ones in order of their scheduling. */
  readonly _pending: Pending[] = []

  constructor(startMs = 0) {
    this._nowMs = startMs
  }

  now(): number {
    return this._nowMs
  }

  schedule(callback: () => void, delayMs: number): ScheduledCall {
    const call: Pending = { dueMs: this._nowMs + Math.max(0, delayMs), callback, referenced: false }
    const later = this._pending.findIndex(({ dueMs }) => dueMs > call.dueMs)
    this._pending.splice(later === -1 ? this._pending.length : later, 0, call)
    return {
      cancel: () => {
        const index = this._pending.indexOf(call)
        if (index !== -1) this._pending.splice(index, 1)
      },
      ref: () => {
        call.referenced = true
      },
      unref: () => {
        call.referenced = false
      },
    }
  }

  /** Moves time on by `ms`. What falls due runs in order, each at its own time, also what such a call schedules. */
  advance(ms: number): void {
    const endMs = this._endOf(ms)
    while (this._runNext(endMs));
    this._nowMs = endMs
  }

  /** As {@link advance}, and lets everything that waits for promises go on: before the first call, after each, and at the end. */
  async advanceAsync(ms: number): Promise<void> {
    const endMs = this._endOf(ms)
    do await promisesToRun()
    while (this._runNext(endMs))
    this._nowMs = endMs
  }

  /** How many calls are scheduled. */
  get pending(): number {
    return this._pending.length
  }

  /** How many of them would keep a process alive. */
  get referenced(): number {
    return this._pending.filter((call) => call.referenced).length
  }

  /** @internal */
  _endOf(ms: number): number {
    if (!(ms >= 0)) throw new RangeError(`time goes on by 0 ms or more, got ${ms}`)
    return this._nowMs + ms
  }

  /** @internal Runs the next call that is due by `endMs`. Whether there was one. */
  _runNext(endMs: number): boolean {
    const next = this._pending[0]
    if (next === undefined || next.dueMs > endMs) return false
    this._pending.shift()
    this._nowMs = Math.max(this._nowMs, next.dueMs)
    next.callback()
    return true
  }
}

/** A turn of the event loop comes only when no promise has anything left to do. */
function promisesToRun(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
