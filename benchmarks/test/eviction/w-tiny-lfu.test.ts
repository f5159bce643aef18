/** W-TinyLFU: its lists after every access, and what its window does where it may move. */
import { describe, expect, test } from 'vitest'
import { generatedWorkloads } from '../../src/eviction/generated.js'
import {
  adaptiveWTinyLfu,
  PROBATION,
  PROTECTED,
  WINDOW,
  WTinyLfu,
  wTinyLfu,
} from '../../src/eviction/policies/w-tiny-lfu.js'
import { type Trace, traceOf } from '../../src/eviction/trace.js'

function workload(name: string, length: number): Trace {
  const found = generatedWorkloads.find((workload) => workload.name === name)
  if (found === undefined) throw new Error(`There is no workload "${name}"`)
  return found.trace(length)
}

/** From old to new, each as the lists have it. */
function keysOf(cache: WTinyLfu, list: number): number[] {
  const keys: number[] = []
  if (cache.lists.length(list) === 0) return keys
  for (let key: number | undefined = cache.lists.oldest(list); key !== undefined; key = cache.lists.newerThan(key)) {
    keys.push(key)
  }
  return keys
}

/** Throws where something is not as it must be. The keys that are stored. */
function validated(cache: WTinyLfu): Set<number> {
  const stored = new Set<number>()
  const hold = (isSo: boolean, what: string): void => {
    if (!isSo) throw new Error(`Not so: ${what}`)
  }
  for (const list of [WINDOW, PROBATION, PROTECTED]) {
    const keys = keysOf(cache, list)
    hold(keys.length === cache.lists.length(list), `list ${list} is as long as it says`)
    for (const key of keys) {
      hold(cache.places[key] === list, `key ${key} is where its place says`)
      hold(!stored.has(key), `key ${key} is in one list`)
      stored.add(key)
    }
  }
  hold(stored.size <= cache.capacity, 'there is room for all')
  hold(cache.windowSize >= 1, 'the window has room for one')
  hold(cache.protectedSize >= 0, 'what is protected has a size')
  hold(cache.lists.length(WINDOW) <= cache.windowSize, 'the window has room for what is in it')
  hold(cache.mainLength <= cache.capacity - cache.windowSize, 'there is room behind the window for what is there')
  hold(cache.lists.length(PROTECTED) <= cache.protectedSize, 'no more is protected than may be')
  return stored
}

describe.each([
  { name: wTinyLfu.name, isAdaptive: false },
  { name: adaptiveWTinyLfu.name, isAdaptive: true },
])('$name', ({ isAdaptive }) => {
  test.each([1, 2, 3, 10, 50, 200])('has its lists in order after every access, with %i entries', (capacity) => {
    const windowSizes = new Set<number>()
    for (const { name } of generatedWorkloads) {
      const trace = workload(name, 5000)
      const cache = new WTinyLfu(trace.distinct, capacity, isAdaptive)
      const movable = cache.windowSize + cache.protectedSize
      let before = new Set<number>()
      for (const key of trace.accesses) {
        const isHit = cache.access(key)
        const stored = validated(cache)
        windowSizes.add(cache.windowSize)
        if (isHit !== before.has(key)) throw new Error(`${name}: a hit is what was stored, and nothing else`)
        before.add(key)
        const lost = [...before].filter((other) => !stored.has(other))
        if (lost.length > (before.size > capacity ? 1 : 0)) throw new Error(`${name}: lost ${lost.join()} without need`)
        before = stored
      }
      expect(cache.windowSize + cache.protectedSize).toBe(movable)
      expect(before.size).toBe(Math.min(capacity, trace.distinct))
    }
    // With less than three there is nothing that the window could take. A window that does not move would prove little.
    if (isAdaptive && capacity >= 3) expect(windowSizes.size).toBeGreaterThan(1)
    else expect(windowSizes.size).toBe(1)
  })
})

const lruFriendly = 'LRU-friendly: stack distances up to 3,000'

/** In percent of the capacity, after every thousandth access. */
function windowPercents({ accesses, distinct }: Trace, capacity: number): number[] {
  const cache = new WTinyLfu(distinct, capacity, true)
  const percents: number[] = []
  accesses.forEach((key, at) => {
    cache.access(key)
    if (at % 1000 === 999) percents.push((100 * cache.windowSize) / capacity)
  })
  return percents
}

test('the window grows where LRU is good, and has many more hits than one of one percent', async () => {
  const trace = workload(lruFriendly, 200_000)
  for (const capacity of [500, 1500]) {
    expect(windowPercents(trace, capacity).at(-1)).toBeGreaterThan(30)
    const more = (await adaptiveWTinyLfu.hits(trace, capacity)) - (await wTinyLfu.hits(trace, capacity))
    expect((100 * more) / trace.accesses.length).toBeGreaterThan(5)
  }
})

test('the window shrinks again where a loop follows that is longer than the cache', () => {
  const { accesses } = workload(lruFriendly, 150_000)
  const loop = Array.from({ length: 150_000 }, (_, at) => 1_000_000 + (at % 3000))
  const percents = windowPercents(traceOf('LRU-friendly, then a loop', [...accesses, ...loop]), 1500)
  expect(percents[149]).toBeGreaterThan(30)
  expect(Math.min(...percents.slice(150))).toBeLessThan(10)
})

test('the window stays small where there is nothing but such a loop', () => {
  expect(Math.max(...windowPercents(workload('loop of 3,000', 100_000), 2400))).toBeLessThan(10)
})
