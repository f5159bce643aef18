/**
 * What a backend's primitives promise, sentence by sentence of the comments of core's `Backend`. Long, and still one concept: each
 * entry is one sentence.
 *
 * Left out because a store may be shared or of any kind: `clear('')`, which empties all of it, and reading text as bytes or bytes as
 * text, which a cache never does.
 */
import { strict as assert } from 'node:assert'
import type { Backend } from '@pycached/core'
import { rejectionOf, times } from './contract.js'

/** A store to prove, as one case sees it. */
export interface StoreUnderTest {
  readonly store: Backend
  /** A key that no other case has. */
  readonly key: (name?: string) => string
  /** Lets so much of the store's time pass. */
  readonly wait: (ms: number) => Promise<void>
}

export type PrimitiveCase = readonly [title: string, run: (subject: StoreUnderTest) => Promise<void>]

/** Expires before the next step of the case that waits {@link LONG_MS}. */
const SHORT_MS = 50
const LONG_MS = 250
/** Lives long enough for a few calls to a slow store, and has expired after {@link LONGER_MS}. */
const STEADY_MS = 700
const LONGER_MS = 1000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const MANY = 10_000
const TEXT = 'utf-8'

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)

/** Bytes may come as a subclass, such as Node's `Buffer`; what counts is their content. */
function assertBytes(actual: unknown, expected: Uint8Array): void {
  assert.ok(actual instanceof Uint8Array, `expected bytes, got ${typeof actual}`)
  assert.deepEqual([...actual], [...expected])
}

const TEXTS = [
  'value',
  '',
  '0',
  'null',
  '123',
  ' spaces ',
  'a\r\nb\0c',
  'naïve ☃ 日本語 👩‍👩‍👧‍👦',
  '\uFEFFmark',
  'x'.repeat(1_000_000),
]

const KEYS = [
  'plain',
  'PLAIN',
  'with space',
  'line\nbreak',
  'nul\0l',
  'glob*?[a-z]\\^',
  '{tag}:key',
  'a:b:c',
  '__proto__',
  'constructor',
  'toString',
  '0',
  '-1',
  'naïve',
  'nai\u0308ve',
  '☃',
  '👩‍👩‍👧‍👦',
  'x'.repeat(10_000),
]

const NOT_INTEGERS = [
  '',
  ' ',
  'abc',
  '1.5',
  '1e3',
  ' 1',
  '1 ',
  '+1',
  '01',
  '0x10',
  '-',
  '--1',
  '1_000',
  '١',
  'NaN',
  'null',
  '"1"',
]

