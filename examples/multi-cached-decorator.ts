/** `multiCached`: a function that returns results by key is asked only for those that are missing. */
import assert from 'node:assert/strict'
import { multiCached } from '@pycached/core'
import { RedisCache } from '@pycached/redis'
import { address, namespace } from './redis-address.js'

const DICT: Record<string, string> = { a: 'Z', b: 'Y', c: 'X', d: 'W' }

const asked: string[][] = []
function look(keys: readonly string[]): Record<string, string> {
  asked.push([...keys])
  return Object.fromEntries(keys.map((key) => [key, DICT[key] ?? '']))
}

/** By the name of a property of the argument. */
const multiCachedIds = multiCached('ids', { cache: RedisCache, ...address, namespace })(
  async ({ ids }: { ids: string[] }) => look(ids),
)

/** By the index of the argument. */
const multiCachedKeys = multiCached(0, { cache: RedisCache, ...address, namespace })(async (keys: string[]) =>
  look(keys),
)

const cache = new RedisCache({ ...address, namespace })

assert.deepEqual(await multiCachedIds({ ids: ['a', 'b'] }), { a: 'Z', b: 'Y' })
assert.deepEqual(await multiCachedIds({ ids: ['a', 'c'] }), { a: 'Z', c: 'X' })
assert.deepEqual(await multiCachedKeys(['d']), { d: 'W' })
assert.deepEqual(asked, [['a', 'b'], ['c'], ['d']])

assert.ok(await cache.exists('a'))
assert.ok(await cache.exists('b'))
assert.ok(await cache.exists('c'))
assert.ok(await cache.exists('d'))

assert.equal(await cache.multiDelete(['a', 'b', 'c', 'd']), 4)
await cache.close()
await multiCachedIds.cache.close()
await multiCachedKeys.cache.close()
