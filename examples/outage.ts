/** An outage of Redis that is none of the program: the function runs, and its failures are told once. */
import assert from 'node:assert/strict'
import { BackendError, cached } from '@pycached/core'
import { RedisCache } from '@pycached/redis'

// Nobody listens there.
const cache = new RedisCache({ port: 1, timeout: '500ms', breaker: { failures: 1, resetAfter: '1s' } })
const states: string[] = []
cache.on('connection', (state) => states.push(state))

// Who would rather fail at the start asks for it.
await assert.rejects(cache.connect(), BackendError)
assert.deepEqual(states, ['connecting', 'unreachable'])
assert.equal(cache.breaker?.state, 'open')

const failures: unknown[] = []
const square = cached({ cache, onError: (error) => void failures.push(error) })(async function square(n: number) {
  return n * n
})

assert.deepEqual(await Promise.all([1, 2, 3].map((n) => square(n))), [1, 4, 9])
assert.equal(failures.length, 1) // a burst is told once, and the next failure would say how many went untold

await cache.close()
assert.equal(cache.connectionState, 'closed')
