/** The gate alone: attempts end when the test says so. */
import { setImmediate as turn } from 'node:timers/promises'
import { BackendUnavailableError } from '@pycached/core'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { Gate } from '../../src/connection/gate.js'
import { rejectionOf } from '../support.js'

/** What is replaced is the global, and the sources take theirs from here. */
vi.mock(import('node:timers'), async (original) => ({
  ...(await original()),
  setTimeout: ((call: () => void, delayMs: number) => globalThis.setTimeout(call, delayMs)) as typeof setTimeout,
}))

interface Attempt {
  succeed(): Promise<unknown>
  fail(message: string): Promise<unknown>
}

function gateOf({ offlineQueue = false, patienceMs = 60_000 } = {}) {
  const attempts: Attempt[] = []
  const changes: string[] = []
  const open = () =>
    new Promise<void>((resolve, reject) => {
      attempts.push({
        succeed: () => (resolve(), turn()),
        fail: (message) => (reject(new Error(message)), turn()),
      })
    })
  const onChange = (state: string, cause: unknown) =>
    changes.push(cause === undefined ? state : `${state}: ${(cause as Error).message}`)
  const gate = new Gate({ open, offlineQueue, patienceMs, onChange })
  onTestFinished(() => gate.close())
  const done: unknown[] = []
  /** A call that notes when its turn came. */
  const pass = (name: unknown) => gate.pass(async () => void done.push(name))
  const last = (): Attempt => attempts.at(-1) ?? expect.unreachable('nothing was attempted')
  return { gate, attempts, changes, done, pass, last }
}

describe('a gate', () => {
  test('attempts nothing before the first call, and that one makes one attempt for all that join it', async () => {
    const { attempts, pass, done, last } = gateOf()
    expect(attempts).toHaveLength(0)
    const calls = [pass(1), pass(2), pass(3)]
    expect(attempts).toHaveLength(1)
    expect(done).toEqual([])
    await last().succeed()
    await Promise.all(calls)
    expect(done).toEqual([1, 2, 3])
    expect(attempts).toHaveLength(1)
  })

  test('lets calls pass in the same turn while the client is connected', async () => {
    const { pass, done, last } = gateOf()
    void pass(1)
    await last().succeed()
    const call = pass(2)
    expect(done).toEqual([1, 2])
    await call
  })

  test('lets nothing that is called later overtake what waited', async () => {
    const { gate, done, last } = gateOf()
    const waited = gate.pass(async () => {
      done.push('first')
      void gate.pass(async () => void done.push('from within the first'))
    })
    const behind = gate.pass(async () => void done.push('second'))
    void waited.then(() => gate.pass(async () => void done.push('after the first')))
    await last().succeed()
    await Promise.all([waited, behind])
    expect(done.indexOf('second')).toBeLessThan(done.indexOf('after the first'))
    expect(done[0]).toBe('first')
  })

  test('hands on what a call answers and what it throws, at once or later', async () => {
    const { gate, last } = gateOf()
    const answers = [
      gate.pass(async () => 5),
      rejectionOf(gate.pass(() => Promise.reject(new Error('later')))),
      rejectionOf(
        gate.pass(() => {
          throw new Error('at once')
        }),
      ),
    ]
    await last().succeed()
    expect(await Promise.all(answers)).toMatchObject([5, { message: 'later' }, { message: 'at once' }])
  })

  test('fails all that waited for an attempt with the reason of its failure', async () => {
    const { pass, last, done } = gateOf()
    const failed = [pass(1), pass(2)].map(rejectionOf)
    await last().fail('ECONNREFUSED')
    expect(await Promise.all(failed)).toMatchObject([{ message: 'ECONNREFUSED' }, { message: 'ECONNREFUSED' }])
    expect(done).toEqual([])
  })

  test('after a failed attempt lets one call make the next, and refuses the others meanwhile', async () => {
    const { pass, attempts, last, done } = gateOf()
    const first = rejectionOf(pass(1))
    await last().fail('ECONNREFUSED')
    await first
    const trying = pass('trying')
    expect(attempts).toHaveLength(2)
    const refused = await rejectionOf(pass('refused'))
    expect(refused).toBeInstanceOf(BackendUnavailableError)
    expect(refused.message).toMatch(/ECONNREFUSED.*nothing was sent/)
    expect(refused.cause).toMatchObject({ message: 'ECONNREFUSED' })
    await last().succeed()
    await trying
    expect(done).toEqual(['trying'])
    await pass('again')
    expect(attempts).toHaveLength(2)
  })

  test('after a loss lets calls join the next attempt, for nothing speaks against it', async () => {
    const { gate, pass, attempts, last, done } = gateOf()
    void pass(1)
    await last().succeed()
    gate.lose(new Error('reset'))
    expect(attempts).toHaveLength(1)
    const calls = [pass(2), pass(3)]
    await last().succeed()
    await Promise.all(calls)
    expect(done).toEqual([1, 2, 3])
  })

  test('loses nothing but what it has: a loss that is told late changes nothing', async () => {
    const { gate, pass, changes, last } = gateOf()
    gate.lose(new Error('early'))
    const call = pass(1)
    gate.lose(new Error('while connecting'))
    await last().succeed()
    await call
    expect(changes).toEqual(['connecting', 'connected'])
  })

  test('tells every change of state once, with the failure', async () => {
    const { gate, pass, changes, last } = gateOf()
    void pass(1)
    await last().succeed()
    gate.lose(new Error('reset'))
    gate.lose(new Error('again'))
    const failed = rejectionOf(pass(2))
    await last().fail('refused')
    await failed
    void pass(3)
    await last().succeed()
    gate.close()
    expect(changes.join(', ')).toBe(
      'connecting, connected, disconnected: reset, connecting, unreachable: refused, connecting, connected, closed',
    )
  })

  test.each([false, true])(
    'once closed refuses what waits and what comes, with an offline queue: %s',
    async (offlineQueue) => {
      const { gate, pass, attempts, last, done, changes } = gateOf({ offlineQueue })
      const waiting = rejectionOf(pass(1))
      gate.close()
      expect((await waiting).message).toMatch(/closed/)
      expect((await rejectionOf(pass(2))).message).toMatch(/closed/)
      await last().succeed()
      expect(gate.state).toBe('closed')
      expect(attempts).toHaveLength(1)
      expect(done).toEqual([])
      expect(changes).toEqual(['connecting', 'closed'])
    },
  )
})

