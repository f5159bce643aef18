/** The first program: a cache in memory. */
import assert from 'node:assert/strict'
import { Cache } from '@pycached/core'

const cache = new Cache()

assert.equal(await cache.set('key', 'value'), true)
assert.equal(await cache.get('key'), 'value')

await cache.close()
