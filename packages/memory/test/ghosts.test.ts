import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FROM_MAIN, FROM_SMALL, Ghosts, NO_GHOST, PROVEN_IN_MAIN } from '../src/ghosts.js'
import { hashOf } from '../src/key-hash.js'
import { ReferenceGhosts } from './support/reference-fifo.js'
import { ghostsOf } from './support/state-of.js'

const ORIGINS = { small: FROM_SMALL, main: FROM_MAIN, proven: PROVEN_IN_MAIN } as const

test('remembers what lists of the latest evictions remember, after every step', () => {
  const key = fc.nat(400).map((number) => `key:${number}`)
  const step = fc.record({
    key,
    add: fc.option(fc.constantFrom('small' as const, 'main' as const, 'proven' as const), { nil: undefined }),
    passed: fc.oneof(fc.nat(3), fc.nat(5000)),
  })
  const capacity = fc.oneof(fc.integer({ min: 1, max: 60 }), fc.constantFrom(255, 256, 257, 511, 512, 900))
  fc.assert(
    fc.property(capacity, fc.array(step, { maxLength: 200, size: 'max' }), (entries, steps) => {
      const ghosts = new Ghosts(entries)
      const reference = new ReferenceGhosts(entries)
      // A cell of a ghost of time 0 could look empty.
      let clock = 2 * entries
      for (const { key: one, add, passed } of steps) {
        clock += passed
        const hash = hashOf(one)
        if (add !== undefined) {
          ghosts.add(hash, ORIGINS[add], clock)
          reference.add(hash, add, clock)
        } else {
          const expected = reference.take(hash, clock)
          expect(ghosts.take(hash, clock)).toBe(expected === undefined ? NO_GHOST : ORIGINS[expected.origin])
          if (expected !== undefined) expect(ghosts.age).toBe(expected.age)
        }
        if (!isDeepStrictEqual(ghostsOf(ghosts._snapshot()), reference.state())) {
          expect(ghostsOf(ghosts._snapshot())).toEqual(reference.state())
        }
      }
    }),
    { numRuns: 40 },
  )
})

test.each([10, 1000, 100_000])('for %d entries it has one and a half ghosts each, of four bytes', (entries) => {
  const bytes = new Ghosts(entries)._snapshot().byteLength
  expect(bytes).toBeGreaterThanOrEqual(entries * 6)
  expect(bytes).toBeLessThan(entries * 6 + 33)
})

test('tells for how long a key was gone, within one part in 128 of the cache', () => {
  for (const entries of [100, 1000, 50_000]) {
    const ghosts = new Ghosts(entries)
    for (const gone of [0, 1, entries >> 3, entries, 3 * entries]) {
      ghosts.add(hashOf('key'), FROM_SMALL, 12_345)
      expect(ghosts.take(hashOf('key'), 12_345 + gone)).toBe(FROM_SMALL)
      expect(Math.abs(ghosts.age - gone)).toBeLessThanOrEqual(entries / 128)
    }
  }
})

test('a key that was taken is forgotten', () => {
  const ghosts = new Ghosts(100)
  ghosts.add(hashOf('key'), PROVEN_IN_MAIN, 1)
  expect([ghosts.take(hashOf('key'), 2), ghosts.take(hashOf('key'), 3)]).toEqual([PROVEN_IN_MAIN, NO_GHOST])
})

test('takes one key for another hardly ever', () => {
  const ghosts = new Ghosts(10_000)
  for (let number = 0; number < 10_000; number++) ghosts.add(hashOf(`there:${number}`), FROM_SMALL, number)
  let wrong = 0
  for (let number = 0; number < 100_000; number++) {
    if (ghosts.take(hashOf(`other:${number}`), 10_000) !== NO_GHOST) wrong++
  }
  // At most eight fingerprints of 16 bits are looked at: 12 of 100,000.
  expect(wrong).toBeLessThan(40)
})

test('goes on where the count of insertions turns negative', () => {
  const ghosts = new Ghosts(100)
  ghosts.add(hashOf('key'), FROM_MAIN, 2 ** 31 - 5)
  expect(ghosts.take(hashOf('key'), (2 ** 31 + 5) | 0)).toBe(FROM_MAIN)
  expect(ghosts.age).toBe(10)
})
