/** What a backend's locks promise, sentence by sentence of the comments of core's `LockStore`, where it offers them. */
import { strict as assert } from 'node:assert'
import type { Backend, LockAnswer, LockStore } from '@pycached/core'
import { times } from './contract.js'

/** Locks to prove, as one case sees them. */
export interface LocksUnderTest {
  readonly backend: Backend
  readonly locks: LockStore
  /** A lock that no other case has. */
  readonly lockKey: string
  /** Lets so much of the store's time pass. */
  readonly wait: (ms: number) => Promise<void>
  /** Closes the store, which keeps nothing of the case then that would have to be removed. */
  readonly close: () => Promise<void>
}

export type LockCase = readonly [title: string, run: (subject: LocksUnderTest) => Promise<void>]

/** Has ended after {@link LATER_MS}. */
const SHORT_MS = 50
const LATER_MS = 250
const HOUR_MS = 3_600_000

function tokenOf(answer: LockAnswer): number {
  assert.ok(answer.taken, 'expected the lock to be free')
  const { fencingToken } = answer
  assert.ok(Number.isSafeInteger(fencingToken), 'a fencing token is a safe integer')
  return fencingToken as number
}

/** How often somebody who watches was called, and what resolves at the next call. */
function watching(locks: LockStore, lockKey: string) {
  const seen = { calls: 0, next: () => {} }
  const stop = locks.watch(lockKey, () => {
    seen.calls++
    seen.next()
  })
  return {
    stop,
    get calls(): number {
      return seen.calls
    },
    /** Called more than `calls` times. */
    async more(calls: number): Promise<void> {
      while (seen.calls <= calls) {
        await new Promise<void>((resolve) => {
          seen.next = resolve
        })
      }
    },
  }
}

export const LOCK_CASES: readonly LockCase[] = [
  [
    'a lock that nobody has is taken, and is an entry whose value is the token',
    async ({ backend, locks, lockKey }) => {
      assert.deepEqual(await locks.take(lockKey, 'mine', HOUR_MS, false), { taken: true, fencingToken: undefined })
      assert.equal(await backend.get(lockKey, 'utf-8'), 'mine')
      assert.equal(await backend.compareAndSet(lockKey, 'mine', 'mine', HOUR_MS), true)
    },
  ],
  [
    'a lock that somebody has is not taken, and the answer says how long it is held',
    async ({ backend, locks, lockKey }) => {
      await locks.take(lockKey, 'mine', HOUR_MS, true)
      const answer = await locks.take(lockKey, 'other', HOUR_MS, true)
      assert.equal(answer.taken, false)
      const { heldForMs = 0 } = answer as { heldForMs?: number }
      assert.ok(heldForMs > HOUR_MS - 60_000 && heldForMs <= HOUR_MS + 1, `an hour, got ${heldForMs} ms`)
      assert.equal(await backend.get(lockKey, 'utf-8'), 'mine')
      await backend.expire(lockKey, undefined)
      assert.deepEqual(await locks.take(lockKey, 'other', HOUR_MS, true), { taken: false, heldForMs: undefined })
    },
  ],
  [
    'of many who take a lock at once, one gets it',
    async ({ locks, lockKey }) => {
      const answers = await Promise.all(
        times(20, async (index) => locks.take(lockKey, `token-${index}`, HOUR_MS, true)),
      )
      assert.equal(answers.filter(({ taken }) => taken).length, 1)
    },
  ],
  [
    'a lock is free once its lease has ended, and its token then releases nothing',
    async ({ locks, lockKey, wait }) => {
      await locks.take(lockKey, 'mine', SHORT_MS, false)
      await wait(LATER_MS)
      assert.equal(await locks.release(lockKey, 'mine'), false)
      assert.equal((await locks.take(lockKey, 'other', HOUR_MS, false)).taken, true)
      assert.equal(await locks.release(lockKey, 'mine'), false)
      assert.equal(await locks.release(lockKey, 'other'), true)
    },
  ],
  [
    'only the token that has the lock releases it, and anybody breaks it',
    async ({ backend, locks, lockKey }) => {
      assert.equal(await locks.release(lockKey, 'mine'), false)
      assert.equal(await locks.break(lockKey), false)
      await locks.take(lockKey, 'mine', HOUR_MS, false)
      assert.equal(await locks.release(lockKey, 'other'), false)
      assert.equal(await locks.release(lockKey, 'mine'), true)
      assert.equal(await backend.exists(lockKey), false)
      await locks.take(lockKey, 'mine', HOUR_MS, false)
      assert.equal(await locks.break(lockKey), true)
      assert.equal(await backend.exists(lockKey), false)
    },
  ],
  [
    'fencing tokens grow from holder to holder, whatever ended the lock before',
    async ({ backend, locks, lockKey, wait }) => {
      const endings = [
        () => locks.release(lockKey, 'token'),
        () => locks.break(lockKey),
        () => backend.delete(lockKey),
        () => backend.clear(lockKey),
        () => wait(LATER_MS),
      ]
      let last = 0
      for (const end of endings) {
        const fencingToken = tokenOf(await locks.take(lockKey, 'token', SHORT_MS, true))
        assert.ok(fencingToken > last, `${fencingToken} after ${last}`)
        last = fencingToken
        await end()
        // Where the case was slow, the lease has ended by itself.
        await locks.break(lockKey)
      }
      assert.ok(tokenOf(await locks.take(lockKey, 'token', HOUR_MS, true)) > last)
    },
  ],
  [
    'who watches is called once watching has begun, when the lock is released, and when it is broken',
    async ({ locks, lockKey }) => {
      await locks.take(lockKey, 'mine', HOUR_MS, false)
      const watch = watching(locks, lockKey)
      await watch.more(0)
      let { calls } = watch
      await locks.release(lockKey, 'mine')
      await watch.more(calls)
      await locks.take(lockKey, 'mine', HOUR_MS, false)
      calls = watch.calls
      await locks.break(lockKey)
      await watch.more(calls)
      watch.stop()
      watch.stop()
    },
  ],
  [
    'all who watch a lock are called, and who has stopped is not',
    async ({ locks, lockKey }) => {
      const [one, two, three] = times(3, () => watching(locks, lockKey)) as [
        ReturnType<typeof watching>,
        ReturnType<typeof watching>,
        ReturnType<typeof watching>,
      ]
      await Promise.all([one.more(0), two.more(0), three.more(0)])
      await locks.take(lockKey, 'mine', HOUR_MS, false)
      two.stop()
      const before = [one.calls, two.calls, three.calls] as const
      await locks.release(lockKey, 'mine')
      await Promise.all([one.more(before[0]), three.more(before[2])])
      assert.equal(two.calls, before[1])
      one.stop()
      three.stop()
    },
  ],
  [
    'who watches is called when the store closes',
    async ({ locks, lockKey, close }) => {
      const watch = watching(locks, lockKey)
      await watch.more(0)
      const { calls } = watch
      await close()
      await watch.more(calls)
      watch.stop()
    },
  ],
]
