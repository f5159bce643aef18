import type { LockAnswer, LockStore } from '@pycached/core'
import { expect, test } from 'vitest'
import { backendContract, cacheOver, FailingBackend, FakeClock, MapBackend } from '../src/index.js'

/** A store with locks that are right, in as few lines as that takes. */
class LockingBackend extends MapBackend {
  _last = 0
  readonly _watchers = new Set<readonly [lockKey: string, call: () => void]>()
  locks: LockStore = {
    take: (lockKey, token, leaseMs, fenced): LockAnswer => {
      if (this.add(lockKey, token, leaseMs)) return { taken: true, fencingToken: fenced ? ++this._last : undefined }
      const leftMs = (this._live(lockKey)?.expiresAtMs ?? 0) - this._clock.now()
      return { taken: false, heldForMs: leftMs === Number.POSITIVE_INFINITY ? undefined : leftMs }
    },
    release: (lockKey, token) => this.compareAndDelete(lockKey, token) && this.tell(lockKey),
    break: (lockKey) => this.delete(lockKey) && this.tell(lockKey),
    watch: (lockKey, call) => {
      const watcher = [lockKey, call] as const
      this._watchers.add(watcher)
      call()
      return () => void this._watchers.delete(watcher)
    },
  }

  tell(lockKey?: string): true {
    for (const [watched, call] of this._watchers) if (lockKey === undefined || watched === lockKey) call()
    return true
  }

  override close(): void {
    super.close()
    this.tell()
  }
}

/** As good as a promise for `await`, and none. */
class Thenable<T> {
  readonly #answer: T
  constructor(answer: T) {
    this.#answer = answer
  }
  static {
    Object.defineProperty(this.prototype, 'then', {
      value(this: Thenable<unknown>, resolve: (answer: unknown) => void) {
        resolve(this.#answer)
      },
    })
  }
}

/** The titles of the cases that fail; where `Backend` hangs, too. */
async function failed(make: (clock: FakeClock) => MapBackend | FailingBackend): Promise<string[]> {
  const titles: string[] = []
  const clock = new FakeClock()
  const create = (options: object) => cacheOver(make(clock), { clock, ...options })
  for (const { title, run } of backendContract({ create, wait: (ms) => clock.advance(ms) })) {
    if (!title.startsWith('where there are locks')) continue
    const hung = new Promise<false>((resolve) => setTimeout(resolve, 200, false))
    const kept = await Promise.race([
      run()
        .then(() => true)
        .catch(() => false),
      hung,
    ])
    if (!kept) titles.push(title.replace('where there are locks, ', ''))
  }
  return titles
}

/** One mistake, and the case that must find it. */
const mistakes: [mistake: string, caughtBy: string, change: (right: LockingBackend) => Partial<LockStore>][] = [
  [
    'take overwrites',
    'a lock that somebody has is not taken, and the answer says how long it is held',
    (right) => ({
      take(lockKey, token, leaseMs) {
        right.set(lockKey, token, leaseMs)
        return { taken: true, fencingToken: ++right._last }
      },
    }),
  ],
  [
    'the lease is forgotten',
    'a lock is free once its lease has ended, and its token then releases nothing',
    ({ locks }) => ({ take: (lockKey, token, _leaseMs, fenced) => locks.take(lockKey, token, 3_600_000, fenced) }),
  ],
  [
    'how long it is held is not said',
    'a lock that somebody has is not taken, and the answer says how long it is held',
    ({ locks }) => ({
      take(...args) {
        const answer = locks.take(...args) as LockAnswer
        return answer.taken ? answer : { taken: false, heldForMs: undefined }
      },
    }),
  ],
  [
    'anybody releases',
    'only the token that has the lock releases it, and anybody breaks it',
    ({ locks }) => ({ release: (lockKey) => locks.break(lockKey) }),
  ],
  [
    'tokens are kept beside the lock, and so begin anew after a clear',
    'fencing tokens grow from holder to holder, whatever ended the lock before',
    (right) => ({
      take(lockKey, token, leaseMs, fenced) {
        const answer = right.locks.take(lockKey, token, leaseMs, fenced) as LockAnswer
        if (!answer.taken || !fenced) return answer
        return { taken: true, fencingToken: right.increment(`${lockKey}-fence`, 1, 1) }
      },
    }),
  ],
  [
    'a number is given to who wants none',
    'a lock that nobody has is taken, and is an entry whose value is the token',
    ({ locks }) => ({ take: (lockKey, token, leaseMs) => locks.take(lockKey, token, leaseMs, true) }),
  ],
  [
    'watching begins in silence',
    'who watches is called once watching has begun, when the lock is released, and when it is broken',
    (right) => ({
      watch(lockKey, call) {
        const watcher = [lockKey, call] as const
        right._watchers.add(watcher)
        return () => void right._watchers.delete(watcher)
      },
    }),
  ],
  [
    'a break is not told',
    'who watches is called once watching has begun, when the lock is released, and when it is broken',
    (right) => ({ break: (lockKey) => right.delete(lockKey) }),
  ],
  [
    'stop does nothing',
    'all who watch a lock are called, and who has stopped is not',
    ({ locks }) => ({
      watch(lockKey, call) {
        locks.watch(lockKey, call)
        return () => {}
      },
    }),
  ],
  [
    'the first who stops ends it for all',
    'all who watch a lock are called, and who has stopped is not',
    (right) => ({
      watch(lockKey, call) {
        right.locks.watch(lockKey, call)
        return () => right._watchers.clear()
      },
    }),
  ],
]

test('locks that are right keep the contract, also behind a store that could fail', async () => {
  expect(await failed((clock) => new LockingBackend(clock))).toEqual([])
  expect(await failed((clock) => new FailingBackend(new LockingBackend(clock), clock))).toEqual([])
})

test.each(mistakes)('%s: found', async (_mistake, caughtBy, change) => {
  const titles = await failed((clock) => {
    const right = new LockingBackend(clock)
    right.locks = { ...right.locks, ...change(Object.assign(Object.create(right), { locks: right.locks })) }
    return right
  })
  expect(titles).toContain(caughtBy)
})

test('who closes in silence is found', async () => {
  const titles = await failed((clock) => {
    const right = new LockingBackend(clock)
    right.close = () => {}
    return right
  })
  expect(titles).toEqual(['who watches is called when the store closes'])
})

test('answers that are no native promises are found', async () => {
  const titles = await failed((clock) => {
    const right = new LockingBackend(clock)
    const { release } = right.locks
    right.locks = {
      ...right.locks,
      release: (...args) => new Thenable(release(...args)) as never,
    }
    return right
  })
  expect(titles).toContain('only the token that has the lock releases it, and anybody breaks it')
})

test('locks fail on demand, one by one and with everything else', async () => {
  const backend = new FailingBackend(new LockingBackend())
  const down = new Error('connection lost')
  backend.fail('locks.take', down)
  await expect(backend.locks?.take('lock', 'mine', 1000, false)).rejects.toBe(down)
  expect(backend.locks?.break('lock')).toBe(false)
  backend.fail('all', down)
  await expect(backend.locks?.release('lock', 'mine')).rejects.toBe(down)
  backend.restore()
  expect(backend.locks?.take('lock', 'mine', 1000, false)).toEqual({ taken: true, fencingToken: undefined })
  expect(backend.calls.map(([name]) => name)).toEqual(['locks.take', 'locks.break', 'locks.release', 'locks.take'])
  expect(new FailingBackend(new MapBackend()).locks).toBeUndefined()
})
