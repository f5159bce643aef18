// Redis with its default serializer: `npm install @pycached/core @pycached/redis` is a working cache.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { Cache } from '@pycached/core'
import { RedisCache } from '@pycached/redis'

const [url, namespace] = process.argv.slice(2)
const cache = Cache.fromUrl(`${url}?namespace=${namespace}`)
assert.ok(cache instanceof RedisCache)
assert.equal(createRequire(import.meta.url)('@pycached/redis').RedisCache, RedisCache)
assert.equal(await cache.set('key', { answer: [42, null] }, { ttl: '10s' }), true)
assert.deepEqual(await cache.get('key'), { answer: [42, null] })
await cache.clear()
assert.equal(await cache.get('key'), undefined)
await cache.close()
console.log('works')
