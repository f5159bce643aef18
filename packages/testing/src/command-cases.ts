/**
 * What a cache's commands promise over any backend, sentence by sentence of the comments of core's `CacheCommands`. Long, and still one
 * concept: each entry is one sentence.
 */
import { strict as assert } from 'node:assert'
import type { BaseCache, CacheOptions, Serializer } from '@pycached/core'
import { rejectionOf, times } from './contract.js'

/** Caches to prove, as one case sees them. */
export interface CacheUnderTest {
  /** A cache in a namespace of the case (or in none), with these options and else JSON; closed after the case. */
  readonly make: (options?: CacheOptions) => Promise<BaseCache>
  /** A key, or a namespace, that no other case has. */
  readonly name: (name?: string) => string
  /** The namespace of {@link make}'s caches. */
  readonly namespace: string | undefined
  /** Lets so much of the store's time pass. */
  readonly wait: (ms: number) => Promise<void>
}

export type CommandCase = readonly [title: string, run: (subject: CacheUnderTest) => Promise<void>]

const SHORT = '50ms'
const LONG_MS = 250
const STEADY = '700ms'
const LONGER_MS = 1000

/** Text as JSON has it; what JSON has no text for is refused. */
export const JSON_TEXT: Serializer = {
  encoding: 'utf-8',
  dumps(value) {
    const text = JSON.stringify(value)
    if (text === undefined) throw new TypeError('no JSON')
    return text
  },
  loads: (stored) => JSON.parse(stored as string),
}

/** Bytes that are no UTF-8: a store that takes them for text loses them. */
export const JSON_BYTES: Serializer = {
  encoding: null,
  dumps: (value) => Uint8Array.of(0xff, 0xfe, ...new TextEncoder().encode(JSON.stringify(value))),
  loads: (stored) => JSON.parse(new TextDecoder().decode((stored as Uint8Array).subarray(2))),
}

const VALUES = ['text', '', 0, -1, 1.5, false, true, null, [], {}, { nested: [1, 'ü', null, { deep: true }] }]

async function assertRejects(promise: Promise<unknown>, name: string, key?: string): Promise<void> {
  const error = (await rejectionOf(promise)) as Error & { key?: string }
  assert.equal(error.name, name)
  if (key !== undefined) assert.equal(error.key, key)
}

