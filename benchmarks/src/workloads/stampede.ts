/** R6: many callers of one key that is not stored, in several processes. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Measured, Workload } from '../workload.js'
import { TTL_MS, valueAt } from './accesses.js'

const PROCESSES = 4
const LOAD_MS = 50

export const stampede: Workload = {
  id: 'R6',
  title: 'one cold key, many callers',
  what: `1000 concurrent calls of one key that is not stored in each of ${PROCESSES} processes on one Redis; loading takes ${LOAD_MS} ms.`,
  needs: 'redisLoader',
  figures: [
    { name: 'loads', title: 'loads', unit: 'loads', target: 1 },
    { name: 'took', title: 'time of all calls, in times of the load', unit: '× load', target: 1.4 },
  ],
  full: { rounds: 9, warmUpRounds: 2, operations: 1000, keys: 1 },
  quick: { rounds: 2, warmUpRounds: 1, operations: 1000, keys: 1 },
  processes: PROCESSES,
  async prepare({ contender, redisUrl, namespace, scale: { operations } }) {
    let loads = 0
    const value = valueAt(0)
    const loader = await contender.redisLoader?.({ url: redisUrl, namespace, ttlMs: TTL_MS }, async () => {
      loads++
      await sleep(LOAD_MS)
      return value
    })
    if (loader === undefined) return undefined
    // Connected and compiled before the first round, which is about the key.
    await loader.call(`${process.pid}`)
    return {
      async run(round) {
        loads = 0
        const startedMs = performance.timeOrigin + performance.now()
        const results = await Promise.all(Array.from({ length: operations }, () => loader.call(`cold${round}`)))
        const endedMs = performance.timeOrigin + performance.now()
        if (results.some((result) => result !== value)) throw new Error('A caller got something else than the value')
        return { loads, startedMs, endedMs }
      },
      close: async () => void (await loader.close?.()),
    }
  },
  combine(measured: readonly Measured[]): Measured {
    const all = (name: string) => measured.map((one) => one[name] as number)
    return {
      loads: all('loads').reduce((sum, loads) => sum + loads, 0),
      took: (Math.max(...all('endedMs')) - Math.min(...all('startedMs'))) / LOAD_MS,
    }
  },
}
