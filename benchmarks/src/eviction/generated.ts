/** Workloads that are generated, each for one thing that a policy may do well or badly. */
import { Random } from './random.js'
import { type Trace, traceOf } from './trace.js'

export interface GeneratedWorkload {
  readonly name: string
  /** The capacities to try, in entries. */
  readonly sizes: readonly number[]
  /** The same accesses each time. */
  trace(length: number): Trace
}

/** For each number, from 0: the key that is accessed. */
type Keys = (random: Random) => (at: number) => number

/** Keys that are accessed once start here: no workload has so many others. */
const ONCE = 1_000_000

function workload(name: string, sizes: readonly number[], keys: Keys): GeneratedWorkload {
  return {
    name,
    sizes,
    trace(length) {
      const key = keys(new Random(1))
      return traceOf(
        name,
        Array.from({ length }, (_, at) => key(at)),
      )
    },
  }
}

const zipf = (exponent: number): GeneratedWorkload =>
  workload(`Zipf ${exponent}`, [500, 5000], (random) => random.zipf(50_000, exponent))

/** Popularity is dealt anew after every `period` accesses. */
const shiftingZipf = (period: number): GeneratedWorkload =>
  workload(`Zipf 0.99, dealt anew every ${period.toLocaleString('en')}`, [1000, 4000], (random) => {
    const rank = random.zipf(20_000, 0.99)
    let keys = random.shuffled(20_000)
    return (at) => {
      if (at > 0 && at % period === 0) keys = random.shuffled(20_000)
      return keys[rank()] as number
    }
  })

export const generatedWorkloads: readonly GeneratedWorkload[] = [
  ...[0.7, 0.9, 1.1].map(zipf),
  // 1.03, 1.1, 1.25 and 1.5 times the cache.
  workload('loop of 3,000', [2913, 2727, 2400, 2000], () => (at) => at % 3000),
  workload('loops of 2,600, another every 60,000', [2500, 2364, 1733], () => (at) => {
    return Math.floor(at / 60_000) * 10_000 + (at % 2600)
  }),
  workload('loop of 5,000 mixed into Zipf 0.9', [500, 4000], (random) => {
    const rank = random.zipf(20_000, 0.9)
    let looped = 0
    return () => (random.next() < 0.3 ? ONCE + (looped++ % 5000) : rank())
  }),
  workload('scans of 20,000 between Zipf 0.99', [200, 2000], (random) => {
    const rank = random.zipf(20_000, 0.99)
    return (at) => (at % 100_000 >= 80_000 ? ONCE + at : rank())
  }),
  workload('every third key once, in Zipf 0.99', [200, 2000], (random) => {
    const rank = random.zipf(20_000, 0.99)
    return (at) => (random.next() < 1 / 3 ? ONCE + at : rank())
  }),
  workload('bursts of two to four, in Zipf 0.99', [200, 2000], bursts),
  shiftingZipf(100_000),
  shiftingZipf(20_000),
  workload('drift: 2,000 keys, a new one every 20', [300, 1500], (random) => {
    const rank = random.zipf(2000, 0.7)
    return (at) => Math.floor(at / 20) + rank()
  }),
  workload('the newest are the most popular', [1000, 5000], (random) => {
    const age = random.zipf(20_000, 0.9)
    return (at) => 20_000 + Math.floor(at / 10) - age()
  }),
  workload('LRU-friendly: stack distances by Zipf', [100, 1000, 3000], (random) => {
    const distance = random.zipf(8000, 1)
    return byStackDistance(8000, () => (random.next() < 0.05 ? undefined : distance()))
  }),
  workload('LRU-friendly: stack distances up to 3,000', [500, 1500], (random) => {
    return byStackDistance(3000, () => (random.next() < 0.1 ? undefined : Math.floor(random.next() ** 2 * 3000)))
  }),
]

/** Every fifth key comes for the first time, and once to three times more within the next 60 accesses, and then never again. */
function bursts(random: Random): (at: number) => number {
  const rank = random.zipf(20_000, 0.99)
  const planned = new Map<number, number>()
  return (at) => {
    const key = planned.get(at)
    if (key !== undefined) {
      planned.delete(at)
      return key
    }
    if (random.next() >= 0.2) return rank()
    const repeats = 1 + random.below(3)
    for (let repeat = 0; repeat < repeats; repeat++) planned.set(at + 1 + random.below(60), ONCE + at)
    return ONCE + at
  }
}

/** Accesses again what was accessed `distance()` different keys ago, or a new key for `undefined`. Remembers `depth` keys. */
function byStackDistance(depth: number, distance: () => number | undefined): () => number {
  const stack = Int32Array.from({ length: depth }, (_, key) => key)
  let fresh = depth
  return () => {
    const drawn = distance()
    const key = drawn === undefined ? fresh++ : (stack[drawn] as number)
    stack.copyWithin(1, 0, drawn ?? depth - 1)
    stack[0] = key
    return key
  }
}
