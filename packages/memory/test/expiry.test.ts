import { FakeClock } from '@pycached/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Entry } from '../src/entry.js'
import { Expiry } from '../src/expiry.js'

const DAY_MS = 86_400_000

function start(clock = new FakeClock()) {
  const removed: [key: string, atMs: number][] = []
  const expiry = new Expiry(clock, (entry) => removed.push([entry.key, clock.now()]))
  const add = (key: string, ttlMs: number): Entry => {
    const entry = new Entry(key, 'value')
    expiry.set(entry, ttlMs)
    return entry
  }
  return { clock, expiry, removed, add }
}

test('an entry has expired from its deadline on, whether or not the timer ran', () => {
  let nowMs = 0
  const expiry = new Expiry({ now: () => nowMs, schedule: () => ({ cancel() {}, ref() {}, unref() {} }) }, () => {})
  const entry = new Entry('key', 'value')
  expiry.set(entry, 100)
  nowMs = 99
  expect(expiry.isExpired(entry)).toBe(false)
  nowMs = 100
  expect(expiry.isExpired(entry)).toBe(true)
})

test('reads no clock for what never expires', () => {
  const expiry = new Expiry({ now: () => expect.unreachable(), schedule: () => expect.unreachable() }, () => {})
  const entry = new Entry('key', 'value')
  expiry.set(entry, undefined)
  expect(expiry.isExpired(entry)).toBe(false)
})

test('a fraction of a millisecond is rounded up, so that nothing lives too short', () => {
  const { clock, add, expiry } = start(new FakeClock(0.5))
  const entry = add('key', 10)
  clock.advance(10)
  expect(expiry.isExpired(entry)).toBe(false)
  clock.advance(0.5)
  expect(expiry.isExpired(entry)).toBe(true)
})

test.each([-1, -1000, -100_000])('works on a clock that starts at %d', (startMs) => {
  const { clock, add, expiry, removed } = start(new FakeClock(startMs))
  // Its deadline is 0, which is how the expiry writes "never".
  const entry = add('key', -startMs)
  expect(expiry.isExpired(entry)).toBe(false)
  clock.advance(-startMs + 1)
  expect(expiry.isExpired(entry)).toBe(true)
  clock.advance(2000)
  expect(removed.map(([key]) => key)).toEqual(['key'])
})

test.each([
  1,
  511,
  512,
  513,
  32_768,
  32_769,
  2_097_152,
  134_217_728,
  60 * DAY_MS,
  97 * DAY_MS,
  98 * DAY_MS,
  400 * DAY_MS,
])('an entry that lives %d ms is given back within about half a second after', (ttlMs) => {
  for (const startMs of [0, 12_345.678, 1_700_000_000_000]) {
    const { clock, removed, add } = start(new FakeClock(startMs))
    add('key', ttlMs)
    clock.advance(ttlMs - 1)
    expect(removed).toEqual([])
    clock.advance(1100)
    expect(removed.map(([key]) => key)).toEqual(['key'])
    expect(clock.pending).toBe(0)
  }
})

test('there is one timer for any number of entries, none where nothing can expire, and it keeps no process alive', () => {
  const { clock, expiry, add } = start()
  expect(clock.pending).toBe(0)
  for (let index = 0; index < 1000; index++) add(`${index}`, 1 + index ** 3)
  expect([clock.pending, clock.referenced]).toEqual([1, 0])
  expiry.close()
  expect(clock.pending).toBe(0)
})

test('an entry that is set again lives as long as it was told last, longer or shorter', () => {
  const { clock, expiry, add, removed } = start()
  const [longer, shorter, forever] = [add('longer', 1000), add('shorter', DAY_MS), add('forever', 1000)]
  expiry.set(longer, DAY_MS)
  expiry.set(shorter, 1000)
  expiry.set(forever, undefined)
  clock.advance(3000)
  expect(removed.map(([key]) => key)).toEqual(['shorter'])
  clock.advance(DAY_MS)
  expect(removed.map(([key]) => key)).toEqual(['shorter', 'longer'])
})

test('gives many entries back in slices, between which other work runs', () => {
  const clock = new FakeClock()
  let atOnce = 0
  let most = 0
  let total = 0
  let lastMs = -1
  const expiry = new Expiry(clock, () => {
    atOnce = clock.now() === lastMs ? atOnce + 1 : 1
    lastMs = clock.now()
    most = Math.max(most, atOnce)
    total++
  })
  for (let index = 0; index < 50_000; index++) expiry.set(new Entry(`${index}`, 0), 1000)
  clock.advance(3000)
  expect(total).toBe(50_000)
  expect(most).toBeLessThanOrEqual(4096)
})

test('gives back what expired, everything of it and nothing else, whatever happens in whatever order', () => {
  const ttl = fc.oneof(
    fc.integer({ min: 1, max: 3000 }),
    fc.integer({ min: 1, max: 100_000_000 }),
    fc.integer({ min: 1, max: 200 * DAY_MS }),
  )
  const step = fc.oneof(
    fc.record({ set: fc.nat(20), ttlMs: fc.option(ttl, { nil: undefined }) }),
    fc.record({ forget: fc.nat(20) }),
    fc.record({ advance: fc.oneof(fc.nat(2000), fc.nat(10_000_000), fc.nat(30 * DAY_MS)) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.nat(1_000_000), (steps, startMs) => {
      const clock = new FakeClock(startMs)
      const entries = new Map<string, Entry>()
      const deadlines = new Map<string, number>()
      const expiry = new Expiry(clock, (entry) => {
        expect(entries.get(entry.key)).toBe(entry)
        expect(deadlines.get(entry.key)).toBeLessThanOrEqual(clock.now())
        entries.delete(entry.key)
        deadlines.delete(entry.key)
      })
      for (const one of steps) {
        if ('advance' in one) clock.advance(one.advance)
        else if ('forget' in one) {
          const entry = entries.get(`${one.forget}`)
          if (entry !== undefined) expiry.forget(entry)
          deadlines.delete(`${one.forget}`)
        } else {
          const key = `${one.set}`
          const entry = entries.get(key) ?? new Entry(key, 0)
          entries.set(key, entry)
          expiry.set(entry, one.ttlMs)
          if (one.ttlMs === undefined) deadlines.delete(key)
          else deadlines.set(key, clock.now() + one.ttlMs)
        }
        for (const [key, entry] of entries) {
          const deadline = deadlines.get(key)
          expect(expiry.isExpired(entry)).toBe(deadline !== undefined && deadline <= clock.now())
          // Nothing stays much longer than its time: two ticks of the wheel, and a little for the slices.
          if (deadline !== undefined) expect(deadline + 1100).toBeGreaterThan(clock.now())
        }
        expect(clock.pending).toBeLessThanOrEqual(1)
      }
      clock.advance(250 * DAY_MS)
      expect(deadlines.size).toBe(0)
      expect(clock.pending).toBe(0)
    }),
    { numRuns: 300 },
  )
})
