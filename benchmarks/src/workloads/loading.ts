/** M5, M6: a call that is answered from memory, or by the function that loads the value. */

import { timed, timePerOperation, type Workload } from '../workload.js'
import { makeKeys, TTL_MS, valueAt, zipf } from './accesses.js'

const full = { rounds: 11, warmUpRounds: 3, operations: 30_000, keys: 100_000 }
const quick = { rounds: 3, warmUpRounds: 1, operations: 5000, keys: 20_000 }
const REFILL_AFTER_MS = TTL_MS / 3

const hit: Workload = {
  id: 'M5',
  title: 'get or load, hit',
  what: 'A call of a cached function, or a get-or-set, whose 100,000 results are all stored; arguments by Zipf 0.99.',
  needs: 'memoryLoader',
  figures: [timePerOperation('Map', 1.2)],
  full,
  quick,
  async prepare({ contender, scale }) {
    let loads = 0
    const keys = makeKeys(scale.keys)
    const accesses = zipf(scale.operations, scale.keys)
    const options = { entries: scale.keys, bounded: false, ttlMs: TTL_MS }
    const value = valueAt(0)
    const open = async () =>
      contender.memoryLoader?.(options, async () => {
        loads++
        return value
      })
    let loader = await open()
    if (loader === undefined) return undefined
    let filledMs = Number.NEGATIVE_INFINITY
    return {
      async before() {
        if (performance.now() - filledMs >= REFILL_AFTER_MS) {
          await loader?.close?.()
          const fresh = await open()
          loader = fresh
          for (const key of keys) await fresh?.call(key)
          filledMs = performance.now()
        }
        loads = 0
      },
      async run() {
        const current = loader
        if (current === undefined) throw new Error('The loader is gone')
        return timed(accesses.length, async () => {
          for (let n = 0; n < accesses.length; n++) await current.call(keys[accesses[n] as number] as string)
        })
      },
      async check() {
        if (loads > 0) throw new Error(`${loads} of ${accesses.length} calls were no hits`)
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
  async prepare({ contender, scale }) {
    let loads = 0
    const keys = makeKeys(scale.operations)
    const options = { entries: scale.keys, bounded: false, ttlMs: TTL_MS }
    const value = valueAt(0)
    const open = async () =>
      contender.memoryLoader?.(options, async () => {
        loads++
        return value
      })
    let loader = await open()
    if (loader === undefined) return undefined
    return {
      async before() {
        await loader?.close?.()
        loader = await open()
        loads = 0
      },
      async run() {
        const current = loader
        if (current === undefined) throw new Error('The loader is gone')
        return timed(keys.length, async () => {
          for (let n = 0; n < keys.length; n++) await current.call(keys[n] as string)
        })
      },
      async check() {
        if (loads !== keys.length) throw new Error(`${keys.length} calls led to ${loads} loads`)
        await loader?.call(keys.at(-1) as string)
        if (loads !== keys.length) throw new Error('A result was loaded and not stored')
      },
      close: async () => void (await loader?.close?.()),
    }
  },
}

export const loadingWorkloads = { hit, miss }
