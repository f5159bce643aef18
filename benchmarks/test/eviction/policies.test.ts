/** The simulators: against hit ratios that are known, and against each other. */
import { describe, expect, test } from 'vitest'
import { leftOut, sharedPath } from '../../../test/support/shared.js'
import { generatedWorkloads } from '../../src/eviction/generated.js'
import { belady } from '../../src/eviction/policies/belady.js'
import { fifo } from '../../src/eviction/policies/fifo.js'
import { lruCache } from '../../src/eviction/policies/lru-cache.js'
import { s3Fifo } from '../../src/eviction/policies/s3-fifo.js'
import { sieve } from '../../src/eviction/policies/sieve.js'
import { pycached, pycachedLru } from '../../src/eviction/policies/simple-memory-cache.js'
import { baseline, optimum, policies } from '../../src/eviction/policies.js'
import type { Policy } from '../../src/eviction/policy.js'
import { recordedTrace, TraceLeftOut } from '../../src/eviction/recorded.js'
import { type Trace, traceOf } from '../../src/eviction/trace.js'

const known: [trace: string, capacity: number, [Policy, hitPercent: number][]][] = [
  [
    'web07',
    1000,
    [
      [fifo, 47.69],
      [lruCache, 50.41],
      [sieve, 53.25],
      [s3Fifo, 54.11],
      [belady, 63.58],
    ],
  ],
  [
    'web12',
    1000,
    [
      [fifo, 60.82],
      [lruCache, 64.73],
      [sieve, 68.23],
      [s3Fifo, 69.07],
      [belady, 77.75],
    ],
  ],
  [
    'orm-busy',
    5000,
    [
      [fifo, 84.29],
      [lruCache, 85.46],
      [sieve, 85.52],
      [s3Fifo, 86.63],
      [belady, 91.4],
    ],
  ],
  [
    'orm-night',
    5000,
    [
      [fifo, 83.98],
      [lruCache, 87.85],
      [sieve, 89.01],
      [s3Fifo, 90.46],
      [belady, 94.15],
    ],
  ],
]

describe('hit ratios of recorded traces are those that are known of them, within 0.05 points', async () => {
  for (const [name, capacity, expected] of known) {
    if (sharedPath('traces') === undefined) {
      leftOut('traces', `hit ratios of ${name}`)
      continue
    }
    const trace = await recordedTrace(name).catch((error: unknown) => error)
    if (trace instanceof TraceLeftOut) {
      test(`hit ratios of ${name}: left out, because there is no xz`, () => console.info(`Left out: ${trace.message}`))
      continue
    }
    test.each(expected.map(([policy, hitPercent]) => ({ policy, hitPercent })))(
      `${name}, ${capacity} entries: $policy.name`,
      async ({ policy, hitPercent }) => {
        const { accesses } = trace as Trace
        const hits = await policy.hits(trace as Trace, capacity)
        expect(Math.abs((100 * hits) / accesses.length - hitPercent)).toBeLessThanOrEqual(0.05)
      },
    )
  }
})

const all = [baseline, ...policies, optimum]
const traces = generatedWorkloads.map((workload) => workload.trace(20_000))

describe.each(all)('$name', (policy) => {
  test('has every access but the first of each key as a hit where there is room for all', async () => {
    for (const trace of traces) {
      expect(await policy.hits(trace, trace.distinct)).toBe(trace.accesses.length - trace.distinct)
    }
  })

  test('has hits with the least room only where a key comes twice in a row', async () => {
    const trace = traceOf('pairs', [1, 1, 2, 1, 2, 2, 3])
    expect(await policy.hits(trace, 1)).toBe(2)
  })
})

test('no policy has more hits than the optimum', async () => {
  for (const trace of traces) {
    const most = await optimum.hits(trace, 200)
    for (const policy of [baseline, ...policies]) expect(await policy.hits(trace, 200)).toBeLessThanOrEqual(most)
  }
})

test("SimpleMemoryCache with eviction 'lru' has exactly the hits of lru-cache", async () => {
  for (const trace of traces) {
    for (const capacity of [1, 2, 10, 500]) {
      expect(await pycachedLru.hits(trace, capacity)).toBe(await lruCache.hits(trace, capacity))
    }
  }
})

const pointsAgainstLru = async (trace: Trace, capacity: number): Promise<number> =>
  (100 * ((await pycached.hits(trace, capacity)) - (await lruCache.hits(trace, capacity)))) / trace.accesses.length

describe('SimpleMemoryCache keeps what it promises of its eviction', async () => {
  for (const name of ['web07', 'web12']) {
    if (sharedPath('traces') === undefined) {
      leftOut('traces', `what SimpleMemoryCache keeps of ${name}`)
      continue
    }
    const trace = await recordedTrace(name).catch((error: unknown) => error)
    if (trace instanceof TraceLeftOut) {
      test(`${name}: left out, because there is no xz`, () => console.info(`Left out: ${trace.message}`))
      continue
    }
    const recorded = trace as Trace
    test(`${name}: nowhere more than 0.5 points below LRU, and 2.5 above it on average`, async () => {
      const shares = [0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2].map((share) => Math.round(recorded.distinct * share))
      const points = await Promise.all(shares.map((capacity) => pointsAgainstLru(recorded, capacity)))
      for (const capacity of [10, 50, 100]) {
        expect(await pointsAgainstLru(recorded, capacity)).toBeGreaterThanOrEqual(-0.5)
      }
      expect(Math.min(...points)).toBeGreaterThanOrEqual(-0.5)
      expect(points.reduce((sum, one) => sum + one) / points.length).toBeGreaterThanOrEqual(2.5)
    })
  }
})
