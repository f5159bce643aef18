import type { Clock } from '@pycached/core'
import { FakeClock } from '@pycached/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Expiry } from '../src/expiry.js'
import { Slots } from '../src/slots.js'
import { TurnClock } from './support/turn-clock.js'

const DAY_MS = 86_400_000
const YEAR_MS = 365 * DAY_MS

/** An expiry over slots of its own; `onRemove` is told of every entry that it gives back. */
function over<C extends Clock>(clock: C, onRemove: (key: string, slot: number) => void = () => {}) {
  const slots = new Slots()
  const expiry: Expiry = new Expiry(clock, slots, (slot) => {
    onRemove(slots.keys[slot] ?? 'no key', slot)
    expiry.forget(slot)
    slots.release(slot)
  })
  const add = (key: string, ttlMs: number | undefined): number => {
    const slot = slots.take(key, 'value', 0)
    expiry.set(slot, ttlMs)
    return slot
  }
  const isExpired = (slot: number): boolean => expiry.isExpired(slot, slots.words[slot] ?? 0)
  return { clock, slots, expiry, add, isExpired }
}

function start<C extends Clock = FakeClock>(clock: C = new FakeClock() as Clock as C) {
  const removed: [key: string, atMs: number][] = []
  return { ...over(clock, (key) => removed.push([key, clock.now()])), removed }
}

test('an entry has expired from its deadline on, whether or not the timer ran', () => {
  let nowMs = 0
  const { add, isExpired } = over({ now: () => nowMs, schedule: () => ({ cancel() {}, ref() {}, unref() {} }) })
  const slot = add('key', 100)
  nowMs = 99
  expect(isExpired(slot)).toBe(false)
  nowMs = 100
  expect(isExpired(slot)).toBe(true)
})

test('reads no clock for what never expires', () => {
  const { add, isExpired } = over({ now: () => expect.unreachable(), schedule: () => expect.unreachable() })
  expect(isExpired(add('key', undefined))).toBe(false)
})

test('a fraction of a millisecond is rounded up, so that nothing lives too short', () => {
  const { clock, add, isExpired } = start(new FakeClock(0.5))
  const slot = add('key', 10)
  clock.advance(10)
  expect(isExpired(slot)).toBe(false)
  clock.advance(0.5)
  expect(isExpired(slot)).toBe(true)
})

test.each([-1, -1000, -100_000])('works on a clock that starts at %d', (startMs) => {
  const { clock, add, isExpired, removed } = start(new TurnClock(startMs))
  const slot = add('key', -startMs)
  expect(isExpired(slot)).toBe(false)
  clock.block(-startMs)
  expect(isExpired(slot)).toBe(true)
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
  expiry.reset()
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
  const { add } = over(clock, () => {
    atOnce = clock.now() === lastMs ? atOnce + 1 : 1
    lastMs = clock.now()
    most = Math.max(most, atOnce)
    total++
  })
  for (let index = 0; index < 50_000; index++) add(`${index}`, 1000)
  clock.advance(3000)
  expect(total).toBe(50_000)
  expect(most).toBeLessThanOrEqual(4096)
})

test('gives back no more in one turn than there is time for', () => {
  const costMs = 0.05
  let longestMs = 0
  class MeasuringClock extends TurnClock {
    override schedule(callback: () => void, delayMs: number) {
      return super.schedule(() => {
        const startMs = this._nowMs
        callback()
        longestMs = Math.max(longestMs, this._nowMs - startMs)
      }, delayMs)
    }
  }
  const clock = new MeasuringClock()
  let total = 0
  const { add } = over(clock, () => {
    total++
    clock.block(costMs)
  })
  for (let index = 0; index < 20_000; index++) add(`${index}`, 1000)
  clock.advance(20_000)
  expect(total).toBe(20_000)
  // After 2 ms it looks at the clock within 128 entries.
  expect(longestMs).toBeLessThanOrEqual(2 + 128 * costMs)
  expect(longestMs).toBeGreaterThan(2)
})

test.each([4.2, 4.5, 10, 1000])(
  'an entry that lives %d years is there for more than 4, and its timer holds no process',
  (years) => {
    const { clock, removed, add, isExpired } = start(new FakeClock(12_345.678))
    const slot = add('key', years * YEAR_MS)
    clock.advance(4 * YEAR_MS)
    expect(isExpired(slot)).toBe(false)
    expect(removed).toEqual([])
    expect([clock.pending, clock.referenced]).toEqual([1, 0])
    clock.advance(1 * YEAR_MS)
    expect(removed.map(([key]) => key)).toEqual(['key'])
  },
)

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
    fc.property(fc.array(step, { maxLength: 60 }), fc.nat(1_000_000), fc.boolean(), (steps, startMs, knowsTurns) => {
      const clock = knowsTurns ? new TurnClock(startMs) : new FakeClock(startMs)
      const entries = new Map<string, number>()
      const deadlines = new Map<string, number>()
      const { add, expiry, isExpired, slots } = over(clock, (key, slot) => {
        expect(entries.get(key)).toBe(slot)
        expect(deadlines.get(key)).toBeLessThanOrEqual(clock.now())
        entries.delete(key)
        deadlines.delete(key)
      })
      for (const one of steps) {
        if ('advance' in one) clock.advance(one.advance)
        else if ('forget' in one) {
          const slot = entries.get(`${one.forget}`)
          if (slot !== undefined) expiry.forget(slot)
          deadlines.delete(`${one.forget}`)
        } else {
          const key = `${one.set}`
          const slot = entries.get(key)
          if (slot === undefined) entries.set(key, add(key, one.ttlMs))
          else expiry.set(slot, one.ttlMs)
          if (one.ttlMs === undefined) deadlines.delete(key)
          else deadlines.set(key, clock.now() + one.ttlMs)
        }
        for (const [key, slot] of entries) {
          const deadline = deadlines.get(key)
          expect(isExpired(slot)).toBe(deadline !== undefined && deadline <= clock.now())
          // Nothing stays much longer than its time: two ticks of the wheel, and a little for the slices.
          if (deadline !== undefined) expect(deadline + 1100).toBeGreaterThan(clock.now())
        }
        expect(clock.pending).toBeLessThanOrEqual(1)
        expect(slots.count).toBe(entries.size)
      }
      clock.advance(250 * DAY_MS)
      expect(deadlines.size).toBe(0)
      expect(clock.pending).toBe(0)
    }),
    { numRuns: 300 },
  )
})
