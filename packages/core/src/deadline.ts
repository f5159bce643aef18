/** Deadlines of many commands with one timer: none is made, cleared or moved for a single command. */
import type { Clock, ScheduledCall } from './clock.js'

/** Something that waits, with the links of the list that it waits in. */
export abstract class Waiting {
  /** @internal */
  _next: Waiting | undefined
  /** @internal */
  _previous: Waiting | undefined
  /**
   * Infinite while it does not wait, and no 0: V8 would make that a field for small integers, which times are not, and compile anew
   * what uses it when the first time comes.
   *
   * @internal
   */
  _dueMs = Number.POSITIVE_INFINITY
  /** @internal */
  _lane: Lane | undefined
  /** Called once when the deadline passes; never after {@link Deadlines.remove}. */
  abstract expire(): void
}

/** Something that only wants to be called. */
export class Alarm extends Waiting {
  readonly #call: () => void

  constructor(call: () => void) {
    super()
    this.#call = call
  }

  expire(): void {
    this.#call()
  }
}

/** All that wait equally long: the first to come is the first to be due, so a list in order of arrival is sorted. */
interface Lane {
  readonly lengthMs: number
  first: Waiting | undefined
  last: Waiting | undefined
}

export class Deadlines {
  readonly #clock: Clock
  /** One lane per length of time; almost always one. An empty lane is dropped once its turn has come. */
  readonly #lanes = new Map<number, Lane>()
  #waiting = 0
  #closed = false
  #timer: ScheduledCall | undefined
  #timerDueMs = Number.POSITIVE_INFINITY

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add(waiting: Waiting, lengthMs: number): void {
    const nowMs = this.#clock.now()
    const lane = this.#laneOf(lengthMs)
    waiting._lane = lane
    waiting._dueMs = nowMs + lengthMs
    waiting._previous = lane.last
    if (lane.last === undefined) lane.first = waiting
    else lane.last._next = waiting
    lane.last = waiting
    if (waiting._dueMs < this.#timerDueMs) this.#arm(waiting._dueMs, nowMs)
    // A command in flight is work that the process has to finish, though nothing else may keep it alive.
    if (this.#waiting++ === 0) this.#timer?.ref()
  }

  /** Forgets one; nothing happens if it no longer waits. */
  remove(waiting: Waiting): void {
    const lane = waiting._lane
    if (lane === undefined) return
    if (waiting._previous === undefined) lane.first = waiting._next
    else waiting._previous._next = waiting._next
    if (waiting._next === undefined) lane.last = waiting._previous
    else waiting._next._previous = waiting._previous
    waiting._lane = waiting._next = waiting._previous = undefined
    if (--this.#waiting > 0) return
    if (this.#closed) this.#disarm()
    else this.#timer?.unref()
  }

  /** Drops the timer as soon as nothing waits any more: deadlines that were given are kept. */
  close(): void {
    this.#closed = true
    if (this.#waiting === 0) this.#disarm()
  }

  #disarm(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#timerDueMs = Number.POSITIVE_INFINITY
  }

  #laneOf(lengthMs: number): Lane {
    let lane = this.#lanes.get(lengthMs)
    if (lane === undefined) {
      lane = { lengthMs, first: undefined, last: undefined }
      this.#lanes.set(lengthMs, lane)
    }
    return lane
  }

  #arm(dueMs: number, nowMs: number): void {
    this.#timer?.cancel()
    this.#timerDueMs = dueMs
    this.#timer = this.#clock.schedule(() => this.#expireDue(), Math.max(1, Math.ceil(dueMs - nowMs)))
    if (this.#waiting > 0) this.#timer.ref()
  }

  #expireDue(): void {
    this.#disarm()
    const nowMs = this.#clock.now()
    let nextDueMs = Number.POSITIVE_INFINITY
    for (const lane of this.#lanes.values()) {
      for (let first = lane.first; first !== undefined && first._dueMs <= nowMs; first = lane.first) {
        this.remove(first)
        first.expire()
      }
      if (lane.first === undefined) this.#lanes.delete(lane.lengthMs)
      else nextDueMs = Math.min(nextDueMs, lane.first._dueMs)
    }
    if (nextDueMs < this.#timerDueMs) this.#arm(nextDueMs, nowMs)
  }
}
