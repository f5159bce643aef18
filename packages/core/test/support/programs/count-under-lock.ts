/** Reads, waits and writes a counter, again and again, each time under a lock: an increment is lost where two do so at once. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Cache, RedLock } from '@pycached/core'
import '@pycached/redis'

const [url = '', rounds = '0'] = process.argv.slice(2)
await using cache = Cache.fromUrl(url)
const lock = new RedLock(cache, 'counter', { lease: '20s' })
for (let round = 0; round < Number(rounds); round++) {
  await lock.run(async () => {
    const count = await cache.get<number>('counter', { default: 0 })
    await sleep(2)
    await cache.set('counter', Number(count) + 1)
  })
}