export const PRIMITIVE_CASES: readonly PrimitiveCase[] = [
  [
    'get answers undefined, and not null, for a key that was never set',
    async ({ store, key }) => assert.equal(await store.get(key(), TEXT), undefined),
  ],
  [
    'get answers the text that was set, whatever characters it has',
    async ({ store, key }) => {
      for (const [index, text] of TEXTS.entries()) {
        await store.set(key(`${index}`), text, undefined)
        assert.equal(await store.get(key(`${index}`), TEXT), text)
      }
    },
  ],
  [
    'get answers the bytes that were set, whatever they are',
    async ({ store, key }) => {
      const all = bytes(...times(256, (byte) => byte))
      const samples = [
        all,
        bytes(),
        bytes(0),
        bytes(0xff, 0xfe),
        all.subarray(65, 70),
        new Uint8Array(1_000_000).fill(0x80),
      ]
      for (const [index, sample] of samples.entries()) {
        await store.set(key(`${index}`), sample, undefined)
        assertBytes(await store.get(key(`${index}`), null), sample)
      }
    },
  ],
  [
    'keys of any characters and length are told apart',
    async ({ store, key }) => {
      for (const name of KEYS) assert.equal(await store.get(key(name), TEXT), undefined)
      for (const name of KEYS) await store.set(key(name), `of ${name}`, undefined)
      for (const name of KEYS) assert.equal(await store.get(key(name), TEXT), `of ${name}`)
      for (const name of KEYS) assert.equal(await store.delete(key(name)), true)
    },
  ],
  [
    'set replaces the value',
    async ({ store, key }) => {
      await store.set(key(), 'a long first value', HOUR_MS)
      await store.set(key(), 'second', HOUR_MS)
      assert.equal(await store.get(key(), TEXT), 'second')
    },
  ],
  [
    'set replaces the time to live by a longer one, a shorter one and none',
    async ({ store, key, wait }) => {
      await store.set(key('longer'), 'old', SHORT_MS)
      await store.set(key('longer'), 'new', HOUR_MS)
      await store.set(key('shorter'), 'old', HOUR_MS)
      await store.set(key('shorter'), 'new', SHORT_MS)
      await store.set(key('none'), 'old', SHORT_MS)
      await store.set(key('none'), 'new', undefined)
      await store.set(key('some'), 'old', undefined)
      await store.set(key('some'), 'new', SHORT_MS)
      await wait(LONG_MS)
      const left = await store.getMany([key('longer'), key('shorter'), key('none'), key('some')], TEXT)
      assert.deepEqual([...left], ['new', undefined, 'new', undefined])
    },
  ],
  [
    'a value that the store cannot keep is refused with SerializationError, and nothing is written',
    async ({ store, key }) => {
      const value = { any: 'object' }
      await store.set(key('one'), 'old', undefined)
      try {
        await store.set(key('one'), value, undefined)
      } catch (error) {
        assert.equal((error as Error).name, 'SerializationError')
        assert.equal(await store.get(key('one'), TEXT), 'old')
        return
      }
      assert.equal(await store.get(key('one'), TEXT), value, 'a value that was taken must come back as the very same')
    },
  ],
  [
    'a time to live of 60 days, and one of 2^53 - 1 ms, do not end at once',
    async ({ store, key, wait }) => {
      await store.set(key('days'), 'value', 60 * DAY_MS)
      await store.set(key('max'), 'value', Number.MAX_SAFE_INTEGER)
      await store.set(key('expire'), 'value', undefined)
      assert.equal(await store.expire(key('expire'), 60 * DAY_MS), true)
      await store.setMany([[key('many'), 'value']], 60 * DAY_MS)
      await store.add(key('add'), 'value', 60 * DAY_MS)
      await wait(SHORT_MS)
      for (const name of ['days', 'max', 'expire', 'many', 'add'])
        assert.equal(await store.exists(key(name)), true, name)
    },
  ],
  [
    'getMany answers in the order of the keys, undefined where missing, each time for a key that stands twice',
    async ({ store, key }) => {
      await store.set(key('a'), '1', undefined)
      await store.set(key('b'), '', undefined)
      const answer = await store.getMany([key('b'), key('none'), key('a'), key('b')], TEXT)
      assert.deepEqual([...answer], ['', undefined, '1', ''])
      assert.deepEqual([...(await store.getMany([key('none')], TEXT))], [undefined])
    },
  ],
  [
    'getMany answers bytes',
    async ({ store, key }) => {
      await store.set(key('a'), bytes(0xff, 0, 0x80), undefined)
      const [some, none] = await store.getMany([key('a'), key('none')], null)
      assertBytes(some, bytes(0xff, 0, 0x80))
      assert.equal(none, undefined)
    },
  ],
  [
    'setMany, getMany and deleteMany take ten thousand keys',
    async ({ store, key }) => {
      const keys = times(MANY, (index) => key(`many-${index}`))
      await store.setMany(
        keys.map((one, index) => [one, `value ${index}`] as const),
        HOUR_MS,
      )
      assert.deepEqual(
        [...(await store.getMany(keys, TEXT))],
        times(MANY, (index) => `value ${index}`),
      )
      assert.equal(await store.deleteMany(keys), MANY)
      assert.equal(await store.exists(keys[MANY - 1] as string), false)
    },
  ],
  [
    'setMany without a time to live takes ten thousand keys',
    async ({ store, key }) => {
      const keys = times(MANY, (index) => key(`many-${index}`))
      await store.setMany(
        keys.map((one) => [one, 'value'] as const),
        undefined,
      )
      assert.equal(await store.deleteMany(keys), MANY)
    },
  ],
  [
    'setMany gives the last value to a key that stands twice',
    async ({ store, key }) => {
      for (const ttlMs of [undefined, HOUR_MS]) {
        await store.setMany(
          [
            [key('a'), 'first'],
            [key('b'), 'other'],
            [key('a'), 'last'],
          ],
          ttlMs,
        )
        assert.deepEqual([...(await store.getMany([key('a'), key('b')], TEXT))], ['last', 'other'])
      }
    },
  ],
  [
    'setMany gives every key the time to live, or none',
    async ({ store, key, wait }) => {
      const names = times(20, (index) => `${index}`)
      for (const name of names) await store.set(key(`forever-${name}`), 'old', SHORT_MS)
      await store.setMany(
        names.map((name) => [key(`forever-${name}`), 'new'] as const),
        undefined,
      )
      await store.setMany(
        names.map((name) => [key(`short-${name}`), 'new'] as const),
        SHORT_MS,
      )
      await wait(LONG_MS)
      for (const name of names) {
        assert.equal(await store.get(key(`forever-${name}`), TEXT), 'new')
        assert.equal(await store.get(key(`short-${name}`), TEXT), undefined)
      }
    },
  ],
  [
    'setMany writes bytes',
    async ({ store, key }) => {
      for (const ttlMs of [undefined, HOUR_MS]) {
        await store.setMany([[key('a'), bytes(0xc3, 0x28, 0)]], ttlMs)
        assertBytes(await store.get(key('a'), null), bytes(0xc3, 0x28, 0))
      }
    },
  ],
  [
    'setMany writes all, or is refused and writes none',
    async ({ store, key }) => {
      for (const ttlMs of [undefined, HOUR_MS]) {
        const keys = [key(`a-${ttlMs}`), key(`b-${ttlMs}`), key(`c-${ttlMs}`)]
        const [first, second, third] = keys as [string, string, string]
        const refused = await attempt(() =>
          store.setMany(
            [
              [first, 'a'],
              [second, { any: 'object' }],
              [third, 'c'],
            ],
            ttlMs,
          ),
        )
        const there = [await store.exists(first), await store.exists(second), await store.exists(third)]
        assert.deepEqual(
          there,
          times(3, () => !refused),
        )
      }
    },
  ],
  [
    'add sets a key that is missing, and says so',
    async ({ store, key }) => {
      assert.equal(await store.add(key(), 'value', undefined), true)
      assert.equal(await store.get(key(), TEXT), 'value')
      assert.equal(await store.add(key('bytes'), bytes(0, 0xff), HOUR_MS), true)
      assertBytes(await store.get(key('bytes'), null), bytes(0, 0xff))
    },
  ],
  [
    'add leaves alone a key that exists, whatever its value, and says so',
    async ({ store, key }) => {
      for (const value of ['value', '', '0']) {
        await store.set(key(value), value, HOUR_MS)
        assert.equal(await store.add(key(value), 'other', undefined), false)
        assert.equal(await store.add(key(value), 'other', HOUR_MS), false)
        assert.equal(await store.get(key(value), TEXT), value)
      }
    },
  ],
  [
    'add gives its time to live, and none where it is refused',
    async ({ store, key, wait }) => {
      await store.add(key('added'), 'value', SHORT_MS)
      await store.add(key('forever'), 'value', undefined)
      await store.set(key('refused'), 'value', STEADY_MS)
      assert.equal(await store.add(key('refused'), 'other', HOUR_MS), false)
      await wait(LONGER_MS)
      assert.equal(await store.exists(key('added')), false)
      assert.equal(await store.exists(key('forever')), true)
      assert.equal(await store.exists(key('refused')), false)
    },
  ],
  [
    'of many adds of one key at once exactly one succeeds, and its value stays',
    async ({ store, key }) => {
      const added = await Promise.all(times(50, async (index) => store.add(key(), `value ${index}`, HOUR_MS)))
      assert.equal(added.filter(Boolean).length, 1)
      assert.equal(await store.get(key(), TEXT), `value ${added.indexOf(true)}`)
    },
  ],
  [
    'delete removes a key, whatever its value, and says whether there was one',
    async ({ store, key }) => {
      for (const value of ['value', '', '0']) {
        await store.set(key(), value, undefined)
        assert.equal(await store.delete(key()), true)
        assert.equal(await store.get(key(), TEXT), undefined)
        assert.equal(await store.delete(key()), false)
      }
    },
  ],
  [
    'delete takes the time to live along',
    async ({ store, key, wait }) => {
      await store.set(key('one'), 'old', SHORT_MS)
      await store.delete(key('one'))
      await store.set(key('one'), 'new', undefined)
      await store.set(key('many'), 'old', SHORT_MS)
      await store.deleteMany([key('many')])
      await store.increment(key('many'), 1, '1')
      await wait(LONG_MS)
      assert.equal(await store.get(key('one'), TEXT), 'new')
      assert.equal(await store.get(key('many'), TEXT), '1')
    },
  ],
  [
    'of many deletes of one key at once exactly one says that there was one',
    async ({ store, key }) => {
      await store.set(key(), 'value', undefined)
      const deleted = await Promise.all(times(20, async () => store.delete(key())))
      assert.equal(deleted.filter(Boolean).length, 1)
    },
  ],
  [
    'deleteMany counts what there was, and a key that stands twice once',
    async ({ store, key }) => {
      await store.set(key('a'), 'value', undefined)
      await store.set(key('b'), '', undefined)
      await store.set(key('kept'), 'value', undefined)
      assert.equal(await store.deleteMany([key('a'), key('none'), key('b'), key('a')]), 2)
      assert.equal(await store.deleteMany([key('a'), key('b')]), 0)
      assert.deepEqual(
        [...(await store.getMany([key('a'), key('b'), key('kept')], TEXT))],
        [undefined, undefined, 'value'],
      )
    },
  ],
  [
    'exists says whether there is such a key, whatever its value',
    async ({ store, key }) => {
      assert.equal(await store.exists(key()), false)
      await store.set(key(), '', undefined)
      assert.equal(await store.exists(key()), true)
      await store.delete(key())
      assert.equal(await store.exists(key()), false)
    },
  ],
  [
    'increment makes a missing key with the initial value, which never expires',
    async ({ store, key, wait }) => {
      assert.equal(await store.increment(key('plus'), 5, '5'), 5)
      assert.equal(await store.increment(key('minus'), -3, '-3'), -3)
      assert.equal(await store.increment(key('zero'), 0, '0'), 0)
      await store.set(key('expired'), '41', SHORT_MS)
      await wait(LONG_MS)
      assert.equal(await store.increment(key('expired'), 1, '1'), 1)
      await wait(LONG_MS)
      const made = await store.getMany([key('plus'), key('minus'), key('zero'), key('expired')], TEXT)
      assert.deepEqual([...made], ['5', '-3', '0', '1'])
    },
  ],
  [
    'increment adds to decimal text, and leaves decimal text',
    async ({ store, key }) => {
      await store.set(key(), '41', undefined)
      assert.equal(await store.increment(key(), 1, '1'), 42)
      assert.equal(await store.get(key(), TEXT), '42')
      assert.equal(await store.increment(key(), -50, '-50'), -8)
      assert.equal(await store.increment(key(), 0, '0'), -8)
      assert.equal(await store.increment(key(), 8, '8'), 0)
      assert.equal(await store.get(key(), TEXT), '0')
    },
  ],
  [
    'increment keeps the time to live, and gives none',
    async ({ store, key, wait }) => {
      await store.set(key('short'), '1', STEADY_MS)
      await store.set(key('forever'), '1', undefined)
      assert.equal(await store.increment(key('short'), 1, '1'), 2)
      assert.equal(await store.increment(key('forever'), 1, '1'), 2)
      await wait(LONGER_MS)
      assert.equal(await store.get(key('short'), TEXT), undefined)
      assert.equal(await store.get(key('forever'), TEXT), '2')
    },
  ],
  [
    'increment answers undefined for what is no integer, and leaves value and time to live',
    async ({ store, key, wait }) => {
      for (const text of NOT_INTEGERS) {
        await store.set(key(text), text, undefined)
        assert.equal(await store.increment(key(text), 1, '1'), undefined, JSON.stringify(text))
        assert.equal(await store.get(key(text), TEXT), text)
      }
      await store.set(key('short'), 'text', STEADY_MS)
      assert.equal(await store.increment(key('short'), 1, '1'), undefined)
      await wait(LONGER_MS)
      assert.equal(await store.exists(key('short')), false)
    },
  ],
  [
    'increment answers undefined where the sum would not be a safe integer, and the value stays',
    async ({ store, key }) => {
      const beyond = [
        ['9007199254740991', 1],
        ['-9007199254740991', -1],
        ['1', Number.MAX_SAFE_INTEGER],
        ['9007199254740993', 1],
        ['9223372036854775807', 1],
        ['-9223372036854775808', -1],
        ['99999999999999999999999', 1],
      ] as const
      for (const [text, delta] of beyond) {
        await store.set(key(text), text, undefined)
        assert.equal(await store.increment(key(text), delta, String(delta)), undefined, text)
        assert.equal(await store.get(key(text), TEXT), text)
      }
    },
  ],
  [
    'increment is exact up to the last safe integer, and back from beyond it',
    async ({ store, key }) => {
      await store.set(key('up'), '9007199254740990', undefined)
      assert.equal(await store.increment(key('up'), 1, '1'), 9007199254740991)
      await store.set(key('down'), '-9007199254740990', undefined)
      assert.equal(await store.increment(key('down'), -1, '-1'), -9007199254740991)
      await store.set(key('back'), '9007199254740993', undefined)
      assert.equal(await store.increment(key('back'), -10, '-10'), 9007199254740983)
      assert.equal(await store.get(key('back'), TEXT), '9007199254740983')
    },
  ],
  [
    'many increments of one key at once each get a sum of their own, and none is lost',
    async ({ store, key }) => {
      const sums = await Promise.all(times(200, async () => store.increment(key(), 1, '1')))
      assert.deepEqual(
        (sums as number[]).sort((a, b) => a - b),
        times(200, (index) => index + 1),
      )
      assert.equal(await store.get(key(), TEXT), '200')
    },
  ],
  [
    'expire gives a time to live, replaces it, and removes it',
    async ({ store, key, wait }) => {
      await store.set(key('given'), 'value', undefined)
      assert.equal(await store.expire(key('given'), SHORT_MS), true)
      await store.set(key('shorter'), 'value', HOUR_MS)
      assert.equal(await store.expire(key('shorter'), SHORT_MS), true)
      await store.set(key('longer'), 'value', STEADY_MS)
      assert.equal(await store.expire(key('longer'), HOUR_MS), true)
      await store.set(key('removed'), 'value', STEADY_MS)
      assert.equal(await store.expire(key('removed'), undefined), true)
      await wait(LONGER_MS)
      const left = await store.getMany([key('given'), key('shorter'), key('longer'), key('removed')], TEXT)
      assert.deepEqual([...left], [undefined, undefined, 'value', 'value'])
    },
  ],
  [
    'expire says false for a missing key and makes none, and true where there is no time to live to remove',
    async ({ store, key }) => {
      assert.equal(await store.expire(key('none'), HOUR_MS), false)
      assert.equal(await store.expire(key('none'), undefined), false)
      assert.equal(await store.exists(key('none')), false)
      await store.set(key('forever'), 'value', undefined)
      assert.equal(await store.expire(key('forever'), undefined), true)
      assert.equal(await store.get(key('forever'), TEXT), 'value')
    },
  ],
  [
    'clear removes every key that starts with the prefix, and no other',
    async ({ store, key }) => {
      const inside = ['user:', 'user:1', 'user:1:a', 'user:☃']
      const outside = ['user', 'users:1', 'use', 'USER:1', 'other']
      for (const name of [...inside, ...outside]) await store.set(key(name), name, undefined)
      await store.clear(key('user:'))
      for (const name of inside) assert.equal(await store.exists(key(name)), false, name)
      for (const name of outside) assert.equal(await store.get(key(name), TEXT), name, name)
    },
  ],
  [
    'clear takes every character of the prefix for itself',
    async ({ store, key }) => {
      for (const [prefix, stranger] of [
        ['a*', 'abc'],
        ['a?c', 'abc'],
        ['[ab]', 'a'],
        ['a[^b]', 'ac'],
        ['a\\', 'ab'],
        ['\\*', '*'],
        ['{a}', 'a'],
        ['a.c', 'abc'],
        ['%', 'a'],
        ['_', 'a'],
        ['☃*', '☃☃'],
      ] as const) {
        await store.set(key(`${prefix}:1`), 'inside', undefined)
        await store.set(key(`${stranger}:1`), 'outside', undefined)
        await store.clear(key(prefix))
        assert.equal(await store.exists(key(`${prefix}:1`)), false, prefix)
        assert.equal(await store.get(key(`${stranger}:1`), TEXT), 'outside', prefix)
      }
    },
  ],
  [
    'clear removes ten thousand keys among others, and nothing where there is none',
    async ({ store, key }) => {
      await store.clear(key('many:'))
      const inside = times(MANY, (index) => [key(`many:${index}`), 'value'] as const)
      const outside = times(1000, (index) => [key(`kept:${index}`), 'value'] as const)
      await store.setMany(inside, HOUR_MS)
      await store.setMany(outside, undefined)
      await store.clear(key('many:'))
      const [left, kept] = [
        await store.getMany(
          inside.map(([one]) => one),
          TEXT,
        ),
        await store.deleteMany(outside.map(([one]) => one)),
      ]
      assert.equal(left.filter((value) => value !== undefined).length, 0)
      assert.equal(kept, 1000)
    },
  ],
  [
    'clear takes the times to live along',
    async ({ store, key, wait }) => {
      await store.set(key('p:1'), 'old', SHORT_MS)
      await store.clear(key('p:'))
      await store.set(key('p:1'), 'new', undefined)
      await wait(LONG_MS)
      assert.equal(await store.get(key('p:1'), TEXT), 'new')
    },
  ],
  [
    'compareAndSet replaces what is as expected, text and bytes by content',
    async ({ store, key }) => {
      for (const text of ['value', '', '1']) {
        await store.set(key(text), text, undefined)
        assert.equal(await store.compareAndSet(key(text), text, 'new', undefined), true)
        assert.equal(await store.get(key(text), TEXT), 'new')
      }
      await store.set(key('bytes'), bytes(0, 0xff, 1), undefined)
      assert.equal(await store.compareAndSet(key('bytes'), bytes(0, 0xff, 1), bytes(0xfe), HOUR_MS), true)
      assertBytes(await store.get(key('bytes'), null), bytes(0xfe))
      assert.equal(await store.compareAndSet(key('bytes'), await store.get(key('bytes'), null), bytes(1), 'keep'), true)
      assertBytes(await store.get(key('bytes'), null), bytes(1))
    },
  ],
  [
    'compareAndSet leaves alone what is not as expected, and makes no key',
    async ({ store, key }) => {
      await store.set(key('text'), '1', undefined)
      for (const expected of ['2', '', '01', '1 ', '11', undefined]) {
        assert.equal(await store.compareAndSet(key('text'), expected, 'new', undefined), false, String(expected))
      }
      assert.equal(await store.get(key('text'), TEXT), '1')
      await store.set(key('bytes'), bytes(0, 0xff), undefined)
      for (const expected of [bytes(0, 0xfe), bytes(0), bytes(0, 0xff, 0), bytes()]) {
        assert.equal(await store.compareAndSet(key('bytes'), expected, bytes(1), 'keep'), false)
      }
      assertBytes(await store.get(key('bytes'), null), bytes(0, 0xff))
      for (const ttlMs of [undefined, HOUR_MS, 'keep'] as const) {
        assert.equal(await store.compareAndSet(key('none'), 'value', 'new', ttlMs), false)
        assert.equal(await store.compareAndSet(key('none'), '', 'new', ttlMs), false)
        assert.equal(await store.exists(key('none')), false)
      }
    },
  ],
  [
    'compareAndSet with undefined expected sets only a key that is missing',
    async ({ store, key }) => {
      for (const ttlMs of [undefined, HOUR_MS, 'keep'] as const) {
        assert.equal(await store.compareAndSet(key(`${ttlMs}`), undefined, 'first', ttlMs), true)
        assert.equal(await store.compareAndSet(key(`${ttlMs}`), undefined, 'second', ttlMs), false)
        assert.equal(await store.get(key(`${ttlMs}`), TEXT), 'first')
      }
      await store.set(key('empty'), '', undefined)
      assert.equal(await store.compareAndSet(key('empty'), undefined, 'new', undefined), false)
    },
  ],
  [
    'compareAndSet gives a time to live, removes it, or keeps what is left of it',
    async ({ store, key, wait }) => {
      await store.set(key('given'), 'old', undefined)
      assert.equal(await store.compareAndSet(key('given'), 'old', 'new', SHORT_MS), true)
      await store.set(key('removed'), 'old', STEADY_MS)
      assert.equal(await store.compareAndSet(key('removed'), 'old', 'new', undefined), true)
      await store.set(key('kept'), 'old', STEADY_MS)
      assert.equal(await store.compareAndSet(key('kept'), 'old', 'new', 'keep'), true)
      await store.set(key('none to keep'), 'old', undefined)
      assert.equal(await store.compareAndSet(key('none to keep'), 'old', 'new', 'keep'), true)
      assert.equal(await store.compareAndSet(key('made'), undefined, 'new', SHORT_MS), true)
      assert.equal(await store.compareAndSet(key('made to keep'), undefined, 'new', 'keep'), true)
      await store.set(key('refused'), 'old', STEADY_MS)
      assert.equal(await store.compareAndSet(key('refused'), 'other', 'new', HOUR_MS), false)
      await wait(LONGER_MS)
      const names = ['given', 'removed', 'kept', 'none to keep', 'made', 'made to keep', 'refused']
      assert.deepEqual(
        [...(await store.getMany(names.map(key), TEXT))],
        [undefined, 'new', undefined, 'new', undefined, 'new', undefined],
      )
    },
  ],
  [
    'of many compareAndSets from one value at once exactly one succeeds, and its value stays',
    async ({ store, key }) => {
      for (const expected of ['old', undefined]) {
        const one = key(`${expected}`)
        if (expected !== undefined) await store.set(one, expected, HOUR_MS)
        const replaced = await Promise.all(
          times(30, async (index) => store.compareAndSet(one, expected, `new ${index}`, 'keep')),
        )
        assert.equal(replaced.filter(Boolean).length, 1)
        assert.equal(await store.get(one, TEXT), `new ${replaced.indexOf(true)}`)
      }
    },
  ],
  [
    'compareAndDelete deletes what is as expected, and nothing else',
    async ({ store, key }) => {
      await store.set(key('text'), 'token', HOUR_MS)
      assert.equal(await store.compareAndDelete(key('text'), 'other'), false)
      assert.equal(await store.compareAndDelete(key('text'), ''), false)
      assert.equal(await store.get(key('text'), TEXT), 'token')
      assert.equal(await store.compareAndDelete(key('text'), 'token'), true)
      assert.equal(await store.exists(key('text')), false)
      assert.equal(await store.compareAndDelete(key('text'), 'token'), false)
      await store.set(key('bytes'), bytes(1, 0xff), undefined)
      assert.equal(await store.compareAndDelete(key('bytes'), bytes(1)), false)
      assert.equal(await store.compareAndDelete(key('bytes'), bytes(1, 0xff)), true)
      assert.equal(await store.exists(key('bytes')), false)
    },
  ],
  [
    'of many compareAndDeletes at once exactly one succeeds',
    async ({ store, key }) => {
      await store.set(key(), 'token', HOUR_MS)
      const deleted = await Promise.all(times(30, async () => store.compareAndDelete(key(), 'token')))
      assert.equal(deleted.filter(Boolean).length, 1)
    },
  ],
  [
    'an expired entry is a missing one, in every primitive',
    async ({ store, key, wait }) => {
      const names = ['get', 'getMany', 'add', 'delete', 'deleteMany', 'exists', 'increment', 'expire', 'persist']
      const compared = ['cas', 'cas new', 'cas keep', 'cad']
      for (const name of [...names, ...compared]) await store.set(key(name), '5', SHORT_MS)
      await wait(LONG_MS)
      assert.equal(await store.get(key('get'), TEXT), undefined)
      assert.deepEqual([...(await store.getMany([key('getMany')], TEXT))], [undefined])
      assert.equal(await store.add(key('add'), 'new', undefined), true)
      assert.equal(await store.delete(key('delete')), false)
      assert.equal(await store.deleteMany([key('deleteMany')]), 0)
      assert.equal(await store.exists(key('exists')), false)
      assert.equal(await store.increment(key('increment'), 1, '1'), 1)
      assert.equal(await store.expire(key('expire'), HOUR_MS), false)
      assert.equal(await store.get(key('expire'), TEXT), undefined)
      assert.equal(await store.expire(key('persist'), undefined), false)
      assert.equal(await store.get(key('persist'), TEXT), undefined)
      assert.equal(await store.compareAndSet(key('cas'), '5', 'new', undefined), false)
      assert.equal(await store.compareAndSet(key('cas new'), undefined, 'new', undefined), true)
      assert.equal(await store.compareAndSet(key('cas keep'), undefined, 'new', 'keep'), true)
      assert.equal(await store.compareAndDelete(key('cad'), '5'), false)
      await wait(LONG_MS)
      const made = await store.getMany([key('add'), key('increment'), key('cas new'), key('cas keep')], TEXT)
      assert.deepEqual([...made], ['new', '1', 'new', 'new'], 'what was made anew has no time to live')
    },
  ],
  [
    'raw rejects or throws for a command that the store does not have',
    async ({ store }) => {
      await rejectionOf((async () => store.raw('no-such-command', [], TEXT))())
    },
  ],
]

/** Whether it was refused. */
async function attempt(action: () => unknown): Promise<boolean> {
  try {
    await action()
    return false
  } catch {
    return true
  }
}
