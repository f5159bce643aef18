/** Masters of a Redis Cluster are killed, stopped or replaced, one after the other, while a process uses it steadily. */

import { setTimeout as sleep } from 'node:timers/promises'
import { type RedisCluster, startRedisCluster } from '../../support/redis-cluster.js'
import { commonFigures, Load, longest } from '../load/load.js'
import { redirectionFigures } from '../load/redirections.js'
import { storedOnCluster } from '../load/stored.js'
import { Survival } from '../load/survival.js'
import type { ChaosRun } from '../run.js'

/** How long after a failover failures would still be noticed. */
const WATCH_MS = { quick: 500, full: 3000 }

const run: ChaosRun = {
  name: 'cluster-failover',
  title: 'Masters of a cluster are killed, stopped or replaced',
  mustShow:
    'no MOVED, ASK, CROSSSLOT or READONLY to callers beyond the failover, use of all nodes again within 2 s of it, and what was acknowledged and survived on the new master is read back',
  async run(size) {
    const rounds = size === 'quick' ? 1 : 20
    void Load.prepare()
    await using cluster = await startRedisCluster()
    const nodes = cluster.ports.slice(0, 3).map((port) => ({ endpoint: '127.0.0.1', port }))
    await using load = await Load.start({ cache: { cluster: nodes }, deadlineMs: 500, perSecond: 1000 })
    const [failoverMs, resumedMs]: [number[], number[]] = [[], []]
    const survival = new Survival()
    for (let round = 0; round < rounds; round++) {
      await sleep(300)
      load.enter('down')
      failoverMs.push(await failOver(cluster, round))
      load.enter('up')
      resumedMs.push(await load.resumed())
      const { entries, read } = await load.pause()
      survival.account(entries, read, await storedOnCluster(cluster, entries))
      load.resume()
      await sleep(WATCH_MS[size])
      if (round < rounds - 1) await cluster.restore()
    }
    const ended = await load.end()
    return [
      { name: 'failovers', value: failoverMs.length, limit: { exactly: rounds } },
      longest('from the end of a master until all nodes know the new one', failoverMs),
      longest('from then to the first answer', resumedMs, 2000),
      longest('from then to a failure of a command that was called after it', [ended.report.longestTroubleMs], 2000),
      ...redirectionFigures(ended.report),
      ...survival.figures({ mayLose: true }),
      ...commonFigures(ended),
    ]
  },
}

/** Each master in turn: most are killed, some stopped for a while, and some replaced by agreement with their replica. */
async function failOver(cluster: RedisCluster, round: number): Promise<number> {
  const masters = await cluster.masters()
  const port = masters[round % masters.length]?.port ?? 0
  if (round % 4 === 3) return await cluster.switchOver(port)
  return await cluster.failover(port, { pause: round % 4 === 1 })
}

export default run
