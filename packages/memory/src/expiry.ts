/**
 * When entries expire: a hierarchical timing wheel, so that adding, extending and removing cost the same for any number of entries
 * and any time to live, with one timer for all of them. The timer only gives memory back: whether an entry has expired is read from
 * the clock, so that a timer that is late serves nothing stale.
 */
import type { Clock, ScheduledCall } from '@pycached/core'
import { HORIZON_MS, RecentTime } from './recent-time.js'
import { SlotLists } from './slot-lists.js'
import { grown, LAST_TICK, moreThan, NEVER_TICK, NONE, type Slots, TICK_SHIFT } from './slots.js'

/** The granularity of giving memory back: an entry is gone at most about this long after it expired. */
const TICK_MS = 512
/** Lists of a level; a list of one level is as long as all of the level below. */
const LIST_BITS = 6
const LISTS = 2 ** LIST_BITS
/** Four levels cover 97 days. What lives longer waits in the last list and is placed again from there. */
const LEVELS = 4
const FARTHEST_TICKS = (LISTS - 1) * LISTS ** (LEVELS - 1)
/** The list of entries whose time has come. */
const DUE = LEVELS * LISTS
/** What one turn of the event loop may give back: what it has time for, which is looked at after every so many entries, up to a slice. */
const TURN_MS = 2
const STEP = 128
const SLICE = 4096

const SMALLEST = 56

const LOW_BITS = 2 ** TICK_SHIFT - 1
const NEVER_WORD = NEVER_TICK << TICK_SHIFT
const LAST_DEADLINE_MS = LAST_TICK * TICK_MS

export class Expiry {
  readonly #clock: Clock
  readonly #slots: Slots
  readonly #remove: (slot: number) => void
  readonly #time: RecentTime
  /** An entry whose word is greater needs no look at the clock. */
  #freshAbove = NEVER_WORD
  /** `DUE`, and before it level after level. Made when first used. */
  #wheel: SlotLists | undefined
  /**
   * By slot, the tick of the list that it waits in; 0: in none. Nothing leaves its list before the list's time comes, though its entry
   * may have a later deadline by then, or none, or be another: only an earlier one has to be moved.
   */
  #waitsFor = new Int32Array(SMALLEST)
  /** A whole number; times below count from it. */
  #startMs: number | undefined
  /** The tick up to which lists have been emptied. */
  #tick = 0
  #timer: ScheduledCall | undefined
  #timerTick = Number.POSITIVE_INFINITY

  /** `remove` gets every entry that has expired, some time after it did, unless {@link forget} came first. */
  constructor(clock: Clock, slots: Slots, remove: (slot: number) => void) {
    this.#clock = clock
    this.#slots = slots
    this.#remove = remove
    this.#time = new RecentTime(clock)
  }

  /** `word` is the entry's. */
  isExpired(slot: number, word: number): boolean {
    if (word >= NEVER_WORD) return false
    if (word > this.#freshAbove && --this.#time.usesLeft >= 0) return false
    return this.#deadlineOf(slot) <= this.#readTime()
  }

  /** How long the entry still lives, in milliseconds; `undefined`: for ever. */
  leftMs(slot: number): number | undefined {
    const word = this.#slots.words[slot] as number
    return word >= NEVER_WORD ? undefined : this.#deadlineOf(slot) - this.#readTime()
  }

  /** Gives the entry a new time to live; `undefined`: for ever. */
  set(slot: number, ttlMs: number | undefined): void {
    if (ttlMs === undefined) {
      this.forget(slot)
      return
    }
    const nowMs =
      ttlMs > HORIZON_MS && --this.#time.usesLeft >= 0 ? this.#time.lastMs - this.#start() : this.#readTime()
    const { words, offsets } = this.#slots
    const deadlineMs = Math.min(Math.ceil(nowMs + ttlMs), LAST_DEADLINE_MS)
    const tick = tickOf(deadlineMs)
    words[slot] = (tick << TICK_SHIFT) | ((words[slot] as number) & LOW_BITS)
    offsets[slot] = deadlineMs - tick * TICK_MS
    this.#wheel ??= new SlotLists(DUE + 1)
    while (slot >= this.#waitsFor.length) {
      this.#waitsFor = grown(this.#waitsFor, new Int32Array(moreThan(this.#waitsFor.length)))
    }
    const waitsFor = this.#waitsFor[slot] as number
    if (waitsFor === 0 || waitsFor > tick + 1) this.#place(this.#wheel, slot, tick + 1, nowMs)
  }

  /** The entry never expires any more. */
  forget(slot: number): void {
    const { words } = this.#slots
    words[slot] = NEVER_WORD | ((words[slot] as number) & LOW_BITS)
  }

  /** Forgets all entries. */
  reset(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#timerTick = Number.POSITIVE_INFINITY
    this.#wheel = undefined
    this.#waitsFor = new Int32Array(SMALLEST)
  }

  /** @internal What it consists of, for tests. */
  _snapshot() {
    return { wheel: this.#wheel, waitsFor: this.#waitsFor, tick: this.#tick, timerTick: this.#timerTick }
  }

  #deadlineOf(slot: number): number {
    const { words, offsets } = this.#slots
    return ((words[slot] as number) >> TICK_SHIFT) * TICK_MS + (offsets[slot] as number)
  }

  /** Milliseconds since the start, from the clock itself. */
  #readTime(): number {
    const time = this.#time
    const nowMs = time.read() - this.#start()
    const ahead = tickOf(nowMs + HORIZON_MS)
    this.#freshAbove = time.usesLeft > 0 && ahead < LAST_TICK ? (ahead << TICK_SHIFT) | LOW_BITS : NEVER_WORD
    return nowMs
  }

