// The same from CommonJS.
const assert = require('node:assert/strict')
const { Cache } = require('@pycached/core')
const { RedisCache } = require('@pycached/redis')

async function main() {
  const [url, namespace] = process.argv.slice(2)
  const cache = Cache.fromUrl(`${url}?namespace=${namespace}`)
  assert.ok(cache instanceof RedisCache)
  assert.equal((await import('@pycached/redis')).RedisCache, RedisCache)
  assert.equal(await cache.set('key', { answer: [42, null] }, { ttl: '10s' }), true)
  assert.deepEqual(await cache.get('key'), { answer: [42, null] })
  await cache.clear()
  assert.equal(await cache.get('key'), undefined)
  await cache.close()
  console.log('works')
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
