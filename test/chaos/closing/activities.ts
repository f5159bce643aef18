/** What a cache may be doing in the moment when it is closed. Each begins something and waits for nothing, except for what it needs. */

import {
  type BaseCache,
  CacheClosedError,
  cached,
  cachedStampede,
  multiCached,
  OptimisticLock,
  PycachedError,
  RedLock,
} from '@pycached/core'
import type { Random } from '../random.js'

/** What became of the commands that were in flight. */
export interface Fates {
  answered: number
  /** Those that the cache refused since it was closed before they began. */
  refused: number
  /** With an error of ours that says why: the store was out of reach, or did not answer. */
  failed: number
  /** With anything else, and calls of decorated functions that failed with anything at all. */
  wrong: string[]
}

type Activity = (cache: BaseCache, random: Random, fates: Fates) => Promise<void>

const unused: Activity = async () => {}

const connecting: Activity = async (cache, _random, fates) => watch(fates, cache.connect())

const idle: Activity = async (cache) => {
  await cache.set('key', 'value').catch(() => {})
}

const burst: Activity = async (cache, random, fates) => {
  for (let i = 0; i < 30; i++) {
    const key = `key ${random.below(20)}`
    watch(fates, cache.get(key))
    watch(fates, cache.set(key, 'x'.repeat(random.below(20_000)), { ttl: '1m' }))
    watch(fates, cache.delete(key))
    watch(fates, cache.exists(key))
    watch(fates, cache.increment(`counter ${random.below(5)}`))
    watch(fates, cache.expire(key, 60))
    watch(fates, cache.multiGet([key, 'other']))
    watch(fates, cache.multiSet([[key, i]]))
    watch(fates, cache.multiDelete([key, 'other']))
    watch(fates, optimistic(cache, key))
  }
}

const clearing: Activity = async (cache, _random, fates) => {
  await cache.multiSet(Array.from({ length: 5000 }, (_, i) => [`many ${i}`, i])).catch(() => {})
  watch(fates, cache.clear())
}

/** One holds the lock, the others wait, and all but one are refused once the cache is closed. */
const locks: Activity = async (cache, _random, fates) => {
  for (let i = 0; i < 5; i++) {
    watch(
      fates,
      new RedLock(cache, 'lock', { lease: '1s' }).run(() => pause(5)),
    )
  }
  watch(fates, new RedLock(cache, 'lock').acquire())
}

/** Whatever becomes of the cache, the functions give their results. */
const decorated: Activity = async (cache, random, fates) => {
  const name = { cache, key: `value ${random.below(5)}` }
  const once = cached(name)(async () => pause(random.below(4)).then(() => 'result'))
  const shared = cachedStampede({ ...name, lease: '1s' })(async () => pause(2).then(() => 'result'))
  const many = multiCached('keys', { cache })(async (keys: string[]) => Object.fromEntries(keys.map((key) => [key, 1])))
  for (let i = 0; i < 5; i++) {
    for (const call of [once(), shared(), many(['a', 'b', `c${i}`])]) {
      call.then(
        () => fates.answered++,
        (error) => fates.wrong.push(`a decorated function failed: ${error}`),
      )
    }
  }
}

export const ACTIVITIES: Readonly<Record<string, Activity>> = {
  unused,
  connecting,
  idle,
  burst,
  clearing,
  locks,
  decorated,
  everything: async (...args) => {
    await Promise.all([burst, clearing, locks, decorated].map((activity) => activity(...args)))
  },
}

async function optimistic(cache: BaseCache, key: string): Promise<unknown> {
  const lock = await new OptimisticLock(cache, key).acquire()
  return await lock.cas('value')
}

function watch(fates: Fates, command: Promise<unknown>): void {
  command.then(
    () => fates.answered++,
    (error: unknown) => {
      if (error instanceof CacheClosedError) fates.refused++
      else if (!(error instanceof PycachedError)) fates.wrong.push(String(error))
      // Two that say what was found, and no failure.
      else if (/OPTIMISTIC_LOCK|NOT_AN_INTEGER/.test(error.code)) fates.answered++
      else fates.failed++
    },
  )
}

let pauses = 0

/** What a user's function waits for. */
async function pause(ms: number): Promise<void> {
  pauses++
  await new Promise((resolve) => setTimeout(resolve, ms))
  pauses--
}

/** Until no function of a user waits any more: its timers are not the cache's. */
export async function usersDone(): Promise<void> {
  while (pauses > 0) await new Promise((resolve) => setTimeout(resolve, 1))
}
