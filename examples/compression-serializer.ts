/** A serializer of your own: text, compressed. Its `encoding` is `null`, so the store keeps and returns bytes. */
import assert from 'node:assert/strict'
import { deflateSync, inflateSync } from 'node:zlib'
import { BaseSerializer, Cache } from '@pycached/core'
import { address, namespace } from './redis-address.js'

class CompressionSerializer extends BaseSerializer {
  override readonly encoding = null

  dumps(value: string): Uint8Array {
    console.log(`I've received:\n${value}`)
    const compressed = deflateSync(value)
    console.log(`But I'm storing:\n${compressed.toString('hex')}`)
    return compressed
  }

  loads(stored: Uint8Array): string {
    console.log(`I've retrieved:\n${Buffer.from(stored).toString('hex')}`)
    const value = inflateSync(stored).toString()
    console.log(`But I'm returning:\n${value}`)
    return value
  }
}

const cache = new Cache(Cache.REDIS, { ...address, serializer: new CompressionSerializer(), namespace })

const text =
  'Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ' +
  'ut labore et dolore magna aliqua. Ut enim ad minim veniam, quis nostrud exercitation ' +
  'ullamco laboris nisi ut aliquip ex ea commodo consequat. Duis aute irure dolor in ' +
  'reprehenderit in voluptate velit esse cillum dolore eu fugiat nulla pariatur. Excepteur ' +
  'sint occaecat cupidatat non proident, sunt in culpa qui officia deserunt mollit ' +
  'anim id est laborum.'
await cache.set('key', text)
console.log('-----------------------------------')
const realValue = await cache.get<string>('key')
assert.equal(realValue, text)

// `raw` passes by serializer and namespace; it answers with bytes, since this cache keeps bytes.
const compressed = (await cache.raw('get', `${namespace}:key`)) as Buffer
assert.ok(compressed.length < Buffer.byteLength(realValue))

await cache.delete('key')
await cache.close()
