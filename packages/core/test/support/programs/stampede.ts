/** Many callers of one cold key at once; prints how often the function ran here, and what the callers got. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Cache, cachedStampede } from '@pycached/core'
import '@pycached/redis'

const [url = '', callers = '0'] = process.argv.slice(2)
await using cache = Cache.fromUrl(url)
let calls = 0
const load = cachedStampede({ cache, lease: '20s', ttl: '1m' })(async function load() {
  calls++
  await sleep(100)
  return 'value'
})
// All processes begin together, as far as that can be had.
await cache.increment('ready')
while (((await cache.get<number>('ready')) ?? 0) < 3) await sleep(5)
const results = await Promise.all(Array.from({ length: Number(callers) }, () => load()))
console.log(JSON.stringify({ calls, results: [...new Set(results)] }))
