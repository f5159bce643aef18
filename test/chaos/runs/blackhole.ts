/** The network between a process and Redis swallows, holds back, cuts up and delays what the two say. */

import { setTimeout as sleep } from 'node:timers/promises'
import { type Proxy, startProxy } from '../../support/proxy.js'
import { startRedisServer } from '../../support/redis-server.js'
import { commonFigures, failuresInUse, Load } from '../load/load.js'
import { Random } from '../random.js'
import type { ChaosRun, Figure, Size } from '../run.js'

const DEADLINE_MS = 500

/** Turns of the load per second. */
const PACE = 300

/** How long each state of the network lasts. */
const LENGTHS = {
  quick: { slicesMs: 200, delayMs: 700, unsteadyMs: 0, halfOpens: 1, blackholesMs: [700] },
  full: { slicesMs: 10_000, delayMs: 10_000, unsteadyMs: 20_000, halfOpens: 20, blackholesMs: [30_000, 5000, 700] },
}

const run: ChaosRun = {
  name: 'blackhole',
  title: 'The network swallows, delays and cuts up what passes',
  mustShow:
    'no command more than 100 ms past its deadline, no reply handed to another command, and use again within 2 s of the end of each trouble',
  async run(size) {
    void Load.prepare()
    await using server = await startRedisServer()
    await using proxy = await startProxy(server.port)
    await using load = await Load.start({ cache: { port: proxy.port }, deadlineMs: DEADLINE_MS, perSecond: PACE })
    load.enter('up')
    await load.resumed()
    await slices(proxy, load, size)
    const delayed = await delays(proxy, load, size)
    const halfOpen = await halfOpens(proxy, load, size)
    const blackholed = await blackholes(proxy, load, size)
    const ended = await load.end()
    return [
      back('replies were delayed beyond the deadline', delayed),
      back('the server had gone and nobody was told (half-open)', halfOpen),
      back('a blackhole', blackholed),
      ...failuresInUse(ended.report),
      ...commonFigures(ended),
    ]
  },
}

const back = (what: string, times: readonly number[]): Figure => ({
  name: `longest until use resumed after ${what}, of ${times.length} times`,
  value: Math.max(...times),
  unit: 'ms',
  limit: { atMost: 2000 },
})

/** Everything arrives, and in the smallest pieces: the load goes on as if nothing were, at a pace that the proxy can keep up with. */
async function slices(proxy: Proxy, load: Load, size: Size): Promise<void> {
  load.pace(PACE / 10)
  for (const bytes of [1, 2, 7]) {
    proxy.slice(bytes)
    await sleep(LENGTHS[size].slicesMs)
  }
  await proxy.heal()
  load.pace(PACE)
}

/** Replies come when nobody waits for them any more; at last just before or just after that. */
async function delays(proxy: Proxy, load: Load, size: Size): Promise<number[]> {
  const { delayMs, unsteadyMs } = LENGTHS[size]
  const random = new Random(2)
  load.enter('down')
  proxy.delay('toClient', DEADLINE_MS * 1.2)
  await sleep(delayMs)
  for (const until = performance.now() + unsteadyMs; performance.now() < until; ) {
    proxy.delay('toClient', DEADLINE_MS * (0.5 + random.next()))
    await sleep(50)
  }
  return [await healed(proxy, load)]
}

/** Nobody heals these: the process has to notice, and to connect anew. */
async function halfOpens(proxy: Proxy, load: Load, size: Size): Promise<number[]> {
  const times: number[] = []
  for (let round = 0; round < LENGTHS[size].halfOpens; round++) {
    load.enter('down')
    proxy.halfOpen()
    load.enter('up')
    times.push(await load.resumed())
    await sleep(100)
  }
  return times
}

async function blackholes(proxy: Proxy, load: Load, size: Size): Promise<number[]> {
  const times: number[] = []
  for (const ms of LENGTHS[size].blackholesMs) {
    load.enter('down')
    proxy.blackhole()
    await sleep(ms)
    times.push(await healed(proxy, load))
    await sleep(100)
  }
  return times
}

async function healed(proxy: Proxy, load: Load): Promise<number> {
  await proxy.heal()
  load.enter('up')
  return await load.resumed()
}

export default run
