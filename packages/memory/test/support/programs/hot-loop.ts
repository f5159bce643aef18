/**
 * Gets, misses, sets and sets that evict, again and again. Between the rounds that warm it up and those that follow, it lets V8 give up
 * the code of `markWarm`, so that the trace shows where the one ends and the other begins. With the argument `mixed` it then stores
 * values of another kind than before.
 */
import { SimpleMemoryCache } from '@pycached/memory'

const [eviction, variant] = process.argv.slice(2)
const ENTRIES = 2000
const cache = new SimpleMemoryCache({
  namespace: 'main',
  ttl: '1h',
  maxEntries: ENTRIES,
  eviction: eviction === 'lru' ? 'lru' : 'adaptive',
})
const keys = Array.from({ length: 4 * ENTRIES }, (_, index) => `key:${index}`)
const popular = keys.slice(0, ENTRIES / 4)

async function getAll(some: readonly string[]): Promise<number> {
  let hits = 0
  for (const key of some) if ((await cache.get(key)) !== undefined) hits++
  return hits
}

async function setAll(some: readonly string[], value: unknown): Promise<void> {
  for (const key of some) await cache.set(key, value)
}

let checksum = 0

async function round(value: unknown): Promise<void> {
  await setAll(popular, value)
  for (let count = 0; count < 4; count++) checksum += await getAll(popular)
  checksum += await getAll(keys)
  await setAll(keys, value)
}

/** Sorting calls it from where it cannot be inlined. */
function markWarm(one: unknown, other: unknown): number {
  return (one as number) - (other as number)
}

const rounds = async (count: number, value: unknown) => {
  for (let index = 0; index < count; index++) await round(value)
}
await rounds(40, 'value')
const numbers = popular.map((_, index) => (index * 7919) % 100)
for (let count = 0; count < 300; count++) checksum += numbers.toSorted(markWarm).length
// No numbers any more.
checksum += ['warm', 'mark'].toSorted(markWarm).length
await rounds(40, variant === 'mixed' ? { name: 'value' } : 'value')
if (checksum < 0) throw new Error('nothing was read')