export const COMMAND_CASES: readonly CommandCase[] = [
  [
    'set resolves to true, and get to the value',
    async ({ make, name }) => {
      const cache = await make()
      for (const value of VALUES) {
        assert.equal(await cache.set(name(), value), true)
        assert.deepEqual(await cache.get(name()), value)
      }
    },
  ],
  [
    "text comes back as it was through the cache's default serializer",
    async ({ make, name }) => {
      const cache = await make({ serializer: undefined })
      await cache.set(name(), 'naïve ☃')
      assert.equal(await cache.get(name()), 'naïve ☃')
    },
  ],
  [
    'a serializer of bytes gets back the bytes that it wrote',
    async ({ make, name }) => {
      const cache = await make({ serializer: JSON_BYTES })
      for (const value of VALUES) {
        await cache.set(name(), value)
        assert.deepEqual(await cache.get(name()), value)
      }
      await cache.multiSet(
        [
          [name('a'), [1]],
          [name('b'), null],
        ],
        { ttl: '1h' },
      )
      assert.deepEqual(await cache.multiGet([name('b'), name('none'), name('a')]), [null, undefined, [1]])
    },
  ],
  [
    'get resolves to undefined or the default on a miss, and a stored null is a hit',
    async ({ make, name }) => {
      const cache = await make()
      assert.equal(await cache.get(name()), undefined)
      assert.equal(await cache.get(name(), { default: 7 }), 7)
      assert.equal(await cache.get(name(), { default: null }), null)
      await cache.set(name(), null)
      assert.equal(await cache.get(name(), { default: 7 }), null)
    },
  ],
  [
    'add sets a missing key, and rejects with KeyExistsError for one that exists, even null',
    async ({ make, name }) => {
      const cache = await make()
      assert.equal(await cache.add(name(), null), true)
      await assertRejects(cache.add(name(), 'other'), 'KeyExistsError', name())
      assert.equal(await cache.get(name()), null)
      await cache.delete(name())
      assert.equal(await cache.add(name(), 'again', { ttl: '1h' }), true)
    },
  ],
  [
    'of many adds of one key at once exactly one succeeds',
    async ({ make, name }) => {
      const cache = await make()
      const added = await Promise.allSettled(times(30, (index) => cache.add(name(), index)))
      const winners = times(30, (index) => index).filter((index) => added[index]?.status === 'fulfilled')
      assert.equal(winners.length, 1)
      assert.equal(await cache.get(name()), winners[0])
    },
  ],
  [
    'multiGet resolves to as many values as keys, in their order, undefined where missing',
    async ({ make, name }) => {
      const cache = await make()
      await cache.set(name('a'), 1)
      await cache.set(name('b'), null)
      const keys = [name('b'), name('none'), name('a'), name('b')]
      assert.deepEqual(await cache.multiGet(keys), [null, undefined, 1, null])
      assert.deepEqual(await cache.multiGet(new Set(keys)), [null, undefined, 1])
    },
  ],
  [
    'multiSet takes any iterable of pairs, and the last of two pairs with one key wins',
    async ({ make, name }) => {
      const cache = await make()
      assert.equal(await cache.multiSet(new Map([[name('a'), 1]])), true)
      assert.equal(await cache.multiSet(Object.entries({ [name('b')]: 2 }), { ttl: '1h' }), true)
      assert.equal(
        await cache.multiSet([
          [name('c'), 3],
          [name('c'), 4],
        ]),
        true,
      )
      assert.deepEqual(await cache.multiGet([name('a'), name('b'), name('c')]), [1, 2, 4])
    },
  ],
  [
    'multiSet writes nothing if one of its values cannot be serialized',
    async ({ make, name }) => {
      const cache = await make()
      const pairs = [
        [name('a'), 1],
        [name('b'), () => 1],
        [name('c'), 3],
      ] as const
      await assertRejects(cache.multiSet(pairs, { ttl: '1h' }), 'SerializationError', name('b'))
      assert.deepEqual(
        await cache.multiGet([name('a'), name('b'), name('c')]),
        times(3, () => undefined),
      )
    },
  ],
  [
    'empty batches are answered as such',
    async ({ make }) => {
      const cache = await make()
      assert.deepEqual(await cache.multiGet([]), [])
      assert.equal(await cache.multiSet([]), true)
      assert.equal(await cache.multiDelete([]), 0)
    },
  ],
  [
    'batches of ten thousand keys work',
    async ({ make, name }) => {
      const cache = await make()
      const keys = times(10_000, (index) => name(`${index}`))
      await cache.multiSet(
        keys.map((key, index) => [key, index] as const),
        { ttl: '1h' },
      )
      assert.deepEqual(
        await cache.multiGet(keys),
        times(10_000, (index) => index),
      )
      assert.equal(await cache.multiDelete(keys), 10_000)
    },
  ],
  [
    'a time to live is given by the command, else by the cache, and null is none',
    async ({ make, name, wait }) => {
      const cache = await make({ ttl: SHORT })
      await cache.set(name('own'), 1)
      await cache.set(name('null'), 1, { ttl: null })
      await cache.set(name('hour'), 1, { ttl: '1h' })
      await cache.multiSet([[name('many own'), 1]])
      await cache.multiSet([[name('many null'), 1]], { ttl: null })
      await cache.add(name('add own'), 1)
      await cache.add(name('add null'), 1, { ttl: null })
      await wait(LONG_MS)
      const names = ['own', 'null', 'hour', 'many own', 'many null', 'add own', 'add null']
      const left = await cache.multiGet(names.map(name))
      assert.deepEqual(left, [undefined, 1, 1, undefined, 1, undefined, 1])
    },
  ],
  [
    'fractions of seconds are times to live too, and 60 days do not end at once',
    async ({ make, name, wait }) => {
      const cache = await make()
      await cache.set(name('fraction'), 1, { ttl: 0.05 })
      await cache.set(name('least'), 1, { ttl: 0.0001 })
      await cache.set(name('days'), 1, { ttl: '60d' })
      await wait(LONG_MS)
      assert.deepEqual(await cache.multiGet([name('fraction'), name('least'), name('days')]), [undefined, undefined, 1])
    },
  ],
  [
    'a bad time to live is refused, and nothing is written',
    async ({ make, name }) => {
      const cache = await make()
      for (const ttl of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '10' as never, '5 m' as never]) {
        await assertRejects(cache.set(name(), 1, { ttl }), 'InvalidDurationError', name())
        await assertRejects(cache.add(name(), 1, { ttl }), 'InvalidDurationError')
        await assertRejects(cache.multiSet([[name(), 1]], { ttl }), 'InvalidDurationError')
      }
      assert.equal(await cache.exists(name()), false)
    },
  ],
  [
    'exists tells a stored null from a miss',
    async ({ make, name }) => {
      const cache = await make()
      assert.equal(await cache.exists(name()), false)
      await cache.set(name(), null)
      assert.equal(await cache.exists(name()), true)
    },
  ],
  [
    'increment creates the key with delta, adds to what set wrote, and get reads the sum',
    async ({ make, name }) => {
      for (const serializer of [JSON_TEXT, JSON_BYTES, undefined]) {
        const cache = await make({ serializer })
        const key = name(`${serializer?.encoding}`)
        assert.equal(await cache.increment(key), 1)
        assert.equal(await cache.increment(key, 9), 10)
        assert.equal(await cache.increment(key, -12), -2)
        if (serializer === undefined) continue
        assert.equal(await cache.get(key), -2)
        await cache.set(key, 41)
        assert.equal(await cache.increment(key), 42)
        assert.equal(await cache.get(key), 42)
      }
    },
  ],
  [
    'increment rejects with NotAnIntegerError for what is no integer, and the value stays',
    async ({ make, name }) => {
      for (const serializer of [JSON_TEXT, JSON_BYTES]) {
        const cache = await make({ serializer })
        for (const value of ['text', '1', 1.5, null, [1], true, 2 ** 53]) {
          await cache.set(name(), value)
          await assertRejects(cache.increment(name()), 'NotAnIntegerError', name())
          assert.deepEqual(await cache.get(name()), value)
        }
        await cache.set(name(), Number.MAX_SAFE_INTEGER)
        await assertRejects(cache.increment(name()), 'NotAnIntegerError')
        assert.equal(await cache.get(name()), Number.MAX_SAFE_INTEGER)
      }
    },
  ],
  [
    'increment keeps the time to live, and gives none',
    async ({ make, name, wait }) => {
      for (const serializer of [JSON_TEXT, JSON_BYTES]) {
        const cache = await make({ serializer, ttl: SHORT })
        const [steady, forever, created] = ['steady', 'forever', 'created'].map((one) =>
          name(one + serializer.encoding),
        )
        await cache.set(steady as string, 1, { ttl: STEADY })
        await cache.set(forever as string, 1, { ttl: null })
        for (const key of [steady, forever, created] as string[]) await cache.increment(key)
        await wait(LONGER_MS)
        const left = await cache.multiGet([steady, forever, created] as string[])
        assert.deepEqual(left, [undefined, 2, 1])
      }
    },
  ],
  [
    'of many increments of one key at once none is lost, whatever the serializer',
    async ({ make, name }) => {
      for (const serializer of [JSON_TEXT, JSON_BYTES]) {
        const cache = await make({ serializer })
        const key = name(`${serializer.encoding}`)
        const sums = await Promise.all(times(20, () => cache.increment(key)))
        assert.deepEqual(
          sums.sort((a, b) => a - b),
          times(20, (index) => index + 1),
        )
        assert.equal(await cache.get(key), 20)
      }
    },
  ],
  [
    'expire gives a time to live, 0 and null remove it, and a missing key is told by false',
    async ({ make, name, wait }) => {
      const cache = await make()
      assert.equal(await cache.expire(name('none'), '1h'), false)
      assert.equal(await cache.expire(name('none'), 0), false)
      await cache.multiSet(
        ['given', 'zero', 'null', 'longer'].map((one) => [name(one), 1] as const),
        { ttl: STEADY },
      )
      assert.equal(await cache.expire(name('given'), SHORT), true)
      assert.equal(await cache.expire(name('zero'), 0), true)
      assert.equal(await cache.expire(name('null'), null), true)
      assert.equal(await cache.expire(name('longer'), '1h'), true)
      assert.equal(await cache.expire(name('null'), null), true)
      await wait(LONGER_MS)
      const left = await cache.multiGet(['given', 'zero', 'null', 'longer'].map(name))
      assert.deepEqual(left, [undefined, 1, 1, 1])
    },
  ],
  [
    'delete and multiDelete resolve to how many keys there were',
    async ({ make, name }) => {
      const cache = await make()
      await cache.multiSet([
        [name('a'), 0],
        [name('b'), ''],
        [name('c'), null],
      ])
      assert.equal(await cache.delete(name('a')), 1)
      assert.equal(await cache.delete(name('a')), 0)
      assert.equal(await cache.multiDelete([name('a'), name('b'), name('c'), name('c')]), 2)
      assert.deepEqual(
        await cache.multiGet([name('a'), name('b'), name('c')]),
        times(3, () => undefined),
      )
    },
  ],
  [
    'namespaces are told apart, and namespace "" is none',
    async ({ make, name, namespace }) => {
      const cache = await make()
      const key = name('key')
      await cache.set(key, 'own')
      await cache.set(key, 'one', { namespace: name('one') })
      await cache.set(key, 'other', { namespace: name('other') })
      assert.equal(await cache.get(key), 'own')
      assert.equal(await cache.get(key, { namespace: null }), 'own')
      assert.equal(await cache.get(key, { namespace: name('one') }), 'one')
      assert.deepEqual(await cache.multiGet([key], { namespace: name('other') }), ['other'])
      assert.equal(await cache.exists(key, { namespace: '' }), namespace === undefined)
      await cache.set(key, 'none', { namespace: '' })
      assert.equal(await cache.get(key), namespace === undefined ? 'none' : 'own')
      assert.equal(await cache.delete(key, { namespace: name('one') }), 1)
      assert.equal(await cache.get(key, { namespace: name('other') }), 'other')
    },
  ],
  [
    'a key in a namespace and the complete key without one are the same entry',
    async ({ make, name }) => {
      const cache = await make()
      await cache.set(name('key'), 'short')
      const complete = cache.buildKey(name('key'))
      assert.equal(await cache.get(complete, { namespace: '' }), 'short')
      assert.equal(await cache.backend.get(complete, 'utf-8'), JSON.stringify('short'))
      await cache.set(complete, 'complete', { namespace: '' })
      assert.equal(await cache.get(name('key')), 'complete')
      assert.equal(await cache.increment(`${complete}-number`, 5, { namespace: '' }), 5)
      assert.equal(await cache.increment(`${name('key')}-number`), 6)
    },
  ],
  [
    'a key builder says where every command keeps its key, and what clear removes',
    async ({ make, name }) => {
      const keyBuilder = (key: string, namespace: string) => `${name('built')}-${namespace}-${key}`
      const cache = await make({ keyBuilder, namespace: name('space') })
      await cache.set('key', 1)
      await cache.multiSet([['other', 2]])
      const complete = `${name('built')}-${name('space')}-key`
      assert.equal(cache.buildKey('key'), complete)
      assert.equal(await cache.backend.exists(complete), true)
      assert.deepEqual(await cache.multiGet(['key', 'other']), [1, 2])
      await cache.set('key', 3, { namespace: name('elsewhere') })
      await cache.clear()
      assert.deepEqual(await cache.multiGet(['key', 'other']), [undefined, undefined])
      assert.equal(await cache.get('key', { namespace: name('elsewhere') }), 3)
    },
  ],
  [
    "clear removes the cache's own namespace, and nothing of another",
    async ({ make, name }) => {
      const cache = await make({ namespace: name('user') })
      const others = [name('users'), name('use'), name('other')]
      await cache.multiSet([
        ['a', 1],
        ['b', 2],
      ])
      for (const namespace of others) await cache.set('a', 'kept', { namespace })
      assert.equal(await cache.clear(), true)
      assert.deepEqual(await cache.multiGet(['a', 'b']), [undefined, undefined])
      for (const namespace of others) assert.equal(await cache.get('a', { namespace }), 'kept')
    },
  ],
  [
    'clear with a namespace removes that one, whatever glob characters it has',
    async ({ make, name }) => {
      const cache = await make()
      await cache.set(name('own'), 1)
      for (const [namespace, stranger] of [
        ['u*', 'user'],
        ['u?er', 'user'],
        ['[u]ser', 'user'],
        ['us\\er', 'user'],
      ] as const) {
        await cache.set('key', 'inside', { namespace: name(namespace) })
        await cache.set('key', 'outside', { namespace: name(stranger) })
        assert.equal(await cache.clear({ namespace: name(namespace) }), true)
        assert.equal(await cache.get('key', { namespace: name(namespace) }), undefined)
        assert.equal(await cache.get('key', { namespace: name(stranger) }), 'outside')
      }
      assert.equal(await cache.get(name('own')), 1)
      await assertRejects(cache.clear({ namespace: '' }), 'InvalidArgumentError')
      assert.equal(await cache.get(name('own')), 1)
    },
  ],
  [
    'clear takes the times to live along, and what comes later stays',
    async ({ make, name, wait }) => {
      const cache = await make({ namespace: name('cleared') })
      await cache.set('key', 'old', { ttl: SHORT })
      await cache.clear()
      await cache.set('key', 'new')
      await wait(LONG_MS)
      assert.equal(await cache.get('key'), 'new')
    },
  ],
  [
    'dumpsFn and loadsFn replace the serializer, and loadsFn is not called for a miss',
    async ({ make, name }) => {
      const cache = await make()
      const upper = (value: string) => value.toUpperCase()
      const exclaimed = (stored: string) => `${stored}!`
      await cache.set(name('a'), 'one', { dumpsFn: upper })
      await cache.multiSet([[name('b'), 'two']], { dumpsFn: upper })
      assert.equal(await cache.get(name('a'), { loadsFn: exclaimed }), 'ONE!')
      const keys = [name('b'), name('none')]
      assert.deepEqual(await cache.multiGet(keys, { loadsFn: exclaimed }), ['TWO!', undefined])
      assert.equal(await cache.get(name('none'), { loadsFn: exclaimed, default: 'default' }), 'default')
    },
  ],
  [
    'what cannot be read rejects with DeserializationError and its key, and stays stored',
    async ({ make, name }) => {
      const cache = await make()
      const stored = '{"secret": not json'
      await cache.backend.set(cache.buildKey(name('bad')), stored, undefined)
      await cache.set(name('good'), 1)
      await assertRejects(cache.get(name('bad')), 'DeserializationError', name('bad'))
      await assertRejects(cache.multiGet([name('good'), name('bad')]), 'DeserializationError', name('bad'))
      await assertRejects(cache.increment(name('bad')), 'NotAnIntegerError', name('bad'))
      assert.equal(await cache.backend.get(cache.buildKey(name('bad')), 'utf-8'), stored)
    },
  ],
  [
    'keys, values and options that no cache takes are refused, and nothing is written',
    async ({ make, name }) => {
      const cache = await make()
      for (const key of ['', 1, null, undefined, {}, ['key']] as string[]) {
        await assertRejects(cache.get(key), 'InvalidArgumentError')
        await assertRejects(cache.set(key, 1), 'InvalidArgumentError')
        await assertRejects(cache.multiDelete([name(), key]), 'InvalidArgumentError')
        await assertRejects(
          cache.multiSet([
            [name(), 1],
            [key, 1],
          ]),
          'InvalidArgumentError',
        )
      }
      await assertRejects(cache.set(name(), undefined), 'InvalidArgumentError', name())
      await assertRejects(cache.set(name(), Promise.resolve(1)), 'InvalidArgumentError', name())
      await assertRejects(cache.set(name(), 1, { tll: 1 } as object), 'InvalidArgumentError')
      await assertRejects(cache.increment(name(), 1.5), 'InvalidArgumentError')
      await assertRejects(cache.multiGet('text'), 'InvalidArgumentError')
      assert.equal(await cache.exists(name()), false)
    },
  ],
  [
    'raw passes a command on, and rejects with an error of ours for one that the store does not have',
    async ({ make }) => {
      const cache = await make()
      const error = (await rejectionOf(cache.raw('no-such-command'))) as Error
      assert.match(error.name, /^(BackendError|InvalidArgumentError)$/)
    },
  ],
  [
    'a command whose signal was aborted before rejects with its reason, and writes nothing',
    async ({ make, name }) => {
      const cache = await make()
      const reason = new Error('changed my mind')
      const signal = AbortSignal.abort(reason)
      assert.equal(await rejectionOf(cache.set(name(), 1, { signal })), reason)
      assert.equal(await rejectionOf(cache.get(name(), { signal })), reason)
      assert.equal(await cache.exists(name()), false)
    },
  ],
  [
    'a disabled cache answers without touching the store',
    async ({ make, name }) => {
      const cache = await make()
      await cache.set(name(), 'before')
      cache.enabled = false
      assert.equal(await cache.set(name(), 'during'), true)
      assert.equal(await cache.add(name(), 'during'), true)
      assert.equal(await cache.get(name(), { default: 'default' }), 'default')
      assert.deepEqual(await cache.multiGet([name(), name()]), [undefined, undefined])
      assert.equal(await cache.increment(name(), 3), 3)
      assert.equal(await cache.exists(name()), false)
      assert.equal(await cache.delete(name()), 0)
      assert.equal(await cache.clear({ namespace: name() }), true)
      cache.enabled = true
      assert.equal(await cache.get(name()), 'before')
    },
  ],
  [
    'close lets commands in flight come to their end, refuses later ones, and can be called again',
    async ({ make, name }) => {
      const cache = await make()
      const pending = Promise.all(times(50, (index) => cache.set(name(`${index}`), index)))
      await cache.close()
      await pending
      await assertRejects(cache.get(name('0')), 'CacheClosedError', name('0'))
      await assertRejects(cache.set(name('0'), 1), 'CacheClosedError')
      await cache.close()
    },
  ],
]
