/** M5, M6: a call that is answered from memory, or by the function that loads the value. */

import { type Task, timed, timePerOperation, type Workload } from '../workload.js'
import { makeKeys, TTL_MS, valueAt, zipf } from './accesses.js'

const full = { rounds: 11, warmUpRounds: 3, operations: 30_000, keys: 100_000 }
const quick = { rounds: 3, warmUpRounds: 1, operations: 5000, keys: 20_000 }
const REFILL_AFTER_MS = TTL_MS / 3

/** Loaders of one contender, one after the other, and how often they have loaded since the count was set to 0. */
function loaders({ contender, scale }: Task) {
  const value = valueAt(0)
  const counted = {
    loads: 0,
    open: async () =>
      contender.memoryLoader?.({ entries: scale.keys, bounded: false, ttlMs: TTL_MS }, async () => {
        counted.loads++
        return value
      }),
  }
  return counted
}

const hit: Workload = {
  id: 'M5',
  title: 'get or load, hit',
  what: 'A call of a cached function, or a get-or-set, whose 100,000 results are all stored; arguments by Zipf 0.99.',
  needs: 'memoryLoader',
  figures: [timePerOperation('Map', 1.2)],
  full,
  quick,
  async prepare(task) {
    const { scale } = task
    const keys = makeKeys(scale.keys)
    const accesses = zipf(scale.operations, scale.keys)
    const counted = loaders(task)
    let loader = await counted.open()
    if (loader === undefined) return undefined
    let filledMs = Number.NEGATIVE_INFINITY
    return {
      async before() {
        if (performance.now() - filledMs >= REFILL_AFTER_MS) {
          await loader?.close?.()
          const fresh = await counted.open()
          loader = fresh
          for (const key of keys) await fresh?.call(key)
          filledMs = performance.now()
        }
        counted.loads = 0
      },
      async run() {
        const current = loader
        if (current === undefined) throw new Error('The loader is gone')
        return timed(accesses.length, async () => {
          for (let n = 0; n < accesses.length; n++) await current.call(keys[accesses[n] as number] as string)
        })
      },
      async check() {
        if (counted.loads > 0) throw new Error(`${counted.loads} of ${accesses.length} calls were no hits`)
      },
      close: async () => void (await loader?.close?.()),
    }
  },
}

const miss: Workload = {
  id: 'M6',
  title: 'get or load, miss',
  what: 'A call whose result is not stored: it is loaded by an async function that answers at once, and stored with a TTL.',
  needs: 'memoryLoader',
  figures: [timePerOperation('Map', 1.8)],
  full,
  quick,
  async prepare(task) {
    const { scale } = task
    const keys = makeKeys(scale.operations)
    const counted = loaders(task)
    let loader = await counted.open()
    if (loader === undefined) return undefined
    return {
      async before() {
        await loader?.close?.()
        loader = await counted.open()
        counted.loads = 0
      },
      async run() {
        const current = loader
        if (current === undefined) throw new Error('The loader is gone')
        return timed(keys.length, async () => {
          for (let n = 0; n < keys.length; n++) await current.call(keys[n] as string)
        })
      },
      async check() {
        if (counted.loads !== keys.length) throw new Error(`${keys.length} calls led to ${counted.loads} loads`)
        await loader?.call(keys.at(-1) as string)
        if (counted.loads !== keys.length) throw new Error('A result was loaded and not stored')
      },
      close: async () => void (await loader?.close?.()),
    }
  },
}

export const loadingWorkloads = { hit, miss }
