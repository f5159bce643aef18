/** M9: how long a memory cache keeps the event loop from turning, while it grows and when everything expires. */

import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import { timed, type Workload } from '../workload.js'
import { keyAt, TTL_MS, valueAt } from './accesses.js'
import { usedBytes } from './used-bytes.js'

const BATCH = 100
const MB = 2 ** 20

const writes: Workload = {
  id: 'M9.writes',
  title: 'the first million writes',
  what: `1,000,000 \`set\` of new keys on an empty cache, the event loop turning after every ${BATCH} (50,000 in a quick run). The stall is the longest turn.`,
  needs: 'memory',
  figures: [
    { name: 'stall', title: 'longest stall', unit: 'ms', target: 25 },
    { name: 'time', title: 'time per write', unit: 'ns', reference: 'Map' },
  ],
  full: { rounds: 3, warmUpRounds: 0, operations: 1_000_000, keys: 1_000_000 },
  quick: { rounds: 1, warmUpRounds: 0, operations: 50_000, keys: 50_000 },
  fresh: true,
  async prepare({ contender, scale: { operations } }) {
    const open = async () => contender.memory?.({ entries: operations, bounded: false, ttlMs: TTL_MS })
    const value = valueAt(0)
    const first = await open()
    if (first === undefined) return undefined
    for (let index = 0; index < 20_000; index++) await first.set(keyAt(index), value, TTL_MS)
    await first.close?.()
    let store: Awaited<ReturnType<typeof open>>
    return {
      async run() {
        const opened = await open()
        if (opened === undefined) throw new Error('The second cache could not be opened')
        store = opened
        let stallMs = 0
        const times = await timed(operations, async () => {
          let last = performance.now()
          for (let index = 0; index < operations; index += BATCH) {
            for (let n = index; n < index + BATCH; n++) await opened.set(keyAt(n), value, TTL_MS)
            await turn()
            const now = performance.now()
            stallMs = Math.max(stallMs, now - last)
            last = now
          }
        })
        return { ...times, stall: stallMs }
      },
      close: async () => void (await store?.close?.()),
    }
  },
}

const expiry = (entries: number, fillMs: number, waitMs: number) => ({ entries, fillMs, waitMs })
const expiries: Readonly<Record<number, ReturnType<typeof expiry>>> = {
  200_000: expiry(200_000, 6000, 2000),
  20_000: expiry(20_000, 900, 600),
}

const expiring: Workload = {
  id: 'M9.expiry',
  title: '200,000 entries expiring at once',
  what: 'All entries expire at one moment and nothing is read: the longest delay of the event loop from then on, and what is still held 2 s later (quick: 20,000 entries, 0.6 s). Who frees nothing has no delay.',
  needs: 'memory',
  figures: [
    { name: 'delay', title: 'longest delay', unit: 'ms', target: 10 },
    { name: 'left', title: 'entries left', unit: 'entries', target: 0 },
    { name: 'kept', title: 'memory kept', unit: 'MB' },
  ],
  full: { rounds: 3, warmUpRounds: 0, operations: 200_000, keys: 200_000 },
  quick: { rounds: 1, warmUpRounds: 0, operations: 20_000, keys: 20_000 },
  fresh: true,
  async prepare({ contender, scale: { operations } }) {
    const { entries, fillMs, waitMs } = expiries[operations] ?? expiry(operations, 6000, 2000)
    const store = await contender.memory?.({ entries, bounded: false, ttlMs: fillMs })
    if (store === undefined || store.ttlPerEntry === false) return undefined
    return {
      async run() {
        await store.set('first', valueAt(0), 1)
        await sleep(20)
        await store.get('first')
        const emptyBytes = usedBytes()
        const deadlineMs = Date.now() + fillMs
        for (let index = 0; index < entries; index++) {
          const ttlMs = deadlineMs - Date.now()
          if (ttlMs < 50) throw new Error(`${index} of ${entries} entries were written in ${fillMs} ms`)
          await store.set(keyAt(index), valueAt(index), ttlMs)
          if (index % BATCH === 0) await turn()
        }
        // A collection that was due anyway must not fall into the measurement.
        usedBytes()
        await sleep(Math.max(0, deadlineMs - Date.now() - 30))
        const histogram = monitorEventLoopDelay({ resolution: 1 })
        histogram.enable()
        let delayMs = 0
        const endMs = performance.now() + 30 + waitMs
        for (let last = performance.now(); last < endMs; ) {
          await sleep(1)
          const now = performance.now()
          delayMs = Math.max(delayMs, now - last - 1)
          last = now
        }
        histogram.disable()
        const left = await store.size?.()
        return {
          delay: Math.max(delayMs, histogram.max / 1e6 - 1),
          kept: Math.max(0, (usedBytes() - emptyBytes) / MB),
          ...(left === undefined ? {} : { left }),
        }
      },
      close: async () => void (await store.close?.()),
    }
  },
}

export const stallWorkloads = { writes, expiring }
