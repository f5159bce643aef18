/** Slots of a Redis Cluster move from master to master, key by key, while a process uses their keys steadily. */

import { setTimeout as sleep } from 'node:timers/promises'
import { ask } from '../../support/ask.js'
import { startRedisCluster } from '../../support/redis-cluster.js'
import { GROUPS } from '../load/commands.js'
import { commonFigures, failuresInUse, Load } from '../load/load.js'
import { redirectionFigures } from '../load/redirections.js'
import { storedOnCluster } from '../load/stored.js'
import { Survival } from '../load/survival.js'
import { Random } from '../random.js'
import type { ChaosRun } from '../run.js'

const run: ChaosRun = {
  name: 'slot-migration',
  title: 'Slots of a cluster move to other masters',
  mustShow: 'no MOVED, ASK or CROSSSLOT to callers, and what was acknowledged is read back',
  async run(size) {
    const rounds = size === 'quick' ? 2 : 20
    const random = new Random(3)
    void Load.prepare()
    await using cluster = await startRedisCluster()
    const nodes = cluster.ports.slice(0, 3).map((port) => ({ endpoint: '127.0.0.1', port }))
    await using load = await Load.start({ cache: { cluster: nodes }, deadlineMs: 2000, perSecond: 1000 })
    load.enter('up')
    await load.resumed()
    const survival = new Survival()
    let [slots, keys] = [0, 0]
    for (let round = 0; round < rounds; round++) {
      await sleep(200)
      // By turns the slot of many keys that are used together, and of one number.
      const key = round % 2 === 0 ? `{${GROUPS[(round / 2) % GROUPS.length]}}` : `load:ledger-${round}`
      const slot = Number(await ask({ port: Number(cluster.ports[0]) }, 'cluster', ['keyslot', key]))
      const from = await cluster.masterOf(slot)
      const others = (await cluster.masters()).filter(({ port }) => port !== from.port)
      const to = random.pick(others).port
      const move = await cluster.moveSlot(slot, to)
      // In its middle, some keys are here and some there, and new ones are made there.
      for (let step = 0; step < 4; step++) {
        keys += await move.keys(5)
        await sleep(random.next() * (size === 'quick' ? 50 : 200))
      }
      await move.finish()
      slots++
      const { entries, read } = await load.pause()
      survival.account(entries, read, await storedOnCluster(cluster, entries))
      load.resume()
    }
    const ended = await load.end()
    return [
      { name: 'slots that moved', value: slots, limit: { exactly: rounds } },
      { name: 'keys that moved while their slots were on the way', value: keys, limit: { atLeast: rounds } },
      ...redirectionFigures(ended.report),
      ...survival.figures({ mayLose: false }),
      ...failuresInUse(ended.report),
      ...commonFigures(ended),
    ]
  },
}

export default run
