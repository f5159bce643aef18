/** R1 to R4: what a command costs on a Redis over the loopback. */

import type { RedisStore } from '../contender.js'
import { type Prepared, type Scale, type Task, timed, timePerOperation, type Workload } from '../workload.js'
import { makeKeys, makeValues, TTL_MS, zipf } from './accesses.js'

const BATCH = 100
/** Long enough for a whole run: writing again would take longer than what is measured. */
const STORED_TTL_MS = 3_600_000

interface Filled {
  readonly store: RedisStore
  readonly keys: readonly string[]
  readonly values: readonly string[]
  readonly accesses: Uint32Array
  readonly rest: Pick<Prepared, 'check' | 'close'>
}

async function filled({ contender, scale, redisUrl, namespace }: Task): Promise<Filled | undefined> {
  const store = await contender.redis?.({ url: redisUrl, namespace, ttlMs: STORED_TTL_MS })
  if (store === undefined) return undefined
  const keyCount = scale.keys
  const keys = makeKeys(keyCount)
  const values = makeValues(keyCount)
  const write = store.set?.bind(store)
  for (let first = 0; first < keyCount; first += BATCH) {
    const batch = keys.slice(first, first + BATCH)
    const valueOf = (offset: number) => values[first + offset] as string
    if (write !== undefined) await Promise.all(batch.map((key, offset) => write(key, valueOf(offset), STORED_TTL_MS)))
    else
      await store.setMany?.(
        batch.map((key, offset) => [key, valueOf(offset)]),
        STORED_TTL_MS,
      )
  }
  return {
    store,
    keys,
    values,
    accesses: zipf(scale.operations, keyCount),
    rest: {
      async check() {
        for (const index of [0, 1, keyCount - 1]) {
          const got = await store.get(keys[index] as string)
          if (got !== values[index]) throw new Error(`${keys[index]} should have its value, and is ${String(got)}`)
        }
      },
      close: async () => void (await store.close()),
    },
  }
}

/** `count` commands at a time, the next ones when all of them are answered. */
async function inFlight(count: number, operations: number, command: (n: number) => Promise<unknown>): Promise<void> {
  const waiting: Promise<unknown>[] = new Array(count)
  for (let n = 0; n < operations; n += count) {
    for (let offset = 0; offset < count; offset++) waiting[offset] = command(n + offset)
    await Promise.all(waiting)
  }
}

const scales = (operations: number, quickOperations: number): { full: Scale; quick: Scale } => ({
  full: { rounds: 11, warmUpRounds: 2, operations, keys: 10_000 },
  quick: { rounds: 3, warmUpRounds: 1, operations: quickOperations, keys: 2000 },
})

const oneGet: Workload = {
  id: 'R1',
  title: 'get, one in flight',
  what: `\`get\` of stored keys, each sent when the one before is answered: 10,000 keys, Zipf 0.99, values of 100 bytes.`,
  needs: 'redis',
  figures: [timePerOperation('ioredis', 1.1)],
  ...scales(2000, 300),
  async prepare(task) {
    const cache = await filled(task)
    if (cache === undefined) return undefined
    const { store, keys, accesses, rest } = cache
    return {
      run: () =>
        timed(accesses.length, async () => {
          for (let n = 0; n < accesses.length; n++) await store.get(keys[accesses[n] as number] as string)
        }),
      ...rest,
    }
  },
}

const gets = (count: number, target: number): Workload => ({
  id: `R2.${count}`,
  title: `get, ${count} in flight`,
  what: `\`get\` of stored keys, ${count} at a time.`,
  needs: 'redis',
  figures: [timePerOperation('ioredis, auto-pipelining', target)],
  ...scales(8192, 1024),
  async prepare(task) {
    const cache = await filled(task)
    if (cache === undefined) return undefined
    const { store, keys, accesses, rest } = cache
    const get = (n: number) => store.get(keys[accesses[n] as number] as string)
    return { run: () => timed(accesses.length, () => inFlight(count, accesses.length, get)), ...rest }
  },
})

const set: Workload = {
  id: 'R3',
  title: 'set with TTL, 64 in flight',
  what: '`set` of stored keys with a TTL, 64 at a time.',
  needs: 'redis',
  figures: [timePerOperation('ioredis, auto-pipelining', 0.75)],
  ...scales(8192, 1024),
  async prepare(task) {
    const cache = await filled(task)
    if (cache?.store.set === undefined) return undefined
    const { store, keys, values, accesses, rest } = cache
    const write = (n: number) => {
      const index = accesses[n] as number
      return store.set?.(keys[index] as string, values[index] as string, STORED_TTL_MS) as Promise<unknown>
    }
    return { run: () => timed(accesses.length, () => inFlight(64, accesses.length, write)), ...rest }
  },
}

const getMany: Workload = {
  id: 'R4.get',
  title: `multiGet of ${BATCH}, per key`,
  what: `\`multiGet\` of ${BATCH} stored keys, one call in flight.`,
  needs: 'redis',
  figures: [timePerOperation('ioredis', 1.2, 'time per key')],
  ...scales(10_000, 2000),
  async prepare(task) {
    const cache = await filled(task)
    if (cache?.store.getMany === undefined) return undefined
    const { store, keys, rest } = cache
    const { operations } = task.scale
    return {
      run: () =>
        timed(operations, async () => {
          for (let first = 0; first < operations; first += BATCH)
            await store.getMany?.(keys.slice(first, first + BATCH))
        }),
      ...rest,
    }
  },
}

const setMany: Workload = {
  id: 'R4.set',
  title: `multiSet of ${BATCH} with TTL, per key`,
  what: `\`multiSet\` of ${BATCH} stored keys with a TTL, one call in flight.`,
  needs: 'redis',
  figures: [timePerOperation('ioredis', 0.5, 'time per key')],
  ...scales(10_000, 2000),
  async prepare(task) {
    const cache = await filled(task)
    if (cache?.store.setMany === undefined) return undefined
    const { store, keys, values, rest } = cache
    const { operations } = task.scale
    const batches = Array.from({ length: operations / BATCH }, (_, batch) =>
      keys
        .slice(batch * BATCH, (batch + 1) * BATCH)
        .map((key, offset) => [key, values[batch * BATCH + offset] as string] as const),
    )
    return {
      run: () =>
        timed(operations, async () => {
          for (const batch of batches) await store.setMany?.(batch, TTL_MS * 10)
        }),
      ...rest,
    }
  },
}

export const redisWorkloads = { oneGet, gets, set, getMany, setMany }
