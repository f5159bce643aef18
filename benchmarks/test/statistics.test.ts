import { expect, test } from 'vitest'
import { rotated } from '../src/run/rotation.js'
import { ratios, summary } from '../src/run/statistics.js'

test('a median is the middle of the sorted numbers, or the mean of the two in the middle', () => {
  expect(summary([10, 2, 9])).toEqual({ median: 9, min: 2, max: 10 })
  expect(summary([10, 2, 9, 100])).toEqual({ median: 9.5, min: 2, max: 100 })
  expect(() => summary([])).toThrow(RangeError)
})

test('summing up leaves the order of the rounds as it was', () => {
  const rounds = [3, 1, 2]
  summary(rounds)
  expect(rounds).toEqual([3, 1, 2])
})

test('a ratio is formed within a round, so that a machine that slows down for all changes nothing', () => {
  expect(ratios([2, 4, 40], [1, 2, 20])).toEqual([2, 2, 2])
})

test('a round that one of the two lacks has no ratio', () => {
  expect(ratios([2, undefined, 6], [1, 2, undefined])).toEqual([2])
  expect(ratios([2], [0])).toEqual([])
})

test('over as many rounds as there are contenders, each comes first once and last once', () => {
  const orders = [0, 1, 2].map((round) => rotated(['a', 'b', 'c'], round))
  expect(orders).toEqual([
    ['a', 'b', 'c'],
    ['b', 'c', 'a'],
    ['c', 'a', 'b'],
  ])
  expect(rotated(['a', 'b', 'c'], 3)).toEqual(orders[0])
  expect(rotated([], 2)).toEqual([])
})
