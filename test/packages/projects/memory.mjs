// A user's first program, with the memory backend alone: import and require must give the same classes.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { BaseCache, Cache, ClassPathError, caches } from '@pycached/core'
import { SimpleMemoryCache } from '@pycached/memory'

const cache = new Cache(Cache.MEMORY, { namespace: 'main', ttl: '10s' })
assert.equal(await cache.set('key', { answer: 42 }), true)
assert.deepEqual(await cache.get('key'), { answer: 42 })
assert.equal(await cache.get('missing'), undefined)
assert.ok(cache instanceof SimpleMemoryCache)
assert.ok(cache instanceof BaseCache)

const require = createRequire(import.meta.url)
assert.equal(require('@pycached/core').BaseCache, BaseCache)
assert.equal(require('@pycached/memory').SimpleMemoryCache, SimpleMemoryCache)

assert.equal(await caches.get('default').set('key', 1), true)
assert.equal(await caches.get('default').get('key'), '1')

caches.add('remote', { cache: 'pycached.RedisCache' })
assert.throws(
  () => caches.get('remote'),
  (error) => error instanceof ClassPathError && error.message.includes('npm install @pycached/redis'),
)

await cache.close()
await caches.close()
console.log('works')
