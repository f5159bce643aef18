/** Eight processes count together with optimistic locks. */

import { RedisCache } from '@pycached/redis'
import { startChildren } from '../../support/children.js'
import { programAt } from '../../support/program.js'
import { startRedisServer } from '../../support/redis-server.js'
import type { IncrementReport } from '../programs/optimistic-increments.js'
import type { ChaosRun } from '../run.js'

const PROCESSES = { quick: 4, full: 8 }

/** A conflict costs a round more: with all on one key most rounds are conflicts. */
const KEYS = 16

const INCREMENTS = { quick: 2000, full: 1_000_000 }

const run: ChaosRun = {
  name: 'optimistic-increments',
  title: 'Eight processes increment with optimistic locks',
  mustShow: 'final value = number acknowledged; 0 lost',
  async run(size) {
    const each = INCREMENTS[size] / PROCESSES[size]
    await using server = await startRedisServer()
    using program = await programAt(new URL('../programs/optimistic-increments.ts', import.meta.url))
    const startMs = performance.now()
    await using children = startChildren(program, PROCESSES[size], (index) =>
      [server.port, each, KEYS, index].map(String),
    )
    const reports = await Promise.all(children.map((child) => child.next<IncrementReport>()))
    const seconds = (performance.now() - startMs) / 1000
    const exits = await Promise.all(children.map((child) => child.exited))

    await using cache = new RedisCache({ port: server.port })
    const keys = Array.from({ length: KEYS }, (_, key) => key)
    const stored = await cache.multiGet<number>(keys.map((key) => `counter ${key}`))
    const acknowledged = keys.map((key) => reports.reduce((sum, report) => sum + (report.acknowledged[key] ?? 0), 0))
    const apart = keys.map((key) => Math.abs((stored[key] ?? 0) - (acknowledged[key] ?? 0)))
    const total = acknowledged.reduce((sum, one) => sum + one, 0)
    const conflicts = reports.reduce((sum, report) => sum + report.conflicts, 0)
    return [
      { name: 'increments acknowledged', value: total, limit: { exactly: INCREMENTS[size] } },
      { name: 'processes', value: PROCESSES[size] },
      { name: 'keys', value: KEYS },
      {
        name: 'final values together',
        value: stored.reduce((sum: number, one) => sum + (one ?? 0), 0),
        limit: { exactly: total },
      },
      {
        name: 'lost or counted twice, of all keys',
        value: apart.reduce((sum, one) => sum + one, 0),
        limit: { exactly: 0 },
      },
      {
        name: 'commands without an answer',
        value: reports.reduce((sum, report) => sum + report.unknown, 0),
        limit: { exactly: 0 },
      },
      { name: 'processes that failed', value: exits.filter(({ code }) => code !== 0).length, limit: { exactly: 0 } },
      // Without any nothing was contended, and nothing shown.
      { name: 'conflicts, each tried again', value: conflicts, limit: { atLeast: 1 } },
      { name: 'increments a second', value: Math.round(total / seconds) },
    ]
  },
}

export default run
