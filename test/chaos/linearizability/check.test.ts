import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { check, NoVerdictError } from './check.js'
import type { Answer, Command, History, Operation } from './history.js'
import { EMPTY, next, type State } from './model.js'

const k = ['k'] as const

/** `times`: called and answered, in milliseconds; no answer is a failure. */
function op(times: readonly [number, number?], command: Command, value?: Answer, after: number[] = []): Operation {
  const [called, answered] = times
  return {
    command,
    calledNs: called * 1e6,
    answer: answered === undefined ? undefined : { value, atNs: answered * 1e6 },
    client: 'a client',
    after,
  }
}
const get = (times: [number, number], value: Answer) => op(times, { name: 'get', keys: k }, value)
const set = (times: [number, number?], value: number, ttlMs?: number) =>
  op(times, { name: 'set', keys: k, value, ...(ttlMs !== undefined && { ttlMs }) }, true)
const increment = (times: [number, number?], delta: number, sum?: number) =>
  op(times, { name: 'increment', keys: k, delta }, sum)
const add = (times: [number, number?], value: number, done?: boolean) =>
  op(times, { name: 'add', keys: k, value }, done)
const remove = (times: [number, number?], found?: number) => op(times, { name: 'delete', keys: k }, found)
const acquire = (times: [number, number], ticket: number) => op(times, { name: 'acquire', keys: k, ticket })
const cas = (times: [number, number], ticket: number, value: number, done: boolean) =>
  op(times, { name: 'cas', keys: k, ticket, value }, done)
const two = ['k', 'other']

describe('a history is accepted', () => {
  const accepted: Record<string, History> = {
    'of one client that reads what it wrote': [get([0, 1], undefined), set([2, 3], 7), get([4, 5], 7)],
    'in which a read beside a write sees the old value': [
      set([0, 1], 1),
      set([2, 9], 2),
      get([3, 4], 1),
      get([5, 6], 2),
    ],
    'in which a write takes effect before one that was called earlier': [
      set([0, 9], 1),
      set([1, 9], 2),
      get([10, 11], 1),
    ],
    'in which increments at once have the sums of some order': [
      increment([0, 5], 1, 3),
      increment([0, 5], 2, 2),
      get([6, 7], 3),
    ],
    'in which a write that failed happened': [set([0], 1), get([5, 6], 1)],
    'in which a write that failed did not happen': [set([0], 1), get([5, 6], undefined)],
    'in which a write that failed happened late': [set([0], 1), get([5, 6], undefined), get([7, 8], 1)],
    'in which one of two adds at once found nothing': [add([0, 5], 1, true), add([0, 5], 2, false), get([6, 7], 1)],
    'in which an optimistic lock was overtaken': [
      acquire([0, 1], 1),
      set([2, 3], 5),
      cas([4, 5], 1, 6, false),
      get([6, 7], 5),
    ],
    'in which an optimistic lock read the value of a write beside it': [
      set([0, 9], 5),
      acquire([1, 2], 1),
      cas([3, 4], 1, 6, true),
      get([10, 11], 6),
    ],
    'in which a value goes at the end of its time': [set([0, 1], 1, 10), get([8, 9], 1), get([12, 13], undefined)],
    'in which it is open whether a value has gone': [set([0, 5], 1, 10), get([11, 12], 1), get([12, 13], undefined)],
    'in which a value lives on with another time': [
      set([0, 1], 1, 10),
      op([2, 3], { name: 'expire', keys: k, ttlMs: undefined }, true),
      get([50, 51], 1),
    ],
    'in which two keys are read while both are written': [
      op([0, 9], { name: 'multiSet', keys: two, values: [1, 2] }, true),
      op([1, 2], { name: 'multiGet', keys: two }, [undefined, undefined]),
      op([3, 4], { name: 'multiGet', keys: two }, [1, 2]),
    ],
    'in which something failed before what was called after it': [
      set([0], 1),
      op([0, 5], { name: 'get', keys: k }, undefined, [0]),
    ],
  }
  test.each(Object.entries(accepted))('%s', (_title, history) => {
    expect(check(history).accepted).toBe(true)
  })
})

