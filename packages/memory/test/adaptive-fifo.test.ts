import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { FifoNumbers } from './support/reference-fifo.js'
import { accesses, randomOf, type Settings, SideBySide, type Step, steps } from './support/side-by-side.js'

function runAll(settings: Settings, list: Iterable<Step>): SideBySide {
  const both = new SideBySide(settings)
  for (const step of list) both.run(step)
  return both
}

const program = (count: number, keys: number): Generator<Step> => {
  const random = randomOf(2)
  return accesses(count, keys, () => Math.floor(random() * 20))
}

const settings: fc.Arbitrary<Settings> = fc.record({
  maxEntries: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constant(Infinity)),
  maxBytes: fc.oneof(fc.integer({ min: 1, max: 400 }), fc.constant(Infinity)),
  isObserved: fc.boolean(),
})

test('does what the plain reference does, after every step of whatever is done to it', async () => {
  await fc.assert(
    fc.asyncProperty(settings, steps(60, { minLength: 20, maxLength: 200 }), async (options, list) => {
      const [told, expected] = await runAll(options, list).departuresOfBoth()
      expect(told).toEqual(expected)
    }),
    { numRuns: 200 },
  )
})

test.each([
  { maxEntries: 30, maxBytes: Infinity },
  { maxEntries: Infinity, maxBytes: 300 },
  { maxEntries: 50, maxBytes: 400 },
])('does what the reference does in a long program, within $maxEntries entries and $maxBytes bytes', (bounds) => {
  const both = runAll(bounds, program(1500, 150))
  expect(both.reference.entries.size).toBeGreaterThan(20)
})

test('does what the reference does with more entries than its arrays began with', () => {
  const both = new SideBySide({ maxEntries: 700, maxBytes: Infinity })
  let count = 0
  for (const step of program(8000, 3000)) {
    both.step(step)
    if (++count % 300 === 0) both.compare(step)
  }
  expect(both.real.parts().slots.words.length).toBeGreaterThan(700)
})

test('takes an entry whose slot is far beyond those that it has had', () => {
  const both = new SideBySide({ maxEntries: 600, maxBytes: Infinity })
  // Counters are in no queue.
  for (let index = 0; index < 500; index++) both.step({ do: 'increment', key: `${index}` })
  for (const key of ['a', 'b', 'c']) both.run({ do: 'set', key, size: 1, ttlMs: 1000 })
  for (const key of ['400', 'b', '401']) both.run({ do: 'set', key, size: 1, ttlMs: undefined })
  both.run({ do: 'advance', ms: 3000 })
})

test('one value for which nearly everything has to go does not make it forget what went', () => {
  const both = new SideBySide({ maxEntries: Infinity, maxBytes: 1000 })
  const set = (key: string, size: number) => both.run({ do: 'set', key, size, ttlMs: undefined })
  for (let index = 0; index < 300; index++) set(`${index}`, 10)
  const ghosts = () => (both.real.parts().fifo?.ghosts ?? new Int32Array()).filter((ghost) => ghost !== 0).length
  const before = ghosts()
  set('large', 980)
  expect(both.reference.entries.size).toBe(3)
  expect(before).toBeGreaterThan(50)
  expect(ghosts()).toBeGreaterThanOrEqual(before)
})

test.each<FifoNumbers>([
  { share: 0.2 },
  { minShare: 0.2 },
  { maxShare: 0.11 },
  { nurseryShare: 0.5 },
  { windowShare: 0.1 },
  { follow: 1 / 32 },
  { reachTurns: 0.2 },
  { maxUse: 1 },
  { maxUse: 3 },
  { ghostRatio: 3 },
  { smallGhosts: 4, mainGhosts: 4 },
])('another policy is noticed: %o', (numbers) => {
  const bounds = { maxEntries: 30, maxBytes: Infinity }
  expect(() => runAll({ ...bounds, numbers }, program(4000, 150))).toThrow(/states differ/)
})
