/** Redis is killed and started again, again and again, while a process uses it steadily. */

import { setTimeout as sleep } from 'node:timers/promises'
import { startRedisServer } from '../../support/redis-server.js'
import { commonFigures, failuresInUse, Load } from '../load/load.js'
import { Random } from '../random.js'
import type { ChaosRun } from '../run.js'

const DEADLINE_MS = 500

const run: ChaosRun = {
  name: 'restarts',
  title: 'Redis is killed and restarted',
  mustShow:
    'no unhandled rejection, no exit of the process, no command more than 100 ms past its deadline, and use again within 2 s of every restart',
  async run(size) {
    const rounds = size === 'quick' ? 4 : 200
    const random = new Random(1)
    void Load.prepare()
    await using server = await startRedisServer()
    await using load = await Load.start({ cache: { port: server.port }, deadlineMs: DEADLINE_MS, perSecond: 2000 })
    const resumedMs: number[] = []
    for (let round = 1; round <= rounds; round++) {
      await sleep(random.next() * (size === 'quick' ? 200 : 500))
      load.enter('down')
      await server.stop()
      // From time to time so long that commands called in it have passed their deadlines.
      await sleep(round % 20 === 3 ? 1.4 * DEADLINE_MS : random.next() * 200)
      await server.restart()
      load.enter('up')
      resumedMs.push(await load.resumed())
    }
    const ended = await load.end()
    return [
      { name: 'restarts', value: resumedMs.length, limit: { exactly: rounds } },
      {
        name: 'longest from a restart to the first answer',
        value: Math.max(...resumedMs),
        unit: 'ms',
        limit: { atMost: 2000 },
      },
      {
        name: 'longest from a restart to a failure of a command that was called after it',
        value: ended.report.longestTroubleMs,
        unit: 'ms',
        limit: { atMost: 2000 },
      },
      ...failuresInUse(ended.report),
      ...commonFigures(ended),
    ]
  },
}

export default run
