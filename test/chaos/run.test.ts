import { expect, test } from 'vitest'
import { type Figure, problems, violation } from './run.js'

const figure = (value: number | string, limit: Figure['limit']): Figure => ({
  name: 'lost',
  value,
  ...(limit !== undefined && { limit }),
})

test.each([
  [0, { exactly: 0 }],
  [100, { atMost: 100 }],
  [100, { atLeast: 100, atMost: 100 }],
  ['PONG', { exactly: 'PONG' }],
])('a figure of %s is within %j', (value, limit) => {
  expect(violation(figure(value, limit))).toBeUndefined()
})

test.each([
  [1, { exactly: 0 }, 'lost is 1, expected 0'],
  [101, { atMost: 100 }, 'lost is 101, expected at most 100'],
  [9, { atLeast: 10, atMost: 100 }, 'lost is 9, expected at least 10, at most 100'],
  [Number.NaN, { atMost: 100 }, 'lost is NaN, expected at most 100'],
  [Number.NEGATIVE_INFINITY, { atMost: 100 }, 'lost is -Infinity, expected at most 100'],
  [Number.POSITIVE_INFINITY, { atLeast: 1 }, 'lost is Infinity, expected at least 1'],
  ['none', { atLeast: 1 }, 'lost is none, expected at least 1'],
])('a figure of %s is outside %j', (value, limit, text) => {
  expect(violation(figure(value, limit))).toBe(text)
})

test('an outcome without any limit shows nothing, and so fails', () => {
  expect(problems({ figures: [figure(0, undefined)] })).toHaveLength(1)
  expect(problems({ figures: [] })).toHaveLength(1)
  expect(problems({ figures: [figure(0, { exactly: 0 })] })).toEqual([])
})

test('a crash is the failure of its run', () => {
  expect(problems({ figures: [], failure: 'it ended' })).toEqual(['it ended'])
})
