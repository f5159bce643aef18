/**
 * W-TinyLFU: a window, which is LRU, in front of a segmented LRU, four fifths of which are protected at first. What leaves the window
 * stays only if it was used more often than the one that would have to go. The window has one percent of the entries, always or only
 * at first: then a hill climber moves it, as in Caffeine, and what the window gains is protected no more. The counters are exact ones,
 * not a sketch, and count from the first access, which flatters it a little.
 */
import { AgingCounts } from '../aging-counts.js'
import { KeyLists } from '../key-lists.js'
import type { Policy } from '../policy.js'
import { WindowClimber } from '../window-climber.js'

const WINDOW_SHARE = 0.01
const PROTECTED_SHARE = 0.8
/** After so many accesses for each entry all counters are halved, and the hill climber looks at the hit ratio. */
const SAMPLE = 10

export const WINDOW = 0
export const PROBATION = 1
export const PROTECTED = 2

function policy(name: string, isAdaptive: boolean): Policy {
  return {
    name,
    hits({ accesses, distinct }, capacity) {
      const cache = new WTinyLfu(distinct, capacity, isAdaptive)
      let hits = 0
      for (const key of accesses) if (cache.access(key)) hits++
      return hits
    },
  }
}

export const wTinyLfu = policy('W-TinyLFU, window of 1%', false)
export const adaptiveWTinyLfu = policy('W-TinyLFU, adaptive window', true)

export class WTinyLfu {
  /** Of each key: the list that has it, or -1. */
  readonly places: Int8Array
  readonly lists: KeyLists
  readonly capacity: number
  readonly #counts: AgingCounts
  readonly #climber: WindowClimber | undefined
  #windowSize: number
  #protectedSize: number

  /** For keys below `keys`. */
  constructor(keys: number, capacity: number, isAdaptive: boolean) {
    this.places = new Int8Array(keys).fill(-1)
    this.lists = new KeyLists(keys, 3)
    this.capacity = capacity
    this.#counts = new AgingCounts(keys, SAMPLE * capacity)
    this.#windowSize = Math.max(1, Math.round(capacity * WINDOW_SHARE))
    this.#protectedSize = Math.floor((capacity - this.#windowSize) * PROTECTED_SHARE)
    if (!isAdaptive) return
    const most = this.#windowSize + this.#protectedSize
    this.#climber = new WindowClimber(capacity, SAMPLE * capacity, this.#windowSize, most)
  }

  /** How many entries the window may have. */
  get windowSize(): number {
    return this.#windowSize
  }

  /** How many entries may be protected. */
  get protectedSize(): number {
    return this.#protectedSize
  }

  /** How many entries are behind the window. */
  get mainLength(): number {
    return this.lists.length(PROBATION) + this.lists.length(PROTECTED)
  }

  /** Whether it is a hit. What was a miss is stored. */
  access(key: number): boolean {
    this.#counts.add(key)
    const place = this.places[key] as number
    const isHit = place >= 0
    if (isHit) this.#use(place, key)
    else this.#store(key)
    const size = this.#climber?.sizeAfter(isHit) ?? this.#windowSize
    if (size !== this.#windowSize) this.#resizeWindow(size)
    return isHit
  }

  #use(place: number, key: number): void {
    this.lists.remove(place, key)
    this.#put(place === WINDOW ? WINDOW : PROTECTED, key)
    this.#demote()
  }

  #store(key: number): void {
    this.#put(WINDOW, key)
    if (this.lists.length(WINDOW) > this.#windowSize) this.#admit(this.lists.shift(WINDOW))
  }

  /** Evicts nothing: entries only go over the border. */
  #resizeWindow(size: number): void {
    let more = size - this.#windowSize
    this.#windowSize = size
    this.#protectedSize -= more
    this.#demote()
    for (; more > 0 && this.mainLength > 0; more--) this.#put(WINDOW, this.lists.shift(this.#segment()))
    while (this.lists.length(WINDOW) > size) this.#put(PROBATION, this.lists.shift(WINDOW))
  }

  /** Where the next one to go from behind the window is. */
  #segment(): number {
    return this.lists.length(PROBATION) > 0 ? PROBATION : PROTECTED
  }

  #admit(candidate: number): void {
    if (this.#windowSize + this.mainLength >= this.capacity) {
      const segment = this.#segment()
      // A cache of one entry is all window.
      const isEmpty = this.lists.length(segment) === 0
      if (isEmpty || this.#counts.of(candidate) <= this.#counts.of(this.lists.oldest(segment))) {
        this.places[candidate] = -1
        return
      }
      this.places[this.lists.shift(segment)] = -1
    }
    this.#put(PROBATION, candidate)
  }

  #demote(): void {
    while (this.lists.length(PROTECTED) > this.#protectedSize) this.#put(PROBATION, this.lists.shift(PROTECTED))
  }

  #put(list: number, key: number): void {
    this.lists.push(list, key)
    this.places[key] = list
  }
}
