/** R7: clearing a namespace among other keys, and whether the server goes on answering meanwhile. */

import { startPings } from '../redis/pings.js'
import { timed, type Workload } from '../workload.js'
import { keyAt, valueAt } from './accesses.js'

const PAGE = 1000
/** So many other keys there are to one that is cleared. */
const OTHERS = 4

export const clearing: Workload = {
  id: 'R7',
  title: 'clear a namespace',
  what: '`clear` of a namespace with 100,000 keys among 500,000 (quick: 10,000 among 50,000), while another process sends `PING` one after the other. Blocked is the longest wait for a `PONG`; the longest command is what the server itself noted (`SLOWLOG`).',
  needs: 'redis',
  figures: [
    { name: 'blocked', title: 'server blocked', unit: 'ms', target: 5 },
    { name: 'command', title: 'longest command', unit: 'ms' },
    { name: 'time', title: 'time per key', unit: 'ns', reference: 'ioredis', target: 1.1 },
  ],
  full: { rounds: 5, warmUpRounds: 0, operations: 100_000, keys: 500_000 },
  quick: { rounds: 1, warmUpRounds: 0, operations: 10_000, keys: 50_000 },
  async prepare({ contender, redisUrl, ownRedis, namespace, runNamespace, scale: { operations } }) {
    const store = await contender.redis?.({ url: redisUrl, namespace, ttlMs: 3_600_000 })
    if (store === undefined) return undefined
    const { clear, wireKey } = store
    if (clear === undefined || wireKey === undefined) {
      await store.close()
      return undefined
    }
    // Only here, so that the processes of other workloads start without it.
    const { Redis } = await import('ioredis')
    const admin = new Redis(redisUrl)
    const write = async (count: number, key: (index: number) => string) => {
      for (let first = 0; first < count; first += PAGE) {
        const page = Array.from({ length: PAGE }, (_, offset) => [key(first + offset), valueAt(first + offset)])
        await admin.mset(...page.flat())
      }
    }
    // They stay for all contenders of the run: the first one writes them.
    const other = (index: number) => `${runNamespace}.others:${keyAt(index)}`
    if ((await admin.exists(other(0), other(operations * OTHERS - 1))) < 2) await write(operations * OTHERS, other)
    return {
      async before() {
        await write(operations, (index) => wireKey(keyAt(index)))
      },
      async run() {
        const pings = await startPings(redisUrl)
        if (ownRedis) await admin.slowlog('RESET')
        const times = await timed(operations, () => clear())
        const blocked = await pings.stop()
        if (!ownRedis) return { ...times, blocked }
        const noted = (await admin.slowlog('GET', 100_000)) as [id: number, at: number, us: number][]
        return { ...times, blocked, command: Math.max(0, ...noted.map(([, , us]) => us)) / 1000 }
      },
      async check() {
        const keys = [0, 1, operations >> 1, operations - 1].map((index) => wireKey(keyAt(index)))
        const left = await admin.exists(...keys)
        if (left > 0) throw new Error(`${left} of ${keys.length} keys are left after clear`)
        if ((await admin.exists(other(0), other(operations * OTHERS - 1))) < 2)
          throw new Error('Keys of another namespace were cleared')
      },
      async close() {
        admin.disconnect()
        await store.close()
      },
    }
  },
}
