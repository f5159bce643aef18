import { systemClock } from '@pycached/core'
import { FakeClock } from '@pycached/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MemoryBackend } from '../src/memory-backend.js'
import { HORIZON_MS, RecentTime } from '../src/recent-time.js'
import { TurnClock } from './support/turn-clock.js'

/** So many readings, as close to each other as those of a burst. */
function read(time: RecentTime, readings: number): void {
  for (let count = 0; count < readings; count++) time.read()
}

/** A clock as that of a machine, of which no two readings are the same. */
function movingClock(startMs: number): TurnClock {
  const clock = new TurnClock(startMs)
  clock.stepMs = 1e-6
  return clock
}

function start() {
  const clock = movingClock(1000)
  const backend = new MemoryBackend(clock)
  backend.set('long', 'value', 60_000)
  clock.advance(1)
  clock.reads = 0
  /** How many readings so many gets take. */
  const readsOf = (gets: number, key = 'long'): number => {
    const before = clock.reads
    for (let count = 0; count < gets; count++) expect(backend.get(key)).toBe('value')
    return clock.reads - before
  }
  return { clock, backend, readsOf }
}

test('a reading serves others only after many close to each other', () => {
  const clock = movingClock(0)
  const time = new RecentTime(clock)
  read(time, 8)
  expect([time.usesLeft, clock.asked]).toEqual([0, 0])
  read(time, 1)
  expect([time.usesLeft, clock.asked]).toEqual([64, 1])
  clock.block(0.25)
  read(time, 1)
  expect(time.usesLeft).toBe(0)
})

test('it serves no other turn, and the end of a turn is asked for once', () => {
  const clock = movingClock(0)
  const time = new RecentTime(clock)
  read(time, 100)
  expect([time.usesLeft, clock.asked]).toEqual([64, 1])
  clock.endTurn()
  expect(time.usesLeft).toBe(0)
  read(time, 100)
  expect([time.usesLeft, clock.asked]).toEqual([64, 2])
})

test('where nobody tells of the end of a turn, every reading is of the clock', () => {
  const time = new RecentTime(new FakeClock())
  read(time, 1000)
  expect(time.usesLeft).toBe(0)
})

test('a clock that stands still is read each time: a test may move it within a turn', () => {
  let reads = 0
  const stopped = {
    now: () => {
      reads++
      return 5
    },
    schedule: () => expect.unreachable(),
    afterTurn: () => expect.unreachable(),
  }
  const time = new RecentTime(stopped)
  read(time, 1000)
  expect([reads, time.usesLeft]).toEqual([1000, 0])
})

test('many hits in a row share their readings: one for 64', () => {
  const { readsOf } = start()
  expect(readsOf(10)).toBeLessThanOrEqual(10)
  expect(readsOf(6500)).toBeLessThanOrEqual(101)
})

test('a hit that comes alone takes one reading, and so do those of something that expires soon', () => {
  const { clock, backend, readsOf } = start()
  for (let count = 0; count < 100; count++) {
    clock.block(1)
    expect(readsOf(1)).toBe(1)
  }
  backend.set('soon', 'value', HORIZON_MS)
  readsOf(100)
  expect(readsOf(100, 'soon')).toBe(100)
})

test('what never expires takes no reading', () => {
  const { backend, readsOf } = start()
  backend.set('forever', 'value', undefined)
  expect(readsOf(1000, 'forever')).toBe(0)
})

test('many sets in a row share their readings too, unless what they set expires soon', () => {
  const { clock, backend } = start()
  const readsOf = (ttlMs: number): number => {
    const before = clock.reads
    for (let count = 0; count < 1000; count++) backend.set(`${count}`, 'value', ttlMs)
    return clock.reads - before
  }
  expect(readsOf(60_000)).toBeLessThanOrEqual(30)
  expect(readsOf(1000)).toBe(1000)
})

test('nothing expired is served after a turn that blocked for half a minute in a burst', () => {
  const { clock, backend, readsOf } = start()
  backend.set('dies', 'value', HORIZON_MS + 600)
  clock.advance(600)
  readsOf(100)
  readsOf(1, 'dies')
  clock.block(HORIZON_MS - 1)
  expect(backend.get('dies')).toBe('value')
  clock.block(2)
  expect(backend.get('dies')).toBeUndefined()
})

test('nothing expired is served after a process was stopped between two turns, for however long', () => {
  const { clock, backend, readsOf } = start()
  readsOf(100)
  clock.block(60_000)
  clock.endTurn()
  expect(backend.get('long')).toBeUndefined()
})

test('nothing lives longer than it was told, in and out of bursts, when no turn blocks for more than half a minute', () => {
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ gets: fc.integer({ min: 1, max: 40 }), key: fc.nat(5) }) },
    { weight: 3, arbitrary: fc.record({ set: fc.nat(5), ttlMs: fc.integer({ min: 1, max: 3 * HORIZON_MS }) }) },
    { weight: 1, arbitrary: fc.record({ block: fc.integer({ min: 0, max: HORIZON_MS }) }) },
    { weight: 2, arbitrary: fc.record({ turn: fc.integer({ min: 0, max: 5000 }) }) },
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const clock = movingClock(0.25)
      const backend = new MemoryBackend(clock)
      const deadlines = new Map<number, number>()
      let hasBlocked = false
      for (const one of steps) {
        if ('block' in one) {
          if (hasBlocked) continue
          hasBlocked = true
          clock.block(one.block)
        } else if ('turn' in one) {
          clock.advance(one.turn)
          hasBlocked = false
        } else if ('set' in one) {
          backend.set(`${one.set}`, 'value', one.ttlMs)
          deadlines.set(one.set, Math.ceil(clock.now() + one.ttlMs))
        } else {
          for (let count = 0; count < one.gets; count++) {
            const deadline = deadlines.get(one.key) ?? 0
            if (clock.now() >= deadline) expect(backend.get(`${one.key}`)).toBeUndefined()
            // A turn that blocks may cost what it sets as much of its life as it lasted.
            else if (!hasBlocked && deadline - clock.now() > HORIZON_MS) expect(backend.get(`${one.key}`)).toBe('value')
          }
        }
      }
    }),
    { numRuns: 300 },
  )
})

test('the turn of the process ends before its event loop waits for anything', async () => {
  const order: string[] = []
  await new Promise<void>((resolve) => {
    setTimeout(() => {
      systemClock.afterTurn?.(() => order.push('end of turn'))
      queueMicrotask(() => order.push('same turn'))
      setTimeout(() => {
        order.push('another turn')
        resolve()
      }, 1)
    })
  })
  expect(order).toEqual(['same turn', 'end of turn', 'another turn'])
})
