/** Aliases: a configuration that is pure data. The packages that its class paths name are loaded when they are first needed. */
import assert from 'node:assert/strict'
import { caches } from '@pycached/core'
import { SimpleMemoryCache } from '@pycached/memory'
import { RedisCache } from '@pycached/redis'
import { PickleSerializer } from '@pycached/serializer-pickle'
import { StringSerializer } from '@pycached/serializer-string'
import { address, namespace } from './redis-address.js'

caches.setConfig({
  default: {
    cache: 'pycached.SimpleMemoryCache',
    serializer: { class: 'pycached.serializers.StringSerializer' },
  },
  redis_alt: {
    cache: 'pycached.RedisCache',
    ...address,
    namespace,
    timeout: 1,
    serializer: { class: 'pycached.serializers.PickleSerializer' },
    plugins: [{ class: 'pycached.plugins.HitMissRatioPlugin' }, { class: 'pycached.plugins.TimingPlugin' }],
  },
})

async function defaultCache(): Promise<void> {
  const cache = caches.get('default') // always the same instance
  assert.equal(cache, caches.get('default'))
  await cache.set('key', 'value')
  assert.equal(await cache.get('key'), 'value')
  assert.ok(cache instanceof SimpleMemoryCache)
  assert.ok(cache.serializer instanceof StringSerializer)
}

async function altCache(): Promise<void> {
  // A new instance at each call. `caches.create('redis_alt')` does the same, and
  // `caches.create('redis_alt', { namespace: 'test' })` overrides options.
  const cache = caches.create(caches.getAliasConfig('redis_alt'))
  await cache.set('key', 'value')
  assert.equal(await cache.get('key'), 'value')
  assert.ok(cache instanceof RedisCache)
  assert.ok(cache.serializer instanceof PickleSerializer)
  assert.equal(cache.plugins.length, 2)
  assert.equal(cache.endpoint, address.endpoint)
  assert.equal(cache.timeout, 1)
  assert.equal(cache.port, address.port)
  await cache.close()
}

await defaultCache()
await altCache()

const cache = new RedisCache({ ...address, namespace })
await cache.delete('key')
await cache.close()
await caches.get('default').close()
