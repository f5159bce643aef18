/** Every command of a cache, in turn, each with a check that its reply is one that it can have been given. */

import { type BaseCache, KeyExistsError, OptimisticLock, OptimisticLockError } from '@pycached/core'

/** Makes one call of the cache under the name and notes what became of it; resolves to `undefined` where it failed. */
export type Call = <T>(name: string, call: () => Promise<T>, belongs: (reply: T) => boolean) => Promise<T | undefined>

type Step = (cache: BaseCache, turn: number, call: Call) => Promise<unknown>

interface Value {
  readonly key: string
  readonly turn: number
  readonly filler: string
}

const KEYS = 300
export const GROUPS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'] as const
const COUNTERS = 20

/** Each key has values of its own length, so that a reply that belongs to another one is noticed, in parts, too. */
const valueOf = (key: string, turn: number): Value => ({ key, turn, filler: key.repeat(1 + (turn % 40)) })

/** In a cluster, some keys of one call are in one slot, by the tag in braces, and some in others. */
const keyOf = (turn: number): string => {
  const number = (turn * 7) % KEYS
  return `{${GROUPS[number % GROUPS.length]}}-key-${number}`
}

const keysOf = (turn: number): string[] => Array.from({ length: 10 }, (_, index) => keyOf(turn + index))

function isOf(key: string, reply: unknown): boolean {
  if (reply === undefined) return true
  const { key: itsKey, turn, filler } = reply as Value
  return itsKey === key && filler === key.repeat(1 + (turn % 40))
}

const isTrue = (reply: unknown): boolean => reply === true
const isBoolean = (reply: unknown): boolean => typeof reply === 'boolean'
const isCount = (most: number) => (reply: unknown) =>
  Number.isInteger(reply) && Number(reply) >= 0 && Number(reply) <= most

/** What is no failure, but one of the command's answers. */
async function answered(call: Promise<unknown>): Promise<unknown> {
  return await call.catch((error: unknown) => {
    if (error instanceof KeyExistsError || error instanceof OptimisticLockError) return true
    throw error
  })
}

const STEPS: readonly Step[] = [
  (cache, turn, call) => call('set', () => cache.set(keyOf(turn), valueOf(keyOf(turn), turn), { ttl: '60s' }), isTrue),
  (cache, turn, call) =>
    call(
      'get',
      () => cache.get(keyOf(turn)),
      (reply) => isOf(keyOf(turn), reply),
    ),
  (cache, turn, call) =>
    call('multiSet', () => cache.multiSet(keysOf(turn).map((key) => [key, valueOf(key, turn)])), isTrue),
  (cache, turn, call) =>
    call(
      'multiGet',
      () => cache.multiGet(keysOf(turn)),
      (replies) => replies.length === 10 && replies.every((reply, index) => isOf(keysOf(turn)[index] as string, reply)),
    ),
  (cache, turn, call) =>
    call(
      'get',
      () => cache.get(keyOf(turn)),
      (reply) => isOf(keyOf(turn), reply),
    ),
  (cache, turn, call) => call('add', () => answered(cache.add(keyOf(turn), valueOf(keyOf(turn), turn))), isTrue),
  (cache, turn, call) => call('exists', () => cache.exists(keyOf(turn)), isBoolean),
  (cache, turn, call) => {
    // Every counter counts in steps of its own.
    const delta = 1000 + (turn % COUNTERS)
    return call(
      'increment',
      () => cache.increment(`counter-${delta}`, delta),
      (sum) => sum > 0 && sum % delta === 0,
    )
  },
  (cache, turn, call) => call('expire', () => cache.expire(keyOf(turn), '30s'), isBoolean),
  (cache, turn, call) =>
    call(
      'raw',
      () => cache.raw('echo', `turn ${turn}`),
      (reply) => reply === `turn ${turn}`,
    ),
  async (cache, turn, call) => {
    const key = keyOf(turn)
    const lock = new OptimisticLock(cache, key)
    const acquired = await call(
      'acquire of an optimistic lock',
      () => lock.acquire(),
      () => true,
    )
    if (acquired === undefined) return
    await call('cas of an optimistic lock', () => answered(lock.cas(valueOf(key, turn))), isTrue)
  },
  (cache, turn, call) => call('delete', () => cache.delete(keyOf(turn)), isCount(1)),
  (cache, turn, call) => call('multiDelete', () => cache.multiDelete(keysOf(turn)), isCount(10)),
  (cache, turn, call) => call('set', () => cache.set(keyOf(turn), valueOf(keyOf(turn), turn)), isTrue),
  // One that looks through the whole database is sent more seldom than the others.
  async (cache, turn, call) => {
    if (turn % 40 === 14) await call('clear', () => cache.clear({ namespace: `other-${turn}` }), isTrue)
  },
]

/** Makes the call, or calls, of this turn. Never rejects. */
export async function takeTurn(cache: BaseCache, turn: number, call: Call): Promise<void> {
  await STEPS[turn % STEPS.length]?.(cache, turn, call)
}
