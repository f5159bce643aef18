/** The steps of the hill climber, in figures that are easy to reckon with. */
import { expect, test } from 'vitest'
import { WindowClimber } from '../../src/eviction/window-climber.js'

/** What the size is after samples of a hundred accesses, so many of which are hits. A sixteenth of the capacity is ten. */
function sizesAfter(hits: readonly number[], size = 50, most = 100): number[] {
  const climber = new WindowClimber(160, 100, size, most)
  return hits.map((count) => {
    let after = 0
    for (let access = 0; access < 100; access++) after = climber.sizeAfter(access < count)
    return after
  })
}

test('moves at the end of a sample only', () => {
  const climber = new WindowClimber(160, 100, 50, 100)
  for (let access = 1; access < 100; access++) expect(climber.sizeAfter(true)).toBe(50)
  expect(climber.sizeAfter(true)).toBe(40)
})

test('goes on while the hit ratio does not fall, in steps that get smaller', () => {
  // 10, 10 after the start, which is a large change, 9.8, 9.604.
  expect(sizesAfter([50, 50, 51, 52])).toEqual([40, 30, 20, 10])
})

test('turns round where the hit ratio falls, and again where that makes it fall, too', () => {
  expect(sizesAfter([50, 48, 49, 47])).toEqual([40, 50, 59, 50])
})

test('steps as far as at first where the hit ratio changes by five points', () => {
  const steady = Array.from({ length: 100 }, (_, sample) => (sample === 0 ? 50 : 50 - (sample % 2)))
  const before = sizesAfter(steady).at(-1) as number
  // The steps are below two by now. The large change turns round once more, and the one after it is the large step.
  expect(Math.abs(before - (sizesAfter(steady).at(-2) as number))).toBeLessThanOrEqual(2)
  const [turned, restarted] = sizesAfter([...steady, 40, 40]).slice(-2) as [number, number]
  expect(Math.abs(turned - before)).toBeLessThanOrEqual(2)
  expect(Math.abs(restarted - turned)).toBe(10)
})

test('keeps the size between one and the most', () => {
  expect(sizesAfter([50, 50, 50], 15)).toEqual([5, 1, 1])
  expect(sizesAfter([50, 40, 41, 42], 50, 62)).toEqual([40, 50, 60, 62])
})

test('adds up steps of parts of an entry', () => {
  const climber = new WindowClimber(8, 1, 4, 7)
  expect(Array.from({ length: 4 }, () => climber.sizeAfter(true))).toEqual([3, 3, 2, 2])
})
