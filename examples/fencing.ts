/** A lock that has run out, and the resource that notices: it refuses every token that is smaller than the last one. */
import assert from 'node:assert/strict'
import { Cache, LockLostError, RedLock } from '@pycached/core'

class Account {
  balance = 0
  lastToken = 0

  write(balance: number, token: number): void {
    if (token < this.lastToken) throw new Error('somebody else had the lock since')
    this.lastToken = token
    this.balance = balance
  }
}

const cache = new Cache()
const account = new Account()

const slow = await new RedLock(cache, 'account', { lease: '100ms' }).acquire()
const { signal, fencingToken: slowToken = 0 } = slow
await new Promise((resolve) => setTimeout(resolve, 150)) // it stands still for longer than its lease
assert.ok(signal.reason instanceof LockLostError)

await new RedLock(cache, 'account').run(({ fencingToken = 0 }) => account.write(10, fencingToken))

assert.throws(() => account.write(99, slowToken), /somebody else/)
assert.equal(account.balance, 10)
assert.equal(await slow.release(), false)

await cache.close()
