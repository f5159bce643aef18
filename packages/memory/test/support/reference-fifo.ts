/**
 * The policy that the header of `adaptive-fifo.ts` describes, in arrays from the oldest to the newest, every weight and count computed
 * when it is asked for. The numbers can be given, so that tests see that another number is noticed.
 */
import { hashOf } from '../../src/key-hash.js'
import type { ReferenceEntry, ReferencePolicy } from './reference-store.js'

const NUMBERS = {
  share: 0.1,
  minShare: 0.01,
  maxShare: 0.9,
  nurseryShare: 0.25,
  windowShare: 0.25,
  follow: 1 / 64,
  reachTurns: 2,
  maxUse: 2,
  ghostRatio: 1.5,
  smallGhosts: 5,
  mainGhosts: 3,
  units: 256,
}

export type FifoNumbers = Partial<typeof NUMBERS>

type Origin = 'small' | 'main' | 'proven'

interface Place {
  readonly entry: ReferenceEntry
  region: 'nursery' | 'probation' | 'main'
  isProven: boolean
  stamp: number
  hash: number | undefined
}

export class ReferenceFifo implements ReferencePolicy {
  readonly #numbers: typeof NUMBERS
  readonly #leastWeight: number
  #small: Place[] = []
  #main: Place[] = []
  #ghosts: ReferenceGhosts | undefined
  /** How many entries there were when some had to go for the one that arrived last. */
  #room = 0
  #isFirstToGo = false
  #share = 0
  #clock = 0
  #usedInMain = 0
  #fromSmall = 0.5
  #arrived: { hash: number | undefined; toMain: boolean } = { hash: undefined, toMain: false }

  constructor(leastWeight: number, numbers: FifoNumbers = {}) {
    this.#leastWeight = leastWeight
    this.#numbers = { ...NUMBERS, ...numbers }
    this.reset()
  }

