/** Time that stands still until a test moves it. */
import type { Clock, ScheduledCall } from '@pycached/core'

interface Pending {
  readonly dueMs: number
  readonly callback: () => void
  referenced: boolean
}

/** A {@link Clock} for the `clock` option of a cache: no test that uses it waits. */
export class FakeClock implements Clock {
  #nowMs: number
  /** In order of due time; equal ones in order of their scheduling. */
  readonly #pending: Pending[] = []

  constructor(startMs = 0) {
    this.#nowMs = startMs
  }

  now(): number {
    return this.#nowMs
  }

  schedule(callback: () => void, delayMs: number): ScheduledCall {
    const call: Pending = { dueMs: this.#nowMs + Math.max(0, delayMs), callback, referenced: false }
    const later = this.#pending.findIndex(({ dueMs }) => dueMs > call.dueMs)
    this.#pending.splice(later === -1 ? this.#pending.length : later, 0, call)
    return {
      cancel: () => {
        const index = this.#pending.indexOf(call)
        if (index !== -1) this.#pending.splice(index, 1)
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
    const endMs = this.#endOf(ms)
    while (this.#runNext(endMs));
    this.#nowMs = endMs
  }

  /** As {@link advance}, and lets everything that waits for promises go on: before the first call, after each, and at the end. */
  async advanceAsync(ms: number): Promise<void> {
    const endMs = this.#endOf(ms)
    do await promisesToRun()
    while (this.#runNext(endMs))
    this.#nowMs = endMs
  }

  /** How many calls are scheduled. */
  get pending(): number {
    return this.#pending.length
  }

  /** How many of them would keep a process alive. */
  get referenced(): number {
    return this.#pending.filter((call) => call.referenced).length
  }

  #endOf(ms: number): number {
    if (!(ms >= 0)) throw new RangeError(`time goes on by 0 ms or more, got ${ms}`)
    return this.#nowMs + ms
  }

  /** Runs the next call that is due by `endMs`. Whether there was one. */
  #runNext(endMs: number): boolean {
    const next = this.#pending[0]
    if (next === undefined || next.dueMs > endMs) return false
    this.#pending.shift()
    this.#nowMs = Math.max(this.#nowMs, next.dueMs)
    next.callback()
    return true
  }
}

/** A turn of the event loop comes only when no promise has anything left to do. */
function promisesToRun(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