describe('an offline queue', () => {
  function timers() {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    onTestFinished(() => void vi.useRealTimers())
  }
  const queue = { offlineQueue: true, patienceMs: 5000 }

  test('keeps calls across failed attempts, in their order', async () => {
    timers()
    const { pass, attempts, last, done } = gateOf(queue)
    const calls = [pass(1), pass(2)]
    await last().fail('refused')
    vi.advanceTimersByTime(50)
    expect(attempts).toHaveLength(2)
    calls.push(pass(3))
    await last().succeed()
    await Promise.all(calls)
    expect(done).toEqual([1, 2, 3])
  })

  test('tries again after pauses that grow up to a second, and begins anew after a success', async () => {
    timers()
    const { gate, pass, attempts, last } = gateOf({ ...queue, patienceMs: 60_000 })
    const pauses: number[] = []
    const waiting = pass(1)
    for (let round = 0; round < 7; round++) {
      const made = attempts.length
      await last().fail('refused')
      let pausedMs = 0
      for (; attempts.length === made && pausedMs < 5000; pausedMs += 10) vi.advanceTimersByTime(10)
      pauses.push(pausedMs)
    }
    expect(pauses).toEqual([50, 100, 200, 400, 800, 1000, 1000])
    await last().succeed()
    await waiting
    gate.lose(undefined)
    const again = pass(2)
    const made = attempts.length
    await last().fail('refused')
    vi.advanceTimersByTime(49)
    expect(attempts).toHaveLength(made)
    vi.advanceTimersByTime(1)
    expect(attempts).toHaveLength(made + 1)
    await last().succeed()
    await again
  })

  test('drops calls that were given up, unsent, and keeps the others', async () => {
    timers()
    const { pass, last, done } = gateOf(queue)
    const late = rejectionOf(pass('late'))
    vi.advanceTimersByTime(4000)
    const patient = pass('patient')
    vi.advanceTimersByTime(1000)
    await last().succeed()
    expect(await late).toBeInstanceOf(BackendUnavailableError)
    await patient
    expect(done).toEqual(['patient'])
  })

  test('stops trying when nobody waits any more', async () => {
    timers()
    const { pass, attempts, last, gate } = gateOf({ ...queue, patienceMs: 100 })
    const given = rejectionOf(pass(1))
    await last().fail('refused')
    vi.advanceTimersByTime(50)
    expect(attempts).toHaveLength(2)
    await last().fail('refused')
    // At the next pause's end the call has been given up.
    vi.advanceTimersByTime(60_000)
    await given
    expect(attempts).toHaveLength(2)
    expect(gate.state).toBe('unreachable')
    expect(vi.getTimerCount()).toBe(0)
    void pass(2)
    expect(attempts).toHaveLength(3)
    await last().succeed()
  })
})

test('without an offline queue a call that was given up while the first attempt lasted is not made up for', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const { pass, last, done } = gateOf({ patienceMs: 100 })
  const late = rejectionOf(pass('late'))
  vi.advanceTimersByTime(100)
  const fresh = pass('fresh')
  await last().succeed()
  await late
  await fresh
  expect(done).toEqual(['fresh'])
})

test.each([60_000, Number.POSITIVE_INFINITY])(
  'the pause between attempts keeps the process alive for calls that wait up to %d ms, and nothing does without them',
  async (patienceMs) => {
    const { pass, last, gate } = gateOf({ offlineQueue: true, patienceMs })
    const waiting = rejectionOf(pass(1))
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const before = timers()
    await last().fail('refused')
    expect(timers() - before).toBe(1)
    gate.close()
    await waiting
    expect(timers()).toBe(before)
  },
)
