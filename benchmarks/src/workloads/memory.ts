/** M1 to M4, M8: what a command costs on a memory cache that is full of popular keys. */

import type { MemoryStore } from '../contender.js'
import { type Task, timed, timePerOperation, type Workload } from '../workload.js'
import { makeKeys, makeValues, TTL_MS, zipf } from './accesses.js'

const BATCH = 100
/** Entries are written again before they could expire. */
const REFILL_AFTER_MS = TTL_MS / 3

const full = { rounds: 11, warmUpRounds: 3, operations: 50_000, keys: 100_000 }
const quick = { rounds: 3, warmUpRounds: 1, operations: 10_000, keys: 20_000 }

interface Filled {
  readonly store: MemoryStore
  readonly keys: readonly string[]
  readonly values: readonly string[]
  readonly accesses: Uint32Array
  /** What is done around every round. */
  readonly around: { before(): Promise<void>; check(): Promise<void>; close(): Promise<void> }
}

async function filled({ contender, scale }: Task): Promise<Filled | undefined> {
  const store = await contender.memory?.({ entries: scale.keys, bounded: false, ttlMs: TTL_MS })
  if (store === undefined) return undefined
  const keys = makeKeys(scale.keys)
  const values = makeValues(scale.keys)
  const accesses = zipf(scale.operations, scale.keys)
  let filledMs: number
  const fill = async () => {
    for (let index = 0; index < keys.length; index++)
      await store.set(keys[index] as string, values[index] as string, TTL_MS)
    filledMs = performance.now()
  }
  await fill()
  return {
    store,
    keys,
    values,
    accesses,
    around: {
      async before() {
        if (performance.now() - filledMs >= REFILL_AFTER_MS) await fill()
      },
      async check() {
        for (const index of accesses.subarray(0, 100)) {
          const got = await store.get(keys[index] as string)
          if (got !== values[index]) throw new Error(`${keys[index]} should have its value, and is ${String(got)}`)
        }
      },
      close: async () => void (await store.close?.()),
    },
  }
}

const hit: Workload = {
  id: 'M1',
  title: 'get, hit',
  what: '`get` of stored keys: 100,000 keys, accesses by Zipf 0.99, values of 100 bytes, a TTL of 60 s.',
  needs: 'memory',
  figures: [timePerOperation('Map', 1.2)],
  full,
  quick,
  async prepare(task) {
    const cache = await filled(task)
    if (cache === undefined) return undefined
    const { store, keys, accesses } = cache
    return {
      ...cache.around,
      run: () =>
        timed(accesses.length, async () => {
          for (let n = 0; n < accesses.length; n++) await store.get(keys[accesses[n] as number] as string)
        }),
    }
  },
}

const miss: Workload = {
  id: 'M2',
  title: 'get, miss',
  what: '`get` of keys that are not there, on a cache that holds 100,000 others.',
  needs: 'memory',
  figures: [timePerOperation('Map', 1.1)],
  full,
  quick,
  async prepare(task) {
    const cache = await filled(task)
    if (cache === undefined) return undefined
    const { store, accesses } = cache
    const keys = makeKeys(task.scale.keys, task.scale.keys)
    return {
      ...cache.around,
      run: () =>
        timed(accesses.length, async () => {
          for (let n = 0; n < accesses.length; n++) await store.get(keys[accesses[n] as number] as string)
        }),
      async check() {
        await cache.around.check()
        const got = await store.get(keys[0] as string)
        if (got !== undefined && got !== null) throw new Error('A key that was never set has a value')
      },
    }
  },
}

const set: Workload = {
  id: 'M3',
  title: 'set with TTL',
  what: '`set` of stored keys with a TTL of 60 s.',
  needs: 'memory',
  figures: [timePerOperation('Map of entries', 1.5)],
  full,
  quick,
  async prepare(task) {
    const cache = await filled(task)
    if (cache === undefined) return undefined
    const { store, keys, values, accesses } = cache
    return {
      ...cache.around,
      run: () =>
        timed(accesses.length, async () => {
          for (let n = 0; n < accesses.length; n++) {
            const index = accesses[n] as number
            await store.set(keys[index] as string, values[index] as string, TTL_MS)
          }
        }),
    }
  },
}

