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

/**
 * Keys move on slowly, so that most of those that are read were written shortly before; those at half of the way round are old. In a cluster, some keys of
 * one call are in one slot, by the tag in braces, and some in others.
 */
function keyOf(turn: number, offset = 0): string {
  const number = (Math.floor(turn / STEPS.length) * 3 + offset) % KEYS
  return `{${GROUPS[number % GROUPS.length]}}-key-${number}`
}

const keysOf = (turn: number, offset = 0): string[] =>
  Array.from({ length: 10 }, (_, index) => keyOf(turn, offset + index))

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

const get =
  (offset: number): Step =>
  (cache, turn, call) => {
    const key = keyOf(turn, offset)
    return call(
      'get',
      () => cache.get(key),
      (reply) => isOf(key, reply),
    )
  }

const set =
  (offset: number): Step =>
  (cache, turn, call) => {
    const key = keyOf(turn, offset)
    return call('set', () => cache.set(key, valueOf(key, turn), { ttl: '60s' }), isTrue)
  }

/** In one turn of the event loop with nothing between them: then they travel as one command. */
const together =
  (...steps: Step[]): Step =>
  (cache, turn, call) =>
    Promise.all(steps.map((step) => step(cache, turn, call)))

const remove =
  (offset: number): Step =>
  (cache, turn, call) =>
    call('delete', () => cache.delete(keyOf(turn, offset)), isCount(1))

const multiSet: Step = (cache, turn, call) =>
  call('multiSet', () => cache.multiSet(keysOf(turn).map((key) => [key, valueOf(key, turn)])), isTrue)

const multiGet: Step = (cache, turn, call) => {
  const keys = keysOf(turn)
  return call(
    'multiGet',
    () => cache.multiGet(keys),
    (replies) => replies.length === keys.length && replies.every((reply, index) => isOf(String(keys[index]), reply)),
  )
}

const add: Step = (cache, turn, call) => {
  const key = keyOf(turn, 11)
  return call('add', () => answered(cache.add(key, valueOf(key, turn))), isTrue)
}

/** Every counter counts in steps of its own. */
const increment: Step = (cache, turn, call) => {
  const delta = 1000 + (turn % COUNTERS)
  return call(
    'increment',
    () => cache.increment(`counter-${delta}`, delta),
    (sum) => sum > 0 && sum % delta === 0,
  )
}

const raw: Step = (cache, turn, call) =>
  call(
    'raw',
    () => cache.raw('echo', `turn ${turn}`),
    (reply) => reply === `turn ${turn}`,
  )

const compareAndSet: Step = async (cache, turn, call) => {
  const key = keyOf(turn, 3)
  const lock = new OptimisticLock(cache, key)
  const acquired = await call(
    'acquire of an optimistic lock',
    () => lock.acquire(),
    () => true,
  )
  if (acquired !== undefined) {
    await call('cas of an optimistic lock', () => answered(lock.cas(valueOf(key, turn))), isTrue)
  }
}

/** One that looks through the whole database is sent more seldom than the others. */
const clear: Step = async (cache, turn, call) => {
  if (turn % 40 === 14) await call('clear', () => cache.clear({ namespace: `other-${turn}` }), isTrue)
}

const STEPS: readonly Step[] = [
  together(set(0), set(1), set(2)),
  together(get(0), get(1), get(2), get(5), get(8)),
  multiSet,
  multiGet,
  get(4),
  add,
  (cache, turn, call) => call('exists', () => cache.exists(keyOf(turn)), isBoolean),
  increment,
  (cache, turn, call) => call('expire', () => cache.expire(keyOf(turn, 2), '30s'), isBoolean),
  raw,
  compareAndSet,
  together(remove(KEYS / 2), remove(KEYS / 2 + 1)),
  (cache, turn, call) => call('multiDelete', () => cache.multiDelete(keysOf(turn, KEYS / 2 + 2)), isCount(10)),
  set(6),
  clear,
]

/** Makes the call, or calls, of this turn. Never rejects. */
export async function takeTurn(cache: BaseCache, turn: number, call: Call): Promise<void> {
  await STEPS[turn % STEPS.length]?.(cache, turn, call)
}
