/** Counts up with optimistic locks, as often as it is told, beside other processes: `node program.mjs <port> <count> <keys> <seed>`. */

import { CacheTimeoutError, OptimisticLock, OptimisticLockError } from '@pycached/core'
import { RedisCache } from '@pycached/redis'
import { Random } from '../random.js'

export interface IncrementReport {
  /** Increments that were acknowledged, by key. */
  readonly acknowledged: number[]
  /** How often somebody else was faster, and all began anew. */
  readonly conflicts: number
  /** What failed and may have been written all the same. */
  readonly unknown: number
}

/** Of one process at once. */
const WORKERS = 4

const [port, count, keys, seed] = process.argv.slice(2).map(Number) as [number, number, number, number]
const random = new Random(seed)
const acknowledged = Array.from({ length: keys }, () => 0)
let left = count
let conflicts = 0
let unknown = 0

const cache = new RedisCache({ port })
await cache.connect()
await Promise.all(Array.from({ length: WORKERS }, work))
await cache.close()
process.send?.({ acknowledged, conflicts, unknown } satisfies IncrementReport)

async function work(): Promise<void> {
  while (left > 0) {
    left--
    const key = random.below(keys)
    while (!(await increment(key)));
    acknowledged[key] = (acknowledged[key] ?? 0) + 1
  }
}

async function increment(key: number): Promise<boolean> {
  const lock = new OptimisticLock(cache, `counter ${key}`)
  try {
    // In one round trip: what is called first is read first, so a value that is older than what the lock read would be refused.
    const [, value = 0] = await Promise.all([lock.acquire(), cache.get<number>(`counter ${key}`)])
    return await lock.cas(value + 1)
  } catch (error) {
    if (error instanceof OptimisticLockError) conflicts++
    else if (error instanceof CacheTimeoutError) unknown++
    else throw error
    return false
  }
}
