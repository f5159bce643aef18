/** The circuit breaker alone, on a clock that the test moves. */
import { BackendUnavailableError } from '@pycached/core'
import { FakeClock } from '@pycached/testing'
import { describe, expect, test } from 'vitest'
import { Breaker } from '../../src/breaker/breaker.js'

function fixture({ failures = 3, resetAfterMs = 1000 } = {}) {
  const clock = new FakeClock(5000)
  const changes: string[] = []
  const onChange = (state: string, cause: unknown) =>
    changes.push(cause === undefined ? state : `${state}: ${(cause as Error).message}`)
  const breaker = new Breaker({ failures, resetAfterMs, trialMs: 60_000, clock, onChange })
  /** One command that takes a millisecond and fails, and the next one begins a little later. */
  const fail = (message = 'reset') => {
    clock.advance(0.1)
    const began = breaker.enter()
    clock.advance(1)
    breaker.fail(began, new Error(message))
  }
  const succeed = () => {
    clock.advance(0.1)
    const began = breaker.enter()
    clock.advance(1)
    breaker.succeed(began)
  }
  const open = () => {
    for (let i = 0; i < failures; i++) fail()
    expect(breaker.state).toBe('open')
  }
  return { clock, breaker, changes, fail, succeed, open }
}

describe('a circuit breaker', () => {
  test('opens after so many failures in a row, and tells the last of them', () => {
    const { breaker, changes, fail } = fixture()
    fail('first')
    fail('second')
    expect(breaker.state).toBe('closed')
    fail('third')
    expect(breaker.state).toBe('open')
    expect(changes).toEqual(['open: third'])
  })

  test('begins to count anew after a success', () => {
    const { breaker, fail, succeed } = fixture()
    fail()
    fail()
    succeed()
    fail()
    fail()
    expect(breaker.state).toBe('closed')
    fail()
    expect(breaker.state).toBe('open')
  })

  test('counts commands that break together once', () => {
    const { breaker, clock, fail } = fixture()
    const began = Array.from({ length: 100 }, () => breaker.enter())
    clock.advance(10)
    for (const one of began) breaker.fail(one, new Error('reset'))
    expect(breaker.state).toBe('closed')
    fail()
    fail()
    expect(breaker.state).toBe('open')
  })

  test('refuses commands while it is open, saying why, and that nothing was sent', () => {
    const { breaker, clock, open } = fixture()
    open()
    clock.advance(999)
    const refused = () => breaker.enter()
    expect(refused).toThrow(BackendUnavailableError)
    expect(refused).toThrow(/breaker is open.*reset.*nothing was sent/)
    try {
      breaker.enter()
    } catch (error) {
      expect((error as Error).cause).toMatchObject({ message: 'reset' })
    }
  })

  test('lets one command try after a while, and refuses the others until that has ended', () => {
    const { breaker, clock, open, changes } = fixture()
    open()
    clock.advance(1000)
    const trial = breaker.enter()
    expect(breaker.state).toBe('half-open')
    expect(() => breaker.enter()).toThrow(/half-open/)
    clock.advance(500)
    expect(() => breaker.enter()).toThrow(BackendUnavailableError)
    breaker.succeed(trial)
    expect(breaker.state).toBe('closed')
    breaker.enter()
    breaker.enter()
    expect(changes).toEqual(['open: reset', 'half-open', 'closed'])
  })

  test('waits as long again after a trial that failed', () => {
    const { breaker, clock, open, fail, changes } = fixture()
    open()
    clock.advance(1000)
    fail('still down')
    expect(breaker.state).toBe('open')
    clock.advance(999)
    expect(() => breaker.enter()).toThrow(/still down/)
    clock.advance(1)
    breaker.succeed(breaker.enter())
    expect(changes).toEqual(['open: reset', 'half-open', 'open: still down', 'half-open', 'closed'])
  })

  test('is not closed by an answer that was on its way since before the failure', () => {
    const { breaker, clock, open } = fixture()
    const early = breaker.enter()
    clock.advance(1)
    open()
    breaker.succeed(early)
    expect(breaker.state).toBe('open')
    clock.advance(1000)
    breaker.enter()
    breaker.succeed(early)
    expect(breaker.state).toBe('half-open')
  })

  test('is not held open by a failure of a command that began before the last one that counted', () => {
    const { breaker, clock, open, succeed } = fixture()
    const early = breaker.enter()
    clock.advance(1)
    open()
    clock.advance(1000)
    succeed()
    breaker.fail(early, new Error('late'))
    breaker.fail(early, new Error('late'))
    breaker.fail(early, new Error('late'))
    expect(breaker.state).toBe('closed')
  })

  test('lets the next command try at once where the trial never got to the store', () => {
    const { breaker, clock, open, changes } = fixture()
    open()
    clock.advance(1000)
    breaker.leave(breaker.enter())
    expect(breaker.state).toBe('open')
    breaker.succeed(breaker.enter())
    expect(breaker.state).toBe('closed')
    expect(changes).toEqual(['open: reset', 'half-open', 'open', 'half-open', 'closed'])
  })

  test('lets no command that is not the trial give it up', () => {
    const { breaker, clock, open } = fixture()
    const early = breaker.enter()
    clock.advance(1)
    open()
    clock.advance(1000)
    breaker.enter()
    breaker.leave(early)
    expect(breaker.state).toBe('half-open')
  })

  test('lets another command try where the trial does not end in its time', () => {
    const { breaker, clock, open } = fixture()
    open()
    clock.advance(1000)
    breaker.enter()
    clock.advance(59_999)
    expect(() => breaker.enter()).toThrow(BackendUnavailableError)
    clock.advance(1)
    breaker.succeed(breaker.enter())
    expect(breaker.state).toBe('closed')
  })

  test('with one failure opens at the first', () => {
    const { breaker, fail } = fixture({ failures: 1 })
    fail()
    expect(breaker.state).toBe('open')
  })

  test('says its settings, in seconds', () => {
    const { breaker } = fixture({ failures: 7, resetAfterMs: 1500 })
    expect([breaker.failures, breaker.resetAfter, breaker.state]).toEqual([7, 1.5, 'closed'])
  })
})
