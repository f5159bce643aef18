/** M1 and M3: the memory backend beside a bare `Map` behind a promise. */
import { SimpleMemoryCache } from '@pycached/memory'
import { keys, value, zipf } from './accesses.js'
import type { Workload } from './measure.js'

const ACCESSES = 100_000
const TTL_MS = 60_000

interface Entry {
  value: string
  expiresMs: number
}

export async function memoryWorkloads(): Promise<Workload[]> {
  const accesses = zipf(ACCESSES)
  const cache = new SimpleMemoryCache()
  const map = new Map<string, string>()
  for (const key of keys) {
    map.set(key, value)
    await cache.set(key, value, { ttl: '60s' })
  }
  const written = new SimpleMemoryCache()
  const entries = new Map<string, Entry>()
  const options = { ttl: '60s' } as const

  return [
    {
      id: 'M1',
      title: 'get, hit',
      referenceTitle: 'Map.get behind a promise',
      operations: ACCESSES,
      async reference() {
        for (const index of accesses) await Promise.resolve(map.get(keys[index] as string))
      },
      async candidate() {
        for (const index of accesses) await cache.get(keys[index] as string)
      },
    },
    {
      id: 'M3',
      title: 'set with TTL',
      referenceTitle: 'Map.set of an entry, behind a promise',
      operations: ACCESSES,
      async reference() {
        for (const index of accesses) {
          entries.set(keys[index] as string, { value, expiresMs: TTL_MS })
          await Promise.resolve(true)
        }
      },
      async candidate() {
        for (const index of accesses) await written.set(keys[index] as string, value, options)
      },
    },
  ]
}
