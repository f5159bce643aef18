/**
 * When entries expire: a hierarchical timing wheel, so that adding, extending and removing cost the same for any number of entries
 * and any time to live, with one timer for all of them. The timer only gives memory back: whether an entry has expired is read from
 * the clock, so that a timer that is late serves nothing stale.
 */
import type { Clock, ScheduledCall } from '@pycached/core'
import { type Entry, emptyList, NEVER } from './entry.js'

/** The granularity of giving memory back: an entry is gone at most about this long after it expired. */
const TICK_MS = 512
/** Slots of a level; a slot of one level is as long as all of the level below. */
const SLOTS = 64
/** Four levels cover 97 days. What lives longer waits in the last slot and is placed again from there. */
const LEVELS = 4
const HORIZON_TICKS = (SLOTS - 1) * SLOTS ** (LEVELS - 1)
/** Entries per turn of the event loop; some milliseconds at most. */
const SLICE = 4096

export class Expiry {
  readonly #clock: Clock
  readonly #remove: (entry: Entry) => void
  /** Level after level; the heads of lists, made when first used. */
  readonly #slots: (Entry | undefined)[] = []
  /** Entries from slots whose time has come. */
  readonly #due = emptyList()
  #startMs: number | undefined
  /** Ticks since the start up to which slots have been emptied. */
  #tick = 0
  #timer: ScheduledCall | undefined
  #timerTick = Number.POSITIVE_INFINITY

  /** `remove` gets every entry that has expired, some time after it did, unless {@link forget} came first. */
  constructor(clock: Clock, remove: (entry: Entry) => void) {
    this.#clock = clock
    this.#remove = remove
  }

  isExpired(entry: Entry): boolean {
    // The clock is read only for what can expire.
    return entry.expiresAtMs !== NEVER && entry.expiresAtMs <= this.#clock.now()
  }

  /** Gives the entry a new time to live; `undefined`: for ever. */
  set(entry: Entry, ttlMs: number | undefined): void {
    if (ttlMs === undefined) {
      this.forget(entry)
      return
    }
    const nowMs = this.#clock.now()
    const wasAtMs = entry.expiresAtMs
    // A clock may start below 0: what would fall on NEVER lives a millisecond longer.
    entry.expiresAtMs = Math.ceil(nowMs + ttlMs) || 1
    // An entry that lives longer now can stay in its slot: when the slot's time comes it is placed anew.
    if (wasAtMs !== NEVER && wasAtMs <= entry.expiresAtMs) return
    entry.unlink()
    this.#place(entry, nowMs)
  }

  /** The entry never expires any more. */
  forget(entry: Entry): void {
    if (entry.expiresAtMs === NEVER) return
    entry.expiresAtMs = NEVER
    entry.unlink()
  }

  close(): void {
    this.#timer?.cancel()
    this.#slots.length = 0
  }

  #place(entry: Entry, nowMs: number): void {
    this.#startMs ??= nowMs
    // Without a timer every slot is empty, and time went on without being noticed.
    if (this.#timer === undefined) this.#tick = Math.max(this.#tick, this.#tickOf(nowMs))
    const dueTick = this.#tickOf(entry.expiresAtMs) + 1
    const tick = Math.min(Math.max(dueTick, this.#tick + 1), this.#tick + HORIZON_TICKS)
    let level = 0
    // Compared by slot, not by distance: a slot of a higher level must lie after the one that time is in now.
    while (level < LEVELS - 1 && (tick >> (6 * level)) - (this.#tick >> (6 * level)) >= SLOTS) level++
    const turn = tick >> (6 * level)
    const index = level * SLOTS + (turn & (SLOTS - 1))
    const head = (this.#slots[index] ??= emptyList())
    head.append(entry)
    const turnTick = turn << (6 * level)
    if (turnTick < this.#timerTick) this.#arm(turnTick, nowMs)
  }

  #tickOf(ms: number): number {
    return Math.floor((ms - (this.#startMs as number)) / TICK_MS)
  }

  #arm(tick: number, nowMs: number): void {
    this.#timer?.cancel()
    this.#timerTick = tick
    const delayMs = (this.#startMs as number) + tick * TICK_MS - nowMs
    this.#timer = this.#clock.schedule(() => this.#onTimer(), Math.max(1, Math.ceil(delayMs)))
  }

  /** Empties the slots whose time has come, looks at no more than a slice of what was in them, and sets the timer anew. */
  #onTimer(): void {
    this.#timer = undefined
    this.#timerTick = Number.POSITIVE_INFINITY
    const nowMs = this.#clock.now()
    const nowTick = this.#tickOf(nowMs)
    for (let tick = this.#nextTick(); tick <= nowTick; tick = this.#nextTick()) this.#collect(tick)
    this.#tick = Math.max(this.#tick, nowTick)
    this.#drain(nowMs)
    if (this.#due.next !== this.#due) this.#arm(this.#tick, nowMs)
    else {
      const next = this.#nextTick()
      if (next < this.#timerTick) this.#arm(next, nowMs)
    }
  }

  /** Advances to `tick`: what the slots that begin there hold is due to be looked at. */
  #collect(tick: number): void {
    this.#tick = tick
    for (let level = 0; level < LEVELS; level++) {
      const turn = tick >> (6 * level)
      if (turn << (6 * level) !== tick) return
      const head = this.#slots[level * SLOTS + (turn & (SLOTS - 1))]
      if (head !== undefined) this.#due.takeAll(head)
    }
  }

  #drain(nowMs: number): void {
    for (let count = 0; count < SLICE; count++) {
      const entry = this.#due.next
      if (entry === this.#due) return
      entry.unlink()
      if (entry.expiresAtMs > nowMs) this.#place(entry, nowMs)
      else this.#remove(entry)
    }
  }

  /** The next tick at which a slot that is not empty begins. */
  #nextTick(): number {
    let next = Number.POSITIVE_INFINITY
    for (let level = 0; level < LEVELS; level++) {
      const now = this.#tick >> (6 * level)
      for (let ahead = 1; ahead <= SLOTS; ahead++) {
        const head = this.#slots[level * SLOTS + ((now + ahead) & (SLOTS - 1))]
        if (head === undefined || head.next === head) continue
        next = Math.min(next, (now + ahead) << (6 * level))
        break
      }
    }
    return next
  }
}
