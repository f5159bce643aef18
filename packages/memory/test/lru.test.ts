import fc from 'fast-check'
import { expect, test } from 'vitest'
import { accesses, randomOf, SideBySide, steps } from './support/side-by-side.js'

test('does what an order of uses does, after every step of whatever is done to it', async () => {
  const bounds = fc.record({
    maxEntries: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constant(Infinity)),
    maxBytes: fc.oneof(fc.integer({ min: 1, max: 400 }), fc.constant(Infinity)),
    isObserved: fc.boolean(),
    eviction: fc.constant('lru' as const),
  })
  await fc.assert(
    fc.asyncProperty(bounds, steps(60, { minLength: 20, maxLength: 200 }), async (options, list) => {
      const both = new SideBySide(options)
      for (const step of list) both.run(step)
      const [told, expected] = await both.departuresOfBoth()
      expect(told).toEqual(expected)
    }),
    { numRuns: 150 },
  )
})

test('does what the order does with more entries than its arrays began with', () => {
  const random = randomOf(2)
  const both = new SideBySide({ maxEntries: 500, maxBytes: 5000, eviction: 'lru' })
  let count = 0
  for (const step of accesses(8000, 2000, () => Math.floor(random() * 20))) {
    both.step(step)
    if (++count % 200 === 0) both.compare(step)
  }
  expect(both.reference.entries.size).toBeGreaterThan(200)
})

test('an order by arrival is noticed', () => {
  const both = new SideBySide({ maxEntries: 10, maxBytes: Infinity, eviction: 'lru' })
  both.reference.policy.touch = () => {}
  expect(() => {
    for (const step of accesses(200, 30, () => 1)) both.run(step)
  }).toThrow(/differ/)
})
