import { runInNewContext } from 'node:vm'
import type { Backend } from '@pycached/core'
import { expect, test } from 'vitest'
import { backendContract, cacheOver, FakeClock, MapBackend } from '../src/index.js'

/** A store that is right but for one mistake. */
interface Mutant {
  readonly mistake: string
  /** The title of a case that must fail. */
  readonly caughtBy: string
  readonly change: (right: MapBackend, clock: FakeClock) => Partial<Record<keyof Backend, unknown>>
}

const later = async <T>(value: T): Promise<T> => value

const mutants: Mutant[] = [
  {
    mistake: 'get answers null for a miss',
    caughtBy: 'get answers undefined, and not null, for a key that was never set',
    change: (right) => ({ get: (key: string) => right.get(key) ?? null }),
  },
  {
    mistake: 'get makes numbers of text that looks like one',
    caughtBy: 'get answers the text that was set, whatever characters it has',
    change: (right) => ({
      get(key: string) {
        const stored = right.get(key)
        return typeof stored === 'string' && /^\d+$/.test(stored) ? Number(stored) : stored
      },
    }),
  },
  {
    mistake: 'bytes are decoded as text',
    caughtBy: 'get answers the bytes that were set, whatever they are',
    change: (right) => ({
      set(key: string, value: unknown, ttlMs: number | undefined) {
        const text = value instanceof Uint8Array ? new TextDecoder().decode(value) : value
        right.set(key, typeof text === 'string' && text !== value ? new TextEncoder().encode(text) : text, ttlMs)
      },
    }),
  },
  {
    mistake: 'keys are normalised',
    caughtBy: 'keys of any characters and length are told apart',
    change: (right) => ({
      get: (key: string) => right.get(key.normalize()),
      set: (key: string, value: unknown, ttlMs: number | undefined) => right.set(key.normalize(), value, ttlMs),
    }),
  },
  {
    mistake: 'keys are cut at a NUL',
    caughtBy: 'keys of any characters and length are told apart',
    change: (right) => ({
      set: (key: string, value: unknown, ttlMs: number | undefined) =>
        right.set(key.split('\0')[0] as string, value, ttlMs),
    }),
  },
  {
    mistake: 'set keeps the time to live that there was',
    caughtBy: 'set replaces the time to live by a longer one, a shorter one and none',
    change: (right) => ({
      set(key: string, value: unknown, ttlMs: number | undefined) {
        if (ttlMs !== undefined || !right.exists(key)) right.set(key, value, ttlMs)
        else right.compareAndSet(key, right.get(key), value, 'keep')
      },
    }),
  },
  {
    mistake: 'a timer per key is not cancelled when the key is set again',
    caughtBy: 'set replaces the time to live by a longer one, a shorter one and none',
    change: (right, clock) => ({
      set(key: string, value: unknown, ttlMs: number | undefined) {
        right.set(key, value, ttlMs)
        if (ttlMs !== undefined) clock.schedule(() => right.delete(key), ttlMs)
      },
    }),
  },
  {
    mistake: 'a timer per key outlives clear',
    caughtBy: 'clear takes the times to live along',
    change: (right, clock) => ({
      set(key: string, value: unknown, ttlMs: number | undefined) {
        right.set(key, value, ttlMs)
        if (ttlMs !== undefined) clock.schedule(() => right.delete(key), ttlMs)
      },
    }),
  },
  {
    mistake: 'a timer per key outlives delete',
    caughtBy: 'delete takes the time to live along',
    change: (right, clock) => ({
      set(key: string, value: unknown, ttlMs: number | undefined) {
        right.set(key, value, ttlMs)
        if (ttlMs !== undefined) clock.schedule(() => right.delete(key), ttlMs)
      },
    }),
  },
  {
    mistake: 'values become text',
    caughtBy: 'a value that the store cannot keep is refused with SerializationError, and nothing is written',
    change: (right) => ({
      set: (key: string, value: unknown, ttlMs: number | undefined) => right.set(key, String(value), ttlMs),
    }),
  },
  {
    mistake: 'a time to live beyond 2^31 ms ends at once, as a timer does',
    caughtBy: 'a time to live of 60 days, and one of 2^53 - 1 ms, do not end at once',
    change: (right) => ({
      set: (key: string, value: unknown, ttlMs: number | undefined) =>
        right.set(key, value, ttlMs !== undefined && ttlMs > 2 ** 31 - 1 ? 1 : ttlMs),
    }),
  },
  {
    mistake: 'getMany leaves misses away',
    caughtBy:
      'getMany answers in the order of the keys, undefined where missing, each time for a key that stands twice',
    change: (right) => ({ getMany: (keys: string[]) => right.getMany(keys).filter((value) => value !== undefined) }),
  },
  {
    mistake: 'getMany answers each key once',
    caughtBy:
      'getMany answers in the order of the keys, undefined where missing, each time for a key that stands twice',
    change: (right) => ({ getMany: (keys: string[]) => right.getMany([...new Set(keys)]) }),
  },
  {
    mistake: 'setMany forgets the time to live',
    caughtBy: 'setMany gives every key the time to live, or none',
    change: (right) => ({
      setMany: (entries: readonly (readonly [string, unknown])[]) => right.setMany(entries, undefined),
    }),
  },
  {
    mistake: 'setMany gives only the first key its time to live',
    caughtBy: 'setMany gives every key the time to live, or none',
    change: (right) => ({
      setMany: (entries: readonly (readonly [string, unknown])[], ttlMs: number | undefined) =>
        entries.forEach(([key, value], index) => right.set(key, value, index === 0 ? ttlMs : undefined)),
    }),
  },
  {
    mistake: 'setMany gives the first value to a key that stands twice',
    caughtBy: 'setMany gives the last value to a key that stands twice',
    change: (right) => ({
      setMany: (entries: readonly (readonly [string, unknown])[], ttlMs: number | undefined) =>
        right.setMany([...entries].reverse(), ttlMs),
    }),
  },
  {
    mistake: 'setMany writes what comes before a value that it refuses',
    caughtBy: 'setMany writes all, or is refused and writes none',
    change: (right) => ({
      setMany(entries: readonly (readonly [string, unknown])[], ttlMs: number | undefined) {
        for (const [key, value] of entries) {
          if (typeof value !== 'string') throw new Error('refused')
          right.set(key, value, ttlMs)
        }
      },
    }),
  },
  {
    mistake: 'add replaces a falsy value',
    caughtBy: 'add leaves alone a key that exists, whatever its value, and says so',
    change: (right) => ({
      add(key: string, value: unknown, ttlMs: number | undefined) {
        if (right.get(key)) return false
        right.set(key, value, ttlMs)
        return true
      },
    }),
  },
  {
    mistake: 'add gives its time to live to the key that it found',
    caughtBy: 'add gives its time to live, and none where it is refused',
    change: (right) => ({
      add(key: string, value: unknown, ttlMs: number | undefined) {
        const added = right.add(key, value, ttlMs)
        if (!added) right.expire(key, ttlMs)
        return added
      },
    }),
  },
  {
    mistake: 'add waits between its check and its write',
    caughtBy: 'of many adds of one key at once exactly one succeeds, and its value stays',
    change: (right) => ({
      async add(key: string, value: unknown, ttlMs: number | undefined) {
        if (await later(right.exists(key))) return false
        right.set(key, value, ttlMs)
        return true
      },
    }),
  },
  {
    mistake: 'delete says that there was a key where there was none',
    caughtBy: 'delete removes a key, whatever its value, and says whether there was one',
    change: (right) => ({
      delete(key: string) {
        right.delete(key)
        return true
      },
    }),
  },
  {
    mistake: 'delete says that a falsy value was none',
    caughtBy: 'delete removes a key, whatever its value, and says whether there was one',
    change: (right) => ({
      delete(key: string) {
        const value = right.get(key)
        right.delete(key)
        return Boolean(value)
      },
    }),
  },
  {
    mistake: 'deleteMany answers how many keys it was given',
    caughtBy: 'deleteMany counts what there was, and a key that stands twice once',
    change: (right) => ({
      deleteMany(keys: string[]) {
        right.deleteMany(keys)
        return keys.length
      },
    }),
  },
  {
    mistake: 'exists knows expired keys',
    caughtBy: 'an expired entry is a missing one, in every primitive',
    change: (right) => {
      const seen = new Set<string>()
      return {
        set(key: string, value: unknown, ttlMs: number | undefined) {
          seen.add(key)
          right.set(key, value, ttlMs)
        },
        exists: (key: string) => seen.has(key),
      }
    },
  },
  {
    mistake: 'increment forgets the time to live',
    caughtBy: 'increment keeps the time to live, and gives none',
    change: (right) => ({
      increment(key: string, delta: number, initial: unknown) {
        const sum = right.increment(key, delta, initial)
        if (sum !== undefined) right.expire(key, undefined)
        return sum
      },
    }),
  },
  {
    mistake: 'increment reads whatever Number reads',
    caughtBy: 'increment answers undefined for what is no integer, and leaves value and time to live',
    change: (right) => ({
      increment(key: string, delta: number) {
        const sum = Number(right.get(key) ?? 0) + delta
        if (!Number.isSafeInteger(sum)) return undefined
        right.set(key, String(sum), undefined)
        return sum
      },
    }),
  },
  {
    mistake: 'increment goes on beyond the safe integers',
    caughtBy: 'increment answers undefined where the sum would not be a safe integer, and the value stays',
    change: (right) => ({
      increment(key: string, delta: number, initial: unknown) {
        const stored = right.get(key) as string | undefined
        if (stored === undefined) return right.increment(key, delta, initial)
        right.set(key, String(BigInt(stored) + BigInt(delta)), undefined)
        return Number(stored) + delta
      },
    }),
  },
  {
    mistake: 'increment waits between reading and writing',
    caughtBy: 'many increments of one key at once each get a sum of their own, and none is lost',
    change: (right) => ({
      async increment(key: string, delta: number) {
        const sum = Number((await later(right.get(key))) ?? 0) + delta
        right.set(key, String(sum), undefined)
        return sum
      },
    }),
  },
  {
    mistake: 'increment leaves a number where there was text',
    caughtBy: 'increment adds to decimal text, and leaves decimal text',
    change: (right) => ({
      increment(key: string, delta: number, initial: unknown) {
        const sum = right.increment(key, delta, initial)
        if (sum !== undefined) right.compareAndSet(key, right.get(key), sum, 'keep')
        return sum
      },
    }),
  },
  {
    mistake: 'expire says true for a missing key',
    caughtBy: 'expire says false for a missing key and makes none, and true where there is no time to live to remove',
    change: (right) => ({
      expire(key: string, ttlMs: number | undefined) {
        right.expire(key, ttlMs)
        return true
      },
    }),
  },
  {
    mistake: 'expire says false where there is no time to live to remove, as PERSIST does',
    caughtBy: 'expire says false for a missing key and makes none, and true where there is no time to live to remove',
    change: (right) => ({
      expire: (key: string, ttlMs: number | undefined) => ttlMs !== undefined && right.expire(key, ttlMs),
    }),
  },
  {
    mistake: 'clear takes the prefix for a pattern',
    caughtBy: 'clear takes every character of the prefix for itself',
    change: (right) => ({
      clear(prefix: string) {
        const glob = prefix
          .replace(/[.+^${}()|\\]/g, '\\$&')
          .replaceAll('*', '.*')
          .replaceAll('?', '.')
        const keys = right.raw('keys') as string[]
        right.deleteMany(keys.filter((key) => new RegExp(`^${glob}`).test(key)))
      },
    }),
  },
  {
    mistake: 'clear empties everything',
    caughtBy: 'clear removes every key that starts with the prefix, and no other',
    change: (right) => ({ clear: () => right.clear('') }),
  },
  {
    mistake: 'clear stops after a page',
    caughtBy: 'clear removes ten thousand keys among others, and nothing where there is none',
    change: (right) => ({
      clear(prefix: string) {
        const keys = right.raw('keys') as string[]
        right.deleteMany(keys.filter((key) => key.startsWith(prefix)).slice(0, 1000))
      },
    }),
  },
  {
    mistake: 'clear ends the prefix at a colon, so that user clears users',
    caughtBy: 'clear removes every key that starts with the prefix, and no other',
    change: (right) => ({ clear: (prefix: string) => right.clear(prefix.replace(/:$/, '')) }),
  },
  {
    mistake: 'compareAndSet compares bytes by identity',
    caughtBy: 'compareAndSet replaces what is as expected, text and bytes by content',
    change: (right) => ({
      compareAndSet: (key: string, expected: unknown, value: unknown, ttlMs: number | 'keep' | undefined) =>
        right.get(key) === expected && right.compareAndSet(key, expected, value, ttlMs),
    }),
  },
  {
    mistake: 'compareAndSet takes an empty text for a missing key',
    caughtBy: 'compareAndSet with undefined expected sets only a key that is missing',
    change: (right) => ({
      compareAndSet(key: string, expected: unknown, value: unknown, ttlMs: number | 'keep' | undefined) {
        const stored = right.get(key)
        return right.compareAndSet(key, expected === undefined && !stored ? stored : expected, value, ttlMs)
      },
    }),
  },
  {
    mistake: 'compareAndSet makes a key where another value was expected',
    caughtBy: 'compareAndSet leaves alone what is not as expected, and makes no key',
    change: (right) => ({
      compareAndSet: (key: string, expected: unknown, value: unknown, ttlMs: number | 'keep' | undefined) =>
        right.compareAndSet(key, right.exists(key) ? expected : undefined, value, ttlMs),
    }),
  },
  {
    mistake: 'compareAndSet forgets the time to live that it should keep',
    caughtBy: 'compareAndSet gives a time to live, removes it, or keeps what is left of it',
    change: (right) => ({
      compareAndSet: (key: string, expected: unknown, value: unknown, ttlMs: number | 'keep' | undefined) =>
        right.compareAndSet(key, expected, value, ttlMs === 'keep' ? undefined : ttlMs),
    }),
  },
  {
    mistake: 'compareAndSet waits between its check and its write',
    caughtBy: 'of many compareAndSets from one value at once exactly one succeeds, and its value stays',
    change: (right) => ({
      async compareAndSet(key: string, expected: unknown, value: unknown) {
        if ((await later(right.get(key))) !== expected) return false
        right.set(key, value, undefined)
        return true
      },
    }),
  },
  {
    mistake: 'compareAndDelete deletes whatever there is',
    caughtBy: 'compareAndDelete deletes what is as expected, and nothing else',
    change: (right) => ({ compareAndDelete: (key: string) => right.delete(key) }),
  },
  {
    mistake: 'compareAndDelete waits between its check and its deletion, and then says true',
    caughtBy: 'of many compareAndDeletes at once exactly one succeeds',
    change: (right) => ({
      async compareAndDelete(key: string, expected: unknown) {
        if ((await later(right.get(key))) !== expected) return false
        right.delete(key)
        return true
      },
    }),
  },
  {
    mistake: 'raw is silent about commands that it does not have',
    caughtBy: 'raw rejects or throws for a command that the store does not have',
    change: () => ({ raw: () => undefined }),
  },
  {
    mistake: 'answers are promises of another kind than the native one',
    caughtBy: 'exists says whether there is such a key, whatever its value',
    change: (right) => ({
      exists: (key: string) => runInNewContext(`Promise.resolve(${right.exists(key)})`) as unknown,
    }),
  },
  {
    mistake: 'a scope has a store of its own',
    caughtBy: 'an entry is the same by its short key in a scope and by its complete key',
    change: (_right, clock) => ({ scope: () => new MapBackend(clock) }),
  },
  {
    mistake: 'clear of a scope empties the whole store',
    caughtBy: 'clear of a scope removes what is below its prefix, and nothing beside it',
    change: (right) => ({ scope: (prefix: string) => scopeOf(right, prefix, () => right.clear('')) }),
  },
]