  #start(): number {
    this.#startMs ??= Math.floor(this.#clock.now())
    return this.#startMs
  }

  /** Puts the slot where it is looked at from the tick `dueTick` on, or before. */
  #place(wheel: SlotLists, slot: number, dueTick: number, nowMs: number): void {
    // Without a timer every list is empty, and time went on without being noticed.
    if (this.#timer === undefined) this.#tick = Math.max(this.#tick, tickOf(nowMs))
    const tick = Math.min(Math.max(dueTick, this.#tick + 1), this.#tick + FARTHEST_TICKS)
    let level = 0
    // Compared by list, not by distance: a list of a higher level must lie after the one that time is in now.
    while (level < LEVELS - 1 && (tick >> (LIST_BITS * level)) - (this.#tick >> (LIST_BITS * level)) >= LISTS) level++
    const turn = tick >> (LIST_BITS * level)
    if (this.#waitsFor[slot] !== 0) wheel.remove(slot)
    wheel.append(level * LISTS + (turn & (LISTS - 1)), slot)
    const turnTick = turn << (LIST_BITS * level)
    this.#waitsFor[slot] = turnTick
    if (turnTick < this.#timerTick) this.#arm(turnTick, nowMs)
  }

  #arm(tick: number, nowMs: number): void {
    this.#timer?.cancel()
    this.#timerTick = tick
    this.#timer = this.#clock.schedule(() => this.#onTimer(), Math.max(1, Math.ceil(tick * TICK_MS - nowMs)))
  }

  /** Empties the lists whose time has come, looks at no more of what was in them than a turn has time for, and sets the timer anew. */
  #onTimer(): void {
    this.#timer = undefined
    this.#timerTick = Number.POSITIVE_INFINITY
    const wheel = this.#wheel
    if (wheel === undefined) return
    const nowMs = this.#readTime()
    const nowTick = tickOf(nowMs)
    for (let tick = this.#nextTick(wheel); tick <= nowTick; tick = this.#nextTick(wheel)) this.#collect(wheel, tick)
    this.#tick = Math.max(this.#tick, nowTick)
    this.#drain(wheel, nowMs)
    if (this.#wheel !== wheel) return
    const nextTick = wheel.isEmpty(DUE) ? this.#nextTick(wheel) : this.#tick
    if (nextTick < this.#timerTick) this.#arm(nextTick, nowMs)
  }

  /** Advances to `tick`: what the lists that begin there hold is due to be looked at. */
  #collect(wheel: SlotLists, tick: number): void {
    this.#tick = tick
    for (let level = 0; level < LEVELS; level++) {
      const turn = tick >> (LIST_BITS * level)
      if (turn << (LIST_BITS * level) !== tick) return
      wheel.moveAll(level * LISTS + (turn & (LISTS - 1)), DUE)
    }
  }

  #drain(wheel: SlotLists, nowMs: number): void {
    for (let count = 1; count <= SLICE; count++) {
      const slot = wheel.first(DUE)
      if (slot === NONE) return
      wheel.remove(slot)
      this.#waitsFor[slot] = 0
      const word = this.#slots.words[slot] as number
      if (word < NEVER_WORD && !this.#slots.isFree(slot)) {
        if (this.#deadlineOf(slot) > nowMs) this.#place(wheel, slot, (word >> TICK_SHIFT) + 1, nowMs)
        else this.#remove(slot)
        // The last entry that expires may take the wheel along.
        if (this.#wheel !== wheel) return
      }
      if (count % STEP === 0 && this.#readTime() - nowMs >= TURN_MS) return
    }
  }

  /** The next tick at which a list that is not empty begins. */
  #nextTick(wheel: SlotLists): number {
    let next = Number.POSITIVE_INFINITY
    for (let level = 0; level < LEVELS; level++) {
      const now = this.#tick >> (LIST_BITS * level)
      for (let ahead = 1; ahead <= LISTS; ahead++) {
        if (wheel.isEmpty(level * LISTS + ((now + ahead) & (LISTS - 1)))) continue
        next = Math.min(next, (now + ahead) << (LIST_BITS * level))
        break
      }
    }
    return next
  }
}

function tickOf(ms: number): number {
  return Math.floor(ms / TICK_MS)
}
