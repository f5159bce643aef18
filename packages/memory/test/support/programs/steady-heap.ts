/**
 * Goes on inserting into a small cache, then lets everything expire, be deleted or be cleared. Prints the bytes in use after each part:
 * of the heap and of what lies beside it. Needs `--expose-gc`.
 */
import { setImmediate } from 'node:timers/promises'
import { SimpleMemoryCache } from '@pycached/memory'
import { FakeClock } from '@pycached/testing'

async function bytesInUse(): Promise<number> {
  for (let count = 0; count < 4; count++) {
    await setImmediate()
    ;(globalThis as { gc?: () => void }).gc?.()
  }
  const { heapUsed, external, arrayBuffers } = process.memoryUsage()
  return heapUsed + Math.max(external, arrayBuffers)
}

async function insert(cache: SimpleMemoryCache, from: number, count: number): Promise<void> {
  for (let index = from; index < from + count; index++) await cache.set(`key:${index}`, index)
}

const figures: Record<string, number[]> = {}
const clock = new FakeClock()

for (const eviction of ['adaptive', 'lru'] as const) {
  const cache = new SimpleMemoryCache({ maxEntries: 5000, ttl: '1h', eviction })
  figures[eviction] = []
  for (let part = 0; part < 4; part++) {
    await insert(cache, part * 300_000, 300_000)
    figures[eviction].push(await bytesInUse())
  }
  await cache.close()
}

for (const way of ['expired', 'cleared', 'deleted', 'cleared while somebody listens']) {
  const onEvict = way.endsWith('listens') ? () => {} : undefined
  const cache = new SimpleMemoryCache({ namespace: 'main', clock, ttl: '1m', onEvict })
  await insert(cache, 0, 10)
  const before = await bytesInUse()
  await insert(cache, 10, 100_000)
  const full = await bytesInUse()
  if (way === 'expired') await clock.advanceAsync(70_000)
  else if (way === 'deleted') for (let index = 0; index < 100_010; index++) await cache.delete(`key:${index}`)
  else await cache.clear()
  figures[way] = [before, full, await bytesInUse()]
  // Held until here: what is measured is not that the whole cache is garbage.
  await cache.set('last', 1)
}
console.log(JSON.stringify(figures))