/** A right scope, but for `clear('')`. */
function scopeOf(right: MapBackend, prefix: string, clearAll: () => void): Partial<Backend> {
  return {
    set: (key, value, ttlMs) => right.set(prefix + key, value, ttlMs),
    exists: (key) => right.exists(prefix + key),
    clear: (below) => (below === '' ? clearAll() : right.clear(prefix + below)),
  }
}

/** The contract of a store with the mistake. */
function contractOf({ change }: Pick<Mutant, 'change'>) {
  const clock = new FakeClock()
  return backendContract({
    create(options) {
      const right = new MapBackend(clock)
      const changes = change(right, clock)
      const wrong = new Proxy(right, {
        get(target, property) {
          const member: unknown = Reflect.get(changes, property) ?? Reflect.get(target, property, target)
          return typeof member === 'function' ? member.bind(target) : member
        },
      })
      return cacheOver(wrong, { clock, ...options })
    },
    wait: (ms) => clock.advance(ms),
  })
}

test('every case has a title of its own', () => {
  const titles = contractOf({ change: () => ({}) }).map(({ title }) => title)
  expect(new Set(titles).size).toBe(titles.length)
})

test.each(mutants)('catches that $mistake', async ({ caughtBy, change }) => {
  const found = contractOf({ change }).find(({ title }) => title === caughtBy)
  await expect(found?.run()).rejects.toThrow()
  // The same case holds for the store without the mistake.
  await contractOf({ change: () => ({}) })
    .find(({ title }) => title === caughtBy)
    ?.run()
})

test('closes the cache of a case, also where the case fails', async () => {
  const closed: string[] = []
  const [first] = backendContract({
    create(options) {
      const backend = new MapBackend()
      backend.get = () => 'never undefined'
      backend.close = () => void closed.push('closed')
      return cacheOver(backend, options)
    },
  })
  await expect(first?.run()).rejects.toThrow()
  expect(closed).toEqual(['closed'])
})
