/** Two processes hand one lock over to each other, and a waiter with nothing to do is counted by the server. */

import { setTimeout as sleep } from 'node:timers/promises'
import { RedLock } from '@pycached/core'
import { RedisCache } from '@pycached/redis'
import { Redis } from 'ioredis'
import { startChildren } from '../../support/children.js'
import { programAt } from '../../support/program.js'
import { startRedisServer } from '../../support/redis-server.js'
import type { HandoverReport } from '../programs/lock-handover.js'
import type { ChaosRun, Figure } from '../run.js'

const ROUNDS = { quick: 25, full: 2500 }
const IDLE_SECONDS = { quick: 3, full: 20 }

const run: ChaosRun = {
  name: 'lock-handover',
  title: 'A lock goes from process to process',
  mustShow: 'p50 ≤ 3 ms, p99 ≤ 25 ms; an idle waiter sends at most one command a second',
  async run(size) {
    // At the same time only where the figures do not count: whoever is waited for would hold up the others.
    const early = size === 'quick' ? idleWaiter(IDLE_SECONDS[size]) : undefined
    using program = await programAt(new URL('../programs/lock-handover.ts', import.meta.url))
    const handover = await handOver()
    const idle = await (early ?? idleWaiter(IDLE_SECONDS[size]))
    return [...handover, ...idle]

    async function handOver(): Promise<Figure[]> {
      await using server = await startRedisServer()
      await using children = startChildren(program, 2, () => [String(server.port), String(ROUNDS[size])])
      const reports = await Promise.all(children.map((child) => child.next<HandoverReport>()))
      const took = handovers(reports)
      const at = (share: number): number =>
        Math.round((took[Math.floor(took.length * share)] ?? Number.NaN) * 100) / 100
      // Many other tests run beside the quick size: it shows that nobody waits for a lease to end or for the next poll.
      const p99: Partial<Figure> = size === 'quick' ? {} : { limit: { atMost: 25 } }
      return [
        { name: 'hand-overs', value: took.length, limit: { atLeast: ROUNDS[size] } },
        { name: 'hand-over, p50', value: at(0.5), unit: 'ms', limit: { atMost: size === 'quick' ? 25 : 3 } },
        { name: 'hand-over, p99', value: at(0.99), unit: 'ms', ...p99 },
        { name: 'hand-over, longest', value: at(1 - 1 / took.length), unit: 'ms' },
      ]
    }
  },
}

/** From each release to the next time that the other process took the lock; sorted. */
function handovers(reports: readonly HandoverReport[]): number[] {
  const events = reports
    .flatMap(({ takenMs, releasedMs }, process) => [
      ...takenMs.map((ms) => ({ ms, process, isRelease: false })),
      ...releasedMs.map((ms) => ({ ms, process, isRelease: true })),
    ])
    .toSorted((one, other) => one.ms - other.ms)
  const took: number[] = []
  for (const [index, event] of events.entries()) {
    const before = events[index - 1]
    if (before === undefined || event.isRelease || !before.isRelease || before.process === event.process) continue
    took.push(event.ms - before.ms)
  }
  return took.toSorted((one, other) => one - other)
}

/** What the server was sent while somebody waited for a lock that was not given back. */
async function idleWaiter(seconds: number): Promise<Figure[]> {
  await using server = await startRedisServer()
  await using holder = new RedisCache({ port: server.port })
  const observer = new Redis({ port: server.port })
  await new RedLock(holder, 'key', { lease: '1h' }).acquire()
  await using cache = new RedisCache({ port: server.port })
  let sent = 0
  const monitor = await observer.monitor()
  monitor.on('monitor', (_time: string, _words: string[], source: string) => {
    if (source !== 'lua') sent++
  })
  const waiting = new RedLock(cache, 'key', { lease: '1h' }).acquire().catch(() => {})
  await sleep(seconds * 1000)
  const sentWhileIdle = sent
  monitor.disconnect()
  observer.disconnect()
  await cache.close()
  await waiting
  return [
    { name: 'seconds that a waiter was idle', value: seconds },
    // The first question and the one once it listens are among them.
    { name: 'commands that it sent, listening included', value: sentWhileIdle, limit: { atLeast: 1, atMost: seconds } },
  ]
}

export default run
