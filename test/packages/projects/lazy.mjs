// A configuration that is pure data: no package but core is imported, the others are loaded by their class paths.
import assert from 'node:assert/strict'
import { BaseCache, caches } from '@pycached/core'

const [url] = process.argv.slice(2)
const { hostname, port } = new URL(url)
const namespace = process.argv[3]

caches.setConfig({
  default: { cache: 'pycached.SimpleMemoryCache', serializer: { class: 'pycached.serializers.StringSerializer' } },
  remote: {
    cache: 'pycached.RedisCache',
    endpoint: hostname,
    port: Number(port),
    namespace,
    serializer: { class: 'pycached.serializers.PickleSerializer' },
    plugins: [{ class: 'pycached.plugins.HitMissRatioPlugin' }, { class: 'pycached.plugins.TimingPlugin' }],
  },
  packed: {
    cache: 'pycached.RedisCache',
    endpoint: hostname,
    port: Number(port),
    namespace,
    serializer: { class: 'pycached.serializers.MsgPackSerializer' },
  },
  own: { cache: 'pycached.SimpleMemoryCache', serializer: { class: './upper.mjs#Upper' } },
})

for (const alias of ['default', 'remote', 'packed', 'own']) {
  const cache = caches.get(alias)
  assert.ok(cache instanceof BaseCache)
  assert.equal(await cache.set(alias, 'value'), true)
  assert.equal(await cache.get(alias), alias === 'own' ? 'VALUE' : 'value')
  await cache.clear()
}
const { RedisCache } = await import('@pycached/redis')
assert.ok(caches.get('remote') instanceof RedisCache)
assert.equal(caches.get('remote').hitMissRatio.hits, 1)
await caches.close()
console.log('works')
