import { FakeClock } from '@pycached/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Deadlines, Waiting } from '../src/deadline.js'

class Waiter extends Waiting {
  readonly #onExpire: () => void
  constructor(onExpire: () => void) {
    super()
    this.#onExpire = onExpire
  }
  expire(): void {
    this.#onExpire()
  }
}

function start() {
  const clock = new FakeClock()
  const deadlines = new Deadlines(clock)
  const expired: [name: string, atMs: number][] = []
  const add = (name: string, lengthMs: number): Waiter => {
    const waiter = new Waiter(() => expired.push([name, clock.now()]))
    deadlines.add(waiter, lengthMs)
    return waiter
  }
  return { clock, deadlines, expired, add }
}

test('each expires once, when its time has passed, whatever their order', () => {
  const { clock, expired, add } = start()
  add('long', 1000)
  add('short', 10)
  clock.advance(5)
  add('later', 10)
  clock.advance(5000)
  expect(expired).toEqual([
    ['short', 10],
    ['later', 15],
    ['long', 1000],
  ])
})

test('what is removed does not expire, and may be removed again', () => {
  const { clock, deadlines, expired, add } = start()
  const [first, second, third] = [add('first', 10), add('second', 10), add('third', 10)]
  for (const waiter of [second, second, first]) deadlines.remove(waiter)
  clock.advance(10)
  expect(expired).toEqual([['third', 10]])
  deadlines.remove(third)
})

test('any number of waiters has one timer, which is not moved for each', () => {
  const { clock, deadlines, add } = start()
  const schedule = clock.schedule.bind(clock)
  let scheduled = 0
  clock.schedule = (callback, delayMs) => {
    scheduled++
    return schedule(callback, delayMs)
  }
  for (let round = 0; round < 1000; round++) deadlines.remove(add('same length', 5000))
  expect([clock.pending, scheduled]).toEqual([1, 1])
})

test('the timer keeps the process alive while somebody waits, and only then', () => {
  const { clock, deadlines, add } = start()
  const waiter = add('one', 5000)
  expect(clock.referenced).toBe(1)
  deadlines.remove(waiter)
  expect([clock.pending, clock.referenced]).toEqual([1, 0])
  add('next', 5000)
  expect(clock.referenced).toBe(1)
  add('sooner', 10)
  expect([clock.pending, clock.referenced]).toEqual([1, 1])
  clock.advance(10)
  expect([clock.pending, clock.referenced]).toEqual([1, 1])
  clock.advance(5000)
  expect([clock.pending, clock.referenced]).toEqual([0, 0])
})

test('close drops the timer at once, or as soon as nobody waits any more', () => {
  const idle = start()
  idle.deadlines.remove(idle.add('gone', 10))
  idle.deadlines.close()
  expect(idle.clock.pending).toBe(0)

  const busy = start()
  const waiter = busy.add('kept', 10)
  busy.deadlines.close()
  expect(busy.clock.pending).toBe(1)
  busy.deadlines.remove(waiter)
  expect(busy.clock.pending).toBe(0)
})

test('a waiter that expires may add and remove others', () => {
  const { clock, deadlines, expired, add } = start()
  const doomed = new Waiter(() => expired.push(['doomed', clock.now()]))
  deadlines.add(
    new Waiter(() => {
      expired.push(['first', clock.now()])
      deadlines.remove(doomed)
      add('added', 10)
    }),
    10,
  )
  deadlines.add(doomed, 10)
  clock.advance(100)
  expect(expired).toEqual([
    ['first', 10],
    ['added', 20],
  ])
})

test('deadlines beyond what a timer holds are kept', () => {
  const clock = new FakeClock()
  // As a real timer: a delay beyond 2^31 - 1 ms ends early.
  const schedule = clock.schedule.bind(clock)
  clock.schedule = (callback, delayMs) => schedule(callback, Math.min(delayMs, 2 ** 31 - 1))
  const deadlines = new Deadlines(clock)
  let expiredAtMs = 0
  deadlines.add(
    new Waiter(() => {
      expiredAtMs = clock.now()
    }),
    60 * 86_400_000,
  )
  clock.advance(61 * 86_400_000)
  expect(expiredAtMs).toBe(60 * 86_400_000)
})

test('all expire at their time and in order, for any lengths and any removals', () => {
  const step = fc.oneof(
    fc.record({ add: fc.integer({ min: 1, max: 200 }) }),
    fc.record({ remove: fc.nat(30) }),
    fc.record({ advance: fc.nat(100) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { clock, deadlines, expired, add } = start()
      const waiters: { waiter: Waiter; name: string; dueMs: number; removed: boolean }[] = []
      for (const one of steps) {
        if ('advance' in one) clock.advance(one.advance)
        else if ('add' in one) {
          const name = `${waiters.length}`
          waiters.push({ waiter: add(name, one.add), name, dueMs: clock.now() + one.add, removed: false })
        } else {
          const found = waiters[one.remove]
          if (found === undefined || found.dueMs <= clock.now()) continue
          deadlines.remove(found.waiter)
          found.removed = true
        }
        expect(clock.pending).toBeLessThanOrEqual(1)
      }
      clock.advance(1000)
      const due = waiters.filter(({ removed }) => !removed).map(({ name, dueMs }) => [name, dueMs] as const)
      expect(new Map(expired)).toEqual(new Map(due))
      expect(expired.map(([, atMs]) => atMs)).toEqual(due.map(([, dueMs]) => dueMs).sort((a, b) => a - b))
    }),
  )
})