describe('a history is rejected', () => {
  const rejected: Record<string, History> = {
    'with a stale read': [set([0, 1], 1), set([2, 3], 2), get([4, 5], 1)],
    'with a read that goes back': [set([0, 1], 1), set([2, 9], 2), get([3, 4], 2), get([5, 6], 1)],
    'with a value that nobody wrote': [set([0, 1], 1), get([2, 3], 5)],
    'with a write that is lost': [set([0, 1], 1), get([2, 3], undefined)],
    'with an increment that is lost': [increment([0, 5], 1, 1), increment([0, 5], 1, 2), get([6, 7], 1)],
    'with two increments of the same sum': [increment([0, 5], 1, 1), increment([0, 5], 1, 1)],
    'with an increment that happened twice': [increment([0, 1], 1, 1), get([2, 3], 2)],
    'with two adds that both found nothing': [add([0, 5], 1, true), add([0, 5], 2, true)],
    'with an add that found nothing where something was': [set([0, 1], 1), add([2, 3], 2, true)],
    'with two deletes of one value': [set([0, 1], 1), remove([2, 9], 1), remove([2, 9], 1)],
    'with a deleted value that comes back': [set([0, 1], 1), remove([2, 3], 1), get([4, 5], undefined), get([6, 7], 1)],
    'with two optimistic locks that both won': [
      acquire([0, 1], 1),
      acquire([0, 1], 2),
      cas([2, 9], 1, 5, true),
      cas([2, 9], 2, 6, true),
    ],
    'with an optimistic lock that lost to nobody': [acquire([0, 1], 1), cas([2, 3], 1, 5, false)],
    'with a failed write that happened twice': [
      set([0], 1),
      get([1, 2], 1),
      set([3, 4], 2),
      get([5, 6], 1),
      get([7, 8], 2),
    ],
    'with a value that outlives its time': [set([0, 1], 1, 10), get([12, 13], 1)],
    'with a value that goes before its time': [set([0, 1], 1, 10), get([8, 9], undefined)],
    'with a time to live that is given to nothing': [op([0, 1], { name: 'expire', keys: k, ttlMs: 10 }, true)],
    'with half of a write of two keys': [
      op([0, 9], { name: 'multiSet', keys: two, values: [1, 2] }, true),
      op([1, 2], { name: 'multiGet', keys: two }, [1, undefined]),
    ],
    'with something executed in another order than promised': [
      set([0, 5], 1),
      op([0, 5], { name: 'get', keys: k }, undefined, [0]),
    ],
  }
  test.each(Object.entries(rejected))('%s', (_title, history) => {
    const verdict = check(history)
    expect(verdict.accepted).toBe(false)
  })
})

test('the part that is told is the one that is wrong', () => {
  const other = { ...set([0, 1], 1), command: { name: 'set', keys: ['other'], value: 1 } } as Operation
  const history = [other, set([0, 1], 1), get([2, 3], 9)]
  expect(check(history)).toMatchObject({ accepted: false, part: [history[1], history[2]] })
})

test('clocks that differ by less than the slack reject nothing', () => {
  const history = [set([0, 1], 1, 10), get([8, 9], undefined)]
  expect(check(history, { slackMs: 2 }).accepted).toBe(true)
  expect(check([set([0, 1], 1, 10), get([5, 6], undefined)], { slackMs: 2 }).accepted).toBe(false)
})

test('a check that takes too long says so instead of guessing', () => {
  const writes = Array.from({ length: 12 }, (_, i) => set([0, 50], i))
  expect(() => check([...writes, get([51, 52], 99)], { maxSteps: 500 })).toThrow(NoVerdictError)
})

test('the search comes to the verdict of trying every order', () => {
  const moment = fc.integer({ min: 0, max: 6 })
  const value = fc.constantFrom(1, 2)
  const command = fc.oneof<fc.Arbitrary<[Command, Answer]>[]>(
    fc.tuple(fc.constant<Command>({ name: 'get', keys: k }), fc.constantFrom(undefined, 1, 2, 3)),
    fc.tuple(
      value.map((one): Command => ({ name: 'set', keys: k, value: one })),
      fc.constant(true),
    ),
    fc.tuple(
      value.map((one): Command => ({ name: 'add', keys: k, value: one })),
      fc.boolean(),
    ),
    fc.tuple(fc.constant<Command>({ name: 'delete', keys: k }), fc.constantFrom(0, 1)),
    fc.tuple(fc.constant<Command>({ name: 'increment', keys: k, delta: 1 }), fc.constantFrom(1, 2, 3)),
  )
  const operation = fc
    .tuple(command, moment, moment, fc.integer({ min: 0, max: 5 }))
    .map(([[what, answer], a, b, luck]) => op(luck === 0 ? [a] : [Math.min(a, b), Math.max(a, b)], what, answer))
  const verdicts = { true: 0, false: 0 }
  fc.assert(
    fc.property(fc.array(operation, { minLength: 1, maxLength: 6 }), (history) => {
      const { accepted } = check(history)
      verdicts[`${accepted}`]++
      expect(accepted).toBe(hasOrder(history, EMPTY))
    }),
    { numRuns: 2000 },
  )
  expect(Math.min(verdicts.true, verdicts.false)).toBeGreaterThan(100)
})

/** Without memory, without taking anything apart, and without leaving anything away. */
function hasOrder(rest: History, state: State): boolean {
  if (rest.every(({ answer }) => answer === undefined)) return true
  return rest.some((first) => {
    const others = rest.filter((one) => one !== first)
    if (others.some(({ answer }) => answer !== undefined && answer.atNs < first.calledNs)) return false
    return next(state, first, 0).some((after) => hasOrder(others, after))
  })
}
