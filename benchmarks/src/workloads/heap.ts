/** M7: what an entry weighs. */

import type { Workload } from '../workload.js'
import { keyAt, TTL_MS, valueAt } from './accesses.js'
import { usedBytes } from './used-bytes.js'

export const heap: Workload = {
  id: 'M7',
  title: 'memory per entry',
  what: '200,000 entries (quick: 50,000) with unique keys of about 20 and values of 100 bytes and a TTL, after garbage collection: heap and array buffers, by the number of entries.',
  needs: 'memory',
  figures: [{ name: 'bytes', title: 'bytes per entry', unit: 'B', reference: 'Map', target: 1.22 }],
  full: { rounds: 3, warmUpRounds: 0, operations: 200_000, keys: 200_000 },
  quick: { rounds: 1, warmUpRounds: 0, operations: 50_000, keys: 50_000 },
  fresh: true,
  async prepare({ contender, scale: { operations } }) {
    // A first cache, so that code and what is made once are there before the measurement.
    const first = await contender.memory?.({ entries: operations, bounded: false, ttlMs: TTL_MS })
    if (first === undefined) return undefined
    for (let index = 0; index < 1000; index++) await first.set(keyAt(index), valueAt(index), TTL_MS)
    await first.close?.()
    let store = await contender.memory?.({ entries: 1, bounded: false, ttlMs: TTL_MS })
    return {
      async run() {
        await store?.close?.()
        store = undefined
        const before = usedBytes()
        const measured = await contender.memory?.({ entries: operations, bounded: false, ttlMs: TTL_MS })
        for (let index = 0; index < operations; index++) await measured?.set(keyAt(index), valueAt(index), TTL_MS)
        const bytes = usedBytes() - before
        const last = await measured?.get(keyAt(0))
        store = measured
        if (last !== valueAt(0)) throw new Error('The first entry is not kept any more')
        return { bytes: bytes / operations }
      },
      close: async () => void (await store?.close?.()),
    }
  },
}
