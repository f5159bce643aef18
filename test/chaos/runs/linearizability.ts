/** Many clients use the same keys at once, and what they saw is put in order afterwards. */

import { startChildren } from '../../support/children.js'
import { programAt } from '../../support/program.js'
import { startRedisServer } from '../../support/redis-server.js'
import type { History, Operation } from '../linearizability/history.js'
import { play } from '../linearizability/play.js'
import { memoryScenes, redisScenes, type Scene } from '../linearizability/scenes.js'
import { Tally } from '../linearizability/tally.js'
import type { Part } from '../programs/linearizability-clients.js'
import { Random } from '../random.js'
import type { ChaosRun, Figure } from '../run.js'

/** Histories: of each scene in one process, and those of several processes. */
const SIZES = { quick: { memory: 4, redis: 4, processes: 12 }, full: { memory: 800, redis: 600, processes: 2000 } }

/** Histories that are played at the same time on the same connections. */
const AT_ONCE = 4
const PROCESSES = 3
const CLIENTS_PER_PROCESS = 2

const run: ChaosRun = {
  name: 'linearizability',
  title: 'Many clients use the same keys at once',
  mustShow: 'every history could be that of one cache that does one thing at a time',
  async run(size) {
    const counts = SIZES[size]
    const seed = Date.now() % 2 ** 32
    const random = new Random(seed)
    const tallies = { memory: new Tally(seed), redis: new Tally(seed), processes: new Tally(seed) }
    await using server = await startRedisServer()
    for (const [title, open] of Object.entries(memoryScenes)) {
      await playScene(title, open(), counts.memory, random, tallies.memory)
    }
    for (const [title, open] of Object.entries(redisScenes)) {
      await playScene(title, open(server.port), counts.redis, random, tallies.redis)
    }
    await playProcesses(server.port, counts.processes, random, tallies.processes)
    return [{ name: 'seed', value: String(seed) }, ...figures(tallies, counts)]
  },
}

export default run

async function playScene(title: string, scene: Scene, count: number, random: Random, tally: Tally): Promise<void> {
  await Promise.all(scene.caches.map((cache) => cache.connect()))
  for (let played = 0; played < count; played += AT_ONCE) {
    const plays = await Promise.all(
      Array.from({ length: AT_ONCE }, (_, index) =>
        play({ scene, seed: random.below(2 ** 32), name: `${title}-${played + index}` }),
      ),
    )
    for (const { history } of plays) tally.add(history, title)
  }
  await scene.close()
}

async function playProcesses(port: number, count: number, random: Random, tally: Tally): Promise<void> {
  using program = await programAt(new URL('../programs/linearizability-clients.ts', import.meta.url))
  await using children = startChildren(program, PROCESSES, () => [String(port)])
  await Promise.all(children.map((child) => child.next()))
  for (let played = 0; played < count; played += AT_ONCE) {
    for (const [index, child] of children.entries()) {
      const parts = Array.from({ length: AT_ONCE }, (_, place): Part => {
        const firstClient = index * CLIENTS_PER_PROCESS
        return { name: `p${played + place}`, seed: random.below(2 ** 32), clients: CLIENTS_PER_PROCESS, firstClient }
      })
      child.send(parts)
    }
    const told = await Promise.all(children.map((child) => child.next<History[]>()))
    for (let place = 0; place < AT_ONCE; place++) {
      tally.add(merged(told.map((histories) => histories[place] ?? [])), 'several processes')
    }
  }
}

/** One history of what several processes recorded; messages turn `undefined` in arrays into `null`. */
function merged(histories: readonly History[]): History {
  let before = 0
  return histories.flatMap((history) => {
    const offset = before
    before += history.length
    return history.map((operation): Operation => {
      const value = operation.answer?.value
      const answer = operation.answer && {
        ...operation.answer,
        value: Array.isArray(value) ? value.map((one: number | null) => one ?? undefined) : value,
      }
      return { ...operation, answer, after: operation.after.map((other) => other + offset) }
    })
  })
}

function figures(tallies: Record<'memory' | 'redis' | 'processes', Tally>, counts: typeof SIZES.full): Figure[] {
  const all = Object.values(tallies)
  const sum = (count: (tally: Tally) => number) => all.reduce((total, tally) => total + count(tally), 0)
  const expected = {
    memory: counts.memory * Object.keys(memoryScenes).length,
    redis: counts.redis * Object.keys(redisScenes).length,
    processes: counts.processes,
  }
  return [
    { name: 'histories in memory', value: tallies.memory.histories, limit: { exactly: expected.memory } },
    { name: 'histories on Redis, one process', value: tallies.redis.histories, limit: { exactly: expected.redis } },
    {
      name: `histories on Redis, ${PROCESSES} processes`,
      value: tallies.processes.histories,
      limit: { exactly: expected.processes },
    },
    { name: 'histories rejected', value: sum((tally) => tally.rejected), limit: { exactly: 0 } },
    { name: 'histories without a verdict', value: sum((tally) => tally.undecided), limit: { exactly: 0 } },
    {
      name: 'operations',
      value: sum((tally) => tally.operations),
      limit: { atLeast: sum((tally) => tally.histories) },
    },
    {
      name: 'operations that failed, which may or may not have happened',
      value: sum((tally) => tally.failed),
      limit: { atLeast: 1 },
    },
    { name: 'the same histories, made wrong', value: sum((tally) => tally.mutants), limit: { atLeast: 1 } },
    {
      name: 'of these accepted',
      value: sum((tally) => tally.mutants - tally.rejectedMutants),
      limit: { exactly: 0 },
    },
    { name: 'time of the checks', value: sum((tally) => tally.checkingMs) / 1000, unit: 's' },
  ]
}
