/** `RedLock`: of many who need the same result at once, one computes it and the others find it. */
import assert from 'node:assert/strict'
import { RedLock } from '@pycached/core'
import { RedisCache } from '@pycached/redis'
import { address, namespace } from './redis-address.js'

const cache = new RedisCache({ ...address, namespace })

let computations = 0
async function superExpensiveFunction(): Promise<string> {
  computations++
  await new Promise((resolve) => setTimeout(resolve, 50))
  return 'result'
}

function result(): Promise<string> {
  return new RedLock(cache, 'key', { lease: '5s' }).run(async () => {
    const found = await cache.get<string>('key') // the others wait until the first one is done
    if (found !== undefined) return found
    const computed = await superExpensiveFunction()
    await cache.set('key', computed)
    return computed
  })
}

assert.deepEqual(await Promise.all([result(), result(), result()]), ['result', 'result', 'result'])
assert.equal(computations, 1)
assert.equal(await cache.exists('key-lock'), false)

await cache.clear() // the lock leaves its last fencing token behind, for a day
await cache.close()
