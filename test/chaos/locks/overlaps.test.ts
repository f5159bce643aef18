import { expect, test } from 'vitest'
import { commonNowMs, overlaps } from './overlaps.js'

const held = (lock: number, beginMs: number, endMs: number) => ({ lock, beginMs, endMs })

test('who comes after the other is no overlap, and neither are two locks', () => {
  expect(overlaps([held(1, 5, 6), held(1, 1, 5), held(2, 2, 9), held(1, 6, 7)])).toBe(0)
})

test('whoever begins before another has ended overlaps it, however long ago that began', () => {
  expect(overlaps([held(1, 1, 5), held(1, 4, 6)])).toBe(1)
  expect(overlaps([held(1, 1, 50), held(1, 2, 3), held(1, 10, 11), held(1, 51, 52)])).toBe(2)
})

test('the common clock goes on', () => {
  const before = commonNowMs()
  expect(commonNowMs()).toBeGreaterThanOrEqual(before)
})
