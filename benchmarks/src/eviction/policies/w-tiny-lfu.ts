/**
 * W-TinyLFU: a window of one percent in front of a segmented LRU, four fifths of which are protected. What leaves the window stays
 * only if it was used more often than the one that would have to go. The counters are exact ones of four bits, not a sketch, which
 * flatters it a little; the window does not adapt.
 */
import { KeyLists } from '../key-lists.js'
import type { Policy } from '../policy.js'

const WINDOW_SHARE = 0.01
const PROTECTED_SHARE = 0.8
const MAX_COUNT = 15
/** All counters are halved after so many accesses for each entry. */
const SAMPLE = 10

const WINDOW = 0
const PROBATION = 1
const PROTECTED = 2

export const wTinyLfu: Policy = {
  name: 'W-TinyLFU',
  hits({ accesses, distinct }, capacity) {
    const window = Math.max(1, Math.round(capacity * WINDOW_SHARE))
    const most = Math.floor((capacity - window) * PROTECTED_SHARE)
    const lists = new KeyLists(distinct, 3)
    const places = new Int8Array(distinct).fill(-1)
    const counts = new AgingCounts(distinct, SAMPLE * capacity)

    const put = (list: number, key: number): void => {
      lists.push(list, key)
      places[key] = list
    }
    const protect = (key: number): void => {
      put(PROTECTED, key)
      if (lists.length(PROTECTED) > most) put(PROBATION, lists.shift(PROTECTED))
    }

    let hits = 0
    for (const key of accesses) {
      counts.add(key)
      const place = places[key] as number
      if (place >= 0) {
        hits++
        lists.remove(place, key)
        if (place === WINDOW) put(WINDOW, key)
        else protect(key)
        continue
      }
      put(WINDOW, key)
      if (lists.length(WINDOW) <= window) continue
      const candidate = lists.shift(WINDOW)
      if (window + lists.length(PROBATION) + lists.length(PROTECTED) < capacity) {
        put(PROBATION, candidate)
        continue
      }
      const segment = lists.length(PROBATION) > 0 ? PROBATION : PROTECTED
      // A cache of one entry is all window.
      if (lists.length(segment) === 0 || counts.of(candidate) <= counts.of(lists.oldest(segment))) {
        places[candidate] = -1
        continue
      }
      places[lists.shift(segment)] = -1
      put(PROBATION, candidate)
    }
    return hits
  },
}

/** How often each key was accessed of late. */
class AgingCounts {
  readonly #counts: Uint8Array
  /** The halving up to which a count is right: only those that are looked at are halved. */
  readonly #halvings: Int32Array
  readonly #sample: number
  #halving = 0
  #added = 0

  constructor(keys: number, sample: number) {
    this.#counts = new Uint8Array(keys)
    this.#halvings = new Int32Array(keys)
    this.#sample = sample
  }

  of(key: number): number {
    const missed = this.#halving - (this.#halvings[key] as number)
    if (missed > 0) {
      this.#counts[key] = (this.#counts[key] as number) >> Math.min(missed, 8)
      this.#halvings[key] = this.#halving
    }
    return this.#counts[key] as number
  }

  add(key: number): void {
    const count = this.of(key)
    if (count === MAX_COUNT) return
    this.#counts[key] = count + 1
    this.#added++
    if (this.#added < this.#sample) return
    this.#halving++
    this.#added >>= 1
  }
}
