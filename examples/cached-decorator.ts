/** `cached`: the result of a function is kept in Redis, as a pickle that Python reads too. */
import assert from 'node:assert/strict'
import { cached } from '@pycached/core'
import { RedisCache } from '@pycached/redis'
import { defineReducer, PickleSerializer } from '@pycached/serializer-pickle'
import { address, namespace } from './redis-address.js'

/** In Python: `Result = namedtuple('Result', 'content, status')` in the module `results`. */
class Result {
  readonly content: string
  readonly status: number

  constructor(content: string, status: number) {
    this.content = content
    this.status = status
  }
}

const resultReducer = defineReducer({
  class: Result,
  module: 'results',
  name: 'Result',
  reduce: ({ content, status }) => [content, status],
  build([content, status]) {
    if (typeof content !== 'string' || typeof status !== 'number') throw new TypeError('expects content and status')
    return new Result(content, status)
  },
})
const serializer = new PickleSerializer({ reducers: [resultReducer] })

let calls = 0
const cachedCall = cached({ ttl: '10s', cache: RedisCache, key: 'key', serializer, ...address, namespace })(
  async function cachedCall() {
    calls++
    return new Result('content', 200)
  },
)

const cache = new RedisCache({ ...address, namespace })
const computed = await cachedCall()
assert.equal(await cache.exists('key'), true)

const found = await cachedCall()
assert.equal(calls, 1)
assert.ok(found instanceof Result)
assert.deepEqual(found, computed)

await cache.delete('key')
await cache.close()
await cachedCall.cache.close()