  arrive(short: string): void {
    this.#clock++
    this.#isFirstToGo = true
    if (this.#ghosts === undefined) return
    const hash = hashOf(short)
    const ghost = this.#ghosts.take(hash, this.#clock)
    this.#arrived = { hash, toMain: ghost !== undefined && this.#judge(ghost.origin, ghost.age) }
  }

  admit(entry: ReferenceEntry): void {
    const { hash, toMain } = this.#arrived
    this.#enter({ entry, region: toMain ? 'main' : 'nursery', isProven: false, stamp: 0, hash })
  }

  readmit(entry: ReferenceEntry): void {
    this.#enter({ entry, region: 'main', isProven: false, stamp: 0, hash: undefined })
  }

  touch(entry: ReferenceEntry): void {
    entry.use = Math.min(entry.use + 1, this.#numbers.maxUse)
  }

  remove(entry: ReferenceEntry): void {
    this.#small = this.#small.filter((place) => place.entry !== entry)
    this.#main = this.#main.filter((place) => place.entry !== entry)
  }

  evict(): ReferenceEntry | undefined {
    const count = this.#small.length + this.#main.length
    if (count === 0) return undefined
    if (this.#isFirstToGo || this.#room === 0) this.#room = count
    this.#isFirstToGo = false
    if (this.#ghosts === undefined || !this.#ghosts.suits(this.#room)) {
      this.#ghosts = new ReferenceGhosts(this.#room, this.#numbers)
    }
    const small = this.#weight(this.#small)
    const share = Math.max(this.#share, 1 / count)
    return small < share * (small + this.#weight(this.#main))
      ? (this.#evictFromMain(this.#ghosts) ?? this.#evictFromSmall(this.#ghosts))
      : (this.#evictFromSmall(this.#ghosts) ?? this.#evictFromMain(this.#ghosts))
  }

  reset(): void {
    this.#small = []
    this.#main = []
    this.#ghosts = undefined
    this.#room = 0
    this.#share = this.#numbers.share
    this.#clock = 0
    this.#usedInMain = 0
    this.#fromSmall = 0.5
    this.#arrived = { hash: undefined, toMain: false }
  }

  state(): unknown {
    const shown = ({ entry, region, isProven, stamp }: Place) => [entry.key, region, isProven, entry.use, stamp]
    const weightOf = (region: string) => this.#weight(this.#small.filter((place) => place.region === region))
    return {
      small: this.#small.map(shown),
      main: this.#main.map(shown),
      weights: [weightOf('nursery'), weightOf('probation'), this.#weight(this.#main)],
      counts: [this.#small.length + this.#main.length, this.#main.length],
      learned: { share: this.#share, usedInMain: this.#usedInMain, fromSmall: this.#fromSmall },
      clock: this.#clock,
      ghosts: this.#ghosts?.state() ?? [],
    }
  }

  #judge(origin: Origin, age: number): boolean {
    const { windowShare, minShare, maxShare, reachTurns } = this.#numbers
    const window = Math.max(1, this.#room * windowShare)
    const step = 1 / this.#room
    if (origin !== 'small') {
      const fromMain = 1 - this.#fromSmall
      if (age * fromMain <= window) this.#share = Math.min(maxShare, Math.max(minShare, step, this.#share - step))
      return origin === 'proven'
    }
    const reuse = age + this.#ageOf(this.#small[0], 0)
    const turn = this.#ageOf(this.#main[0], Number.POSITIVE_INFINITY)
    const used = this.#usedInMain * this.#main.length * Math.min(1, reuse / (reachTurns * turn))
    const lruWouldHaveHit = reuse + used <= this.#room
    if (age * this.#fromSmall <= window && lruWouldHaveHit) this.#share = Math.min(maxShare, this.#share + step)
    return reuse <= turn
  }

  #evictFromSmall(ghosts: ReferenceGhosts): ReferenceEntry | undefined {
    const { nurseryShare, follow } = this.#numbers
    const share = Math.max(this.#share, 1 / this.#room)
    const limit = nurseryShare * share * this.#weight([...this.#small, ...this.#main])
    for (;;) {
      const nursery = this.#small.filter(({ region }) => region === 'nursery')
      const hasProbation = nursery.length < this.#small.length
      if (!hasProbation || this.#weight(nursery) > limit) {
        const [oldest] = nursery
        if (oldest === undefined) return undefined
        oldest.region = 'probation'
        oldest.entry.use = 0
        continue
      }
      const place = this.#small.shift() as Place
      if (place.entry.use > 0) {
        this.#enter({ ...place, region: 'main' })
        continue
      }
      this.#fromSmall += (1 - this.#fromSmall) * follow
      ghosts.add(hashFor(place), 'small', this.#clock)
      return place.entry
    }
  }

  #evictFromMain(ghosts: ReferenceGhosts): ReferenceEntry | undefined {
    const { follow } = this.#numbers
    for (;;) {
      const place = this.#main.shift()
      if (place === undefined) return undefined
      if (place.entry.use > 0) {
        this.#usedInMain += (1 - this.#usedInMain) * follow
        place.entry.use--
        this.#main.push({ ...place, isProven: true, stamp: this.#clock })
        continue
      }
      this.#usedInMain -= this.#usedInMain * follow
      this.#fromSmall -= this.#fromSmall * follow
      ghosts.add(hashFor(place), place.isProven ? 'proven' : 'main', this.#clock)
      return place.entry
    }
  }

  #enter(place: Place): void {
    place.entry.use = 0
    const queue = place.region === 'main' ? this.#main : this.#small
    queue.push({ ...place, stamp: this.#clock })
  }

  #ageOf(place: Place | undefined, otherwise: number): number {
    return place === undefined ? otherwise : this.#clock - place.stamp
  }

  #weight(places: readonly Place[]): number {
    return places.reduce((sum, { entry }) => sum + Math.max(entry.bytes, this.#leastWeight), 0)
  }
}

const hashFor = ({ hash, entry }: Place): number => hash ?? hashOf(entry.short)

interface Ghost {
  readonly fingerprint: number
  readonly time: number
  readonly origin: Origin
}

/** Some sets of ghosts; each has two lists, with the newest ghost first, which forget the oldest. */
export class ReferenceGhosts {
  readonly capacity: number
  readonly #numbers: typeof NUMBERS
  readonly #sets: { small: Ghost[]; main: Ghost[] }[]
  /** So many insertions are a unit of time: a power of two, the capacity is more than 128 and at most 256 of them. */
  readonly #unit: number

  constructor(capacity: number, numbers: FifoNumbers = {}) {
    this.#numbers = { ...NUMBERS, ...numbers }
    const { ghostRatio, smallGhosts, mainGhosts, units } = this.#numbers
    this.capacity = capacity
    const sets = Math.max(1, Math.ceil((capacity * ghostRatio) / (smallGhosts + mainGhosts)))
    this.#sets = Array.from({ length: sets }, () => ({ small: [], main: [] }))
    let unit = 1
    while (capacity / unit >= units) unit *= 2
    this.#unit = unit
  }

  /** From a quarter of what it was made for to twice as much. */
  suits(entries: number): boolean {
    return entries * 4 >= this.capacity && entries <= this.capacity * 2
  }

  add(hash: number, origin: Origin, clock: number): void {
    const { small, main } = this.#setOf(hash)
    const { smallGhosts, mainGhosts } = this.#numbers
    const [list, length] = origin === 'small' ? [small, smallGhosts] : [main, mainGhosts]
    list.unshift({ fingerprint: hash & 0xffff, time: this.#time(clock), origin })
    list.splice(length)
  }

  take(hash: number, clock: number): { origin: Origin; age: number } | undefined {
    const { small, main } = this.#setOf(hash)
    for (const list of [small, main]) {
      const index = list.findIndex(({ fingerprint }) => fingerprint === (hash & 0xffff))
      const [ghost] = index === -1 ? [] : list.splice(index, 1)
      if (ghost !== undefined) {
        return { origin: ghost.origin, age: ((this.#time(clock) - ghost.time + 2 ** 15) % 2 ** 15) * this.#unit }
      }
    }
    return undefined
  }

  /** Of every set that is not empty its number, and what both lists have. */
  state(): unknown[] {
    return this.#sets.flatMap(({ small, main }, set) =>
      small.length + main.length === 0 ? [] : [[set, small.map(shownGhost), main.map(shownGhost)]],
    )
  }

  #setOf(hash: number) {
    const set = this.#sets[Math.floor(((hash >>> 0) / 2 ** 32) * this.#sets.length)]
    if (set === undefined) throw new Error(`no set for the hash ${hash}`)
    return set
  }

  #time(clock: number): number {
    return Math.floor(clock / this.#unit) % 2 ** 15
  }
}

const shownGhost = ({ fingerprint, time, origin }: Ghost): string => `${fingerprint} at ${time} from ${origin}`