const evictingSet = (keysBy: 'zipf' | 'new'): Workload => ({
  id: `M3e.${keysBy}`,
  title: keysBy === 'zipf' ? 'set that evicts' : 'set that evicts, only new keys',
  what:
    keysBy === 'zipf'
      ? '`set` with a TTL, 100,000 keys by Zipf 0.99, on a cache that is full with a tenth of them.'
      : '`set` with a TTL of keys that are not there, on a cache that is full: 200,000 keys in turn, a fourth of which fits.',
  needs: 'memory',
  figures: [timePerOperation('SIEVE in a Map', 1.3)],
  full,
  quick,
  async prepare({ contender, scale }) {
    const entries = keysBy === 'zipf' ? scale.keys / 10 : scale.keys / 2
    const store = await contender.memory?.({ entries, bounded: true, ttlMs: TTL_MS })
    if (store === undefined) return undefined
    const keyCount = keysBy === 'zipf' ? scale.keys : entries * 4
    const keys = makeKeys(keyCount)
    const values = makeValues(keyCount)
    const accesses =
      keysBy === 'zipf' ? zipf(scale.operations, keyCount) : Uint32Array.from({ length: keyCount }, (_, index) => index)
    let next = 0
    const write = async (count: number) => {
      for (let n = 0; n < count; n++) {
        const index = accesses[next] as number
        await store.set(keys[index] as string, values[index] as string, TTL_MS)
        next = next + 1 === accesses.length ? 0 : next + 1
      }
    }
    await write(Math.max(accesses.length, entries * 2))
    return {
      run: () => timed(scale.operations, () => write(scale.operations)),
      async check() {
        const size = await store.size?.()
        if (size !== undefined && size > entries * 1.01)
          throw new Error(`${size} entries are kept, and the bound is ${entries}`)
        const last = await store.get(keys[accesses[(next || accesses.length) - 1] as number] as string)
        if (last === undefined || last === null) throw new Error('The key that was set last is not there')
      },
      close: async () => void (await store.close?.()),
    }
  },
})

const mixed: Workload = {
  id: 'M4',
  title: '90% get, 10% set',
  what: 'Nine `get` of stored keys to one `set` with a TTL.',
  needs: 'memory',
  figures: [timePerOperation('Map', 1.2)],
  full,
  quick,
  async prepare(task) {
    const cache = await filled(task)
    if (cache === undefined) return undefined
    const { store, keys, values, accesses } = cache
    return {
      ...cache.around,
      run: () =>
        timed(accesses.length, async () => {
          for (let n = 0; n < accesses.length; n++) {
            const index = accesses[n] as number
            if (n % 10 === 9) await store.set(keys[index] as string, values[index] as string, TTL_MS)
            else await store.get(keys[index] as string)
          }
        }),
    }
  },
}

const many: Workload = {
  id: 'M8',
  title: `multiGet of ${BATCH}, per key`,
  what: `\`multiGet\` of ${BATCH} stored keys at a time, by Zipf 0.99.`,
  needs: 'memory',
  figures: [timePerOperation('Map', 1.6, 'time per key')],
  full,
  quick,
  async prepare(task) {
    const cache = await filled(task)
    if (cache?.store.getMany === undefined) return undefined
    const { store, keys, accesses } = cache
    const batches = Array.from({ length: accesses.length / BATCH }, (_, batch) =>
      Array.from(accesses.subarray(batch * BATCH, (batch + 1) * BATCH), (index) => keys[index] as string),
    )
    return {
      ...cache.around,
      run: () =>
        timed(accesses.length, async () => {
          for (const batch of batches) await store.getMany?.(batch)
        }),
    }
  },
}

export const memoryWorkloads = { hit, miss, set, evictingSet, mixed, many }
