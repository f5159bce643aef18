// A package of somebody else: nothing of it is imported or registered, only named in a configuration.
import assert from 'node:assert/strict'
import { BaseSerializer, caches, DeserializationError, InvalidArgumentError } from '@pycached/core'

const serializer = { class: '@acme/pycached-gzip#GzipJsonSerializer', level: 9 }
caches.setConfig({ default: { cache: 'pycached.SimpleMemoryCache', serializer } })

const cache = caches.get('default')
const value = { text: 'a'.repeat(10_000), list: [1, null, 'ä'] }
assert.equal(await cache.set('key', value), true)
assert.deepEqual(await cache.get('key'), value)
assert.ok((await cache.raw('get', 'key')).length < 200)

const { GzipJsonSerializer } = await import('@acme/pycached-gzip')
assert.ok(cache.serializer instanceof GzipJsonSerializer)
assert.ok(cache.serializer instanceof BaseSerializer)
assert.equal(cache.serializer.level, 9)

await cache.raw('set', 'key', new Uint8Array([1, 2, 3]))
await assert.rejects(cache.get('key'), DeserializationError)
assert.throws(() => caches.create('default', { serializer: { ...serializer, levl: 9 } }), InvalidArgumentError)

await caches.close()
console.log('works')
