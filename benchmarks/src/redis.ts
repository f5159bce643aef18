/** R2 and R4: the Redis backend beside raw ioredis, on one server. */
import { RedisCache } from '@pycached/redis'
import { NullSerializer } from '@pycached/serializer-null'
import { Redis } from 'ioredis'
import { keys, value, zipf } from './accesses.js'
import type { Workload } from './measure.js'

/** A multiple of every number in flight. */
const ACCESSES = 6_656
const BATCH = 100
const BATCHES = 30
const TTL_MS = 60_000

export interface RedisWorkloads extends AsyncDisposable {
  readonly workloads: Workload[]
}

export async function redisWorkloads(url: string): Promise<RedisWorkloads> {
  const namespace = 'pycached-benchmark'
  const raw = new Redis(url, { enableAutoPipelining: true })
  const client = new Redis(url, { enableAutoPipelining: true })
  // The client is the same on both sides, so that what is measured is what the cache adds or saves.
  const cache = new RedisCache({ client, namespace, serializer: NullSerializer })
  const accesses = zipf(ACCESSES)
  const used = keys.slice(0, 10_000)
  await cache.multiSet(used.map((key) => [key, value] as const))
  const keyAt = (access: number) => used[(accesses[access] as number) % used.length] as string
  const batchAt = (batch: number) => used.slice(batch * BATCH, (batch + 1) * BATCH)

  /** `inFlight` commands at a time, the next ones when all of them are answered. */
  const inFlight = async (count: number, get: (key: string) => Promise<unknown>) => {
    for (let access = 0; access < ACCESSES; access += count) {
      await Promise.all(Array.from({ length: count }, (_, offset) => get(keyAt(access + offset))))
    }
  }
  const gets = (count: number): Workload => ({
    id: 'R2',
    title: `get, ${count} in flight`,
    referenceTitle: 'ioredis with auto-pipelining',
    operations: ACCESSES,
    reference: () => inFlight(count, (key) => raw.get(`${namespace}:${key}`)),
    candidate: () => inFlight(count, (key) => cache.get(key)),
  })

  const workloads: Workload[] = [
    gets(64),
    gets(512),
    {
      id: 'R4',
      title: `multiGet of ${BATCH}`,
      referenceTitle: 'ioredis MGET',
      operations: BATCHES * BATCH,
      async reference() {
        for (let batch = 0; batch < BATCHES; batch++) await raw.mget(batchAt(batch).map((key) => `${namespace}:${key}`))
      },
      async candidate() {
        for (let batch = 0; batch < BATCHES; batch++) await cache.multiGet(batchAt(batch))
      },
    },
    {
      id: 'R4',
      title: `multiSet of ${BATCH} with TTL`,
      referenceTitle: 'ioredis pipeline of SET PX',
      operations: BATCHES * BATCH,
      async reference() {
        for (let batch = 0; batch < BATCHES; batch++) {
          const pipeline = raw.pipeline()
          for (const key of batchAt(batch)) pipeline.set(`${namespace}:${key}`, value, 'PX', TTL_MS)
          await pipeline.exec()
        }
      },
      async candidate() {
        for (let batch = 0; batch < BATCHES; batch++) {
          await cache.multiSet(
            batchAt(batch).map((key) => [key, value] as const),
            { ttl: '60s' },
          )
        }
      },
    },
  ]
  return {
    workloads,
    async [Symbol.asyncDispose]() {
      await cache.clear()
      await cache.close()
      raw.disconnect()
      client.disconnect()
    },
  }
}
