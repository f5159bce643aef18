/** The master of a Sentinel group is killed or stopped, again and again, while a process uses it steadily. */

import { setTimeout as sleep } from 'node:timers/promises'
import { startRedisSentinels } from '../../support/redis-sentinel.js'
import { commonFigures, failuresInUse, Load, longest } from '../load/load.js'
import { redirectionFigures } from '../load/redirections.js'
import { storedNumbers } from '../load/stored.js'
import { Survival } from '../load/survival.js'
import type { ChaosRun } from '../run.js'

const run: ChaosRun = {
  name: 'sentinel-failover',
  title: 'The master of a Sentinel group is killed or stopped',
  mustShow:
    'no READONLY to callers beyond the failover, use again within 2 s of it, and what was acknowledged and survived on the new master is read back',
  async run(size) {
    const rounds = size === 'quick' ? 1 : 20
    void Load.prepare()
    await using group = await startRedisSentinels({ downAfterMs: size === 'quick' ? 1000 : 3000 })
    const sentinels = group.sentinelPorts.map((port) => ({ endpoint: '127.0.0.1', port }))
    const cache = { sentinels, masterName: group.masterName }
    await using load = await Load.start({ cache, deadlineMs: 500, perSecond: 1000 })
    const [failoverMs, resumedMs]: [number[], number[]] = [[], []]
    const survival = new Survival()
    let unasked = 0
    for (let round = 0; round < rounds; round++) {
      await sleep(300)
      load.enter('down')
      // Every fourth master lives on, and takes writes that are lost, until the sentinels have demoted it.
      const pause = round % 4 === 3
      failoverMs.push(await group.failover({ pause }))
      if (pause) await group.restore()
      const epoch = await group.epoch()
      load.enter('up')
      resumedMs.push(await load.resumed())
      // At once, before much else was written: what the old master acknowledged is to be looked for.
      const { entries, read } = await load.pause()
      survival.account(entries, read, await storedNumbers(entries, async () => group.masterPort()))
      load.resume()
      if (round < rounds - 1) await group.restore()
      if ((await group.epoch()) !== epoch) unasked++
    }
    const ended = await load.end()
    return [
      { name: 'failovers', value: failoverMs.length, limit: { exactly: rounds } },
      { name: 'failovers that nobody asked for, for a silence of the machine', value: unasked },
      longest('from the end of a master until all sentinels name the new one', failoverMs),
      longest('from then to the first answer', resumedMs, 2000),
      ...redirectionFigures(ended.report),
      ...survival.figures({ mayLose: true }),
      ...failuresInUse(ended.report),
      ...commonFigures(ended),
    ]
  },
}

export default run
