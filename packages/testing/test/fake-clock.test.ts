import { expect, test } from 'vitest'
import { FakeClock } from '../src/index.js'

test('stands still until it is advanced', () => {
  const clock = new FakeClock(100)
  expect(clock.now()).toBe(100)
  clock.advance(50)
  expect(clock.now()).toBe(150)
})

test('runs what falls due in order of due times, each at its own time, equal ones in order of scheduling', () => {
  const clock = new FakeClock()
  const ran: [string, number][] = []
  for (const [name, delay] of [
    ['c', 30],
    ['a', 10],
    ['b', 20],
    ['b2', 20],
    ['late', 31],
  ] as const) {
    clock.schedule(() => ran.push([name, clock.now()]), delay)
  }
  clock.advance(30)
  expect(ran).toEqual([
    ['a', 10],
    ['b', 20],
    ['b2', 20],
    ['c', 30],
  ])
  expect(clock.pending).toBe(1)
})

test('runs within one advance also what a call schedules', () => {
  const clock = new FakeClock()
  const ran: number[] = []
  const tick = () => {
    ran.push(clock.now())
    clock.schedule(tick, 10)
  }
  clock.schedule(tick, 10)
  clock.advance(35)
  expect(ran).toEqual([10, 20, 30])
})

test('does not run what was cancelled', () => {
  const clock = new FakeClock()
  const call = clock.schedule(() => expect.unreachable(), 10)
  call.cancel()
  call.cancel()
  clock.advance(100)
  expect(clock.pending).toBe(0)
})

test('knows which calls would keep a process alive', () => {
  const clock = new FakeClock()
  const call = clock.schedule(() => {}, 10)
  expect(clock.referenced).toBe(0)
  call.ref()
  expect(clock.referenced).toBe(1)
  call.unref()
  expect(clock.referenced).toBe(0)
})

test('advanceAsync lets promises go on between calls', async () => {
  const clock = new FakeClock()
  const wait = (ms: number) => new Promise<void>((resolve) => clock.schedule(resolve, ms))
  const seen: number[] = []
  const work = (async () => {
    for (let round = 0; round < 3; round++) {
      await wait(10)
      seen.push(clock.now())
    }
  })()
  await clock.advanceAsync(30)
  await work
  expect(seen).toEqual([10, 20, 30])
})

test('does not go back', () => {
  expect(() => new FakeClock().advance(-1)).toThrow(RangeError)
})
