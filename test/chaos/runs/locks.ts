/** Processes take locks from one another, and some are stopped while they hold one. */

import { setTimeout as sleep } from 'node:timers/promises'
import { RedLock } from '@pycached/core'
import { RedisCache } from '@pycached/redis'
import { Redis } from 'ioredis'
import { type Child, startChildren } from '../../support/children.js'
import { programAt } from '../../support/program.js'
import { startRedisServer } from '../../support/redis-server.js'
import { commonNowMs, type Held, overlaps } from '../locks/overlaps.js'
import { fencedWrite } from '../locks/resource.js'
import type { Late, LockHoldersOptions, LockHoldersReport, Missed, Stopping } from '../programs/lock-holders.js'
import type { ChaosRun } from '../run.js'

const SIZES = {
  quick: { processes: 4, times: 400, stops: 4 },
  full: { processes: 8, times: 100_000, stops: 1000 },
}

/** Fewer than processes, so that they wait for one another. */
const LOCKS = 3
const LEASE_MS = 200

const run: ChaosRun = {
  name: 'locks',
  title: 'Eight processes take locks, and holders are stopped past their lease',
  mustShow: '0 overlaps while leases hold; every late fenced write refused',
  async run(size) {
    const { processes, times, stops } = SIZES[size]
    const [server, resourceServer] = await Promise.all([startRedisServer(), startRedisServer()])
    await using _server = server
    await using _resourceServer = resourceServer
    using program = await programAt(new URL('../programs/lock-holders.ts', import.meta.url))
    await using cache = new RedisCache({ port: server.port })
    const resource = new Redis({ port: resourceServer.port })
    const startMs = performance.now()
    await using children = startChildren(program, processes, (seed) => {
      const options: LockHoldersOptions = {
        port: server.port,
        resourcePort: resourceServer.port,
        locks: LOCKS,
        leaseMs: LEASE_MS,
        times: times / processes,
        stops: stops / processes,
        seed,
      }
      return [JSON.stringify(options)]
    })
    const late: Late[] = []
    const between: Held[] = []
    const reports = await Promise.all(children.map((child) => follow(child)))
    const seconds = (performance.now() - startMs) / 1000
    const exits = await Promise.all(children.map((child) => child.exited))
    resource.disconnect()

    const held = [...reports.flatMap((report) => report.held), ...between]
    const none = { exactly: 0 }
    return [
      { name: 'processes', value: processes },
      { name: 'acquisitions', value: held.length, limit: { atLeast: times } },
      { name: 'acquisitions a second', value: Math.round(held.length / seconds) },
      { name: 'overlaps while leases hold', value: overlaps(held), limit: none },
      { name: 'writes refused to who held the lock', value: sum(reports, 'wronglyRefused'), limit: none },
      { name: 'holders stopped past their lease', value: late.length, limit: { atLeast: stops } },
      { name: 'late writes accepted', value: late.filter(({ accepted }) => accepted).length, limit: none },
      {
        name: 'late holders whose lock said that it was held',
        value: late.filter((one) => one.held).length,
        limit: none,
      },
      {
        name: 'late holders whose signal had not aborted',
        value: late.filter((one) => !one.aborted).length,
        limit: none,
      },
      { name: 'late holders who could extend their lock', value: late.filter((one) => !one.lost).length, limit: none },
      { name: 'waited a whole lease in vain', value: sum(reports, 'inVain') },
      { name: 'processes that failed', value: exits.filter(({ code }) => code !== 0).length, limit: none },
    ]

    /** What a process tells until it is done. */
    async function follow(child: Child): Promise<LockHoldersReport> {
      for (;;) {
        const message = await child.next<Stopping | LockHoldersReport>()
        if (message.is === 'done') return message
        await comeBetween(message.lock)
        const outcome = child.next<Late | Missed>()
        outcome.catch(() => {})
        // It told that it stops just before it does: the first may come too early.
        let isGoingOn = false
        while (!isGoingOn) {
          child.signal('SIGCONT')
          isGoingOn = await Promise.race([outcome.then(() => true), sleep(20, false)])
        }
        const told = await outcome
        if (told.is === 'late') late.push(told)
      }
    }

    /** Has the lock after the process that stops, and writes. */
    async function comeBetween(lock: number): Promise<void> {
      await new RedLock(cache, `lock ${lock}`, { lease: '10s' }).run(async (hold) => {
        const beginMs = commonNowMs()
        const accepted = await fencedWrite(resource, `resource ${lock}`, hold.fencingToken ?? 0)
        if (!accepted || !hold.held) throw new Error(`nobody could come between on lock ${lock}`)
        between.push({ lock, beginMs, endMs: commonNowMs() })
      })
    }
  },
}

function sum(reports: readonly LockHoldersReport[], name: 'inVain' | 'wronglyRefused'): number {
  return reports.reduce((total, report) => total + report[name], 0)
}

export default run
