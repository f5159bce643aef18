// The same from CommonJS.
const assert = require('node:assert/strict')
const { BaseCache, Cache, caches, ClassPathError } = require('@pycached/core')
const { SimpleMemoryCache } = require('@pycached/memory')

async function main() {
  const cache = new Cache(Cache.MEMORY, { namespace: 'main', ttl: '10s' })
  assert.equal(await cache.set('key', { answer: 42 }), true)
  assert.deepEqual(await cache.get('key'), { answer: 42 })
  assert.equal(await cache.get('missing'), undefined)
  assert.ok(cache instanceof SimpleMemoryCache)
  assert.ok(cache instanceof BaseCache)

  assert.equal((await import('@pycached/core')).BaseCache, BaseCache)
  assert.equal((await import('@pycached/memory')).SimpleMemoryCache, SimpleMemoryCache)

  caches.add('remote', { cache: 'pycached.RedisCache' })
  assert.throws(
    () => caches.get('remote'),
    (error) => error instanceof ClassPathError && error.message.includes('npm install @pycached/redis'),
  )

  await cache.close()
  await caches.close()
  console.log('works')
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
