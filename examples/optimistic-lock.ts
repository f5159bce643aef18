/** `OptimisticLock`: nobody waits, and a write fails if somebody else wrote since the lock was acquired. */
import assert from 'node:assert/strict'
import { OptimisticLock, OptimisticLockError } from '@pycached/core'
import { RedisCache } from '@pycached/redis'
import { address, namespace } from './redis-address.js'

const cache = new RedisCache({ ...address, namespace })
await cache.set('key', 'initial_value')

// Nobody else writes: the value is replaced.
const lock = await new OptimisticLock(cache, 'key').acquire()
assert.equal(await lock.cas('new_value'), true)
assert.equal(await cache.get('key'), 'new_value')

// Somebody writes in between: theirs stays.
await lock.acquire()
await cache.set('key', 'conflicting_value')
await assert.rejects(lock.cas('another_value'), OptimisticLockError)
assert.equal(await cache.get('key'), 'conflicting_value')

await cache.delete('key')
await cache.close()
