import { createContext, runInContext } from 'node:vm'
import { SerializationError } from '@pycached/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SimpleMemoryCache } from '../src/index.js'
import { roughSizeOf, sizeOf } from '../src/size-of.js'

/** How much of the bound a cache gives to a value: it is accepted with that much, and refused with a byte less. */
async function countedBytes(value: unknown): Promise<number> {
  let least = 1
  let most = 2 ** 31
  while (least < most) {
    const middle = Math.floor((least + most) / 2)
    const cache = new SimpleMemoryCache({ maxBytes: middle })
    const isKept = await cache.set('key', value).catch((error: unknown) => {
      expect(error).toBeInstanceOf(SerializationError)
      return false
    })
    if (isKept) most = middle
    else least = middle + 1
  }
  return least
}

test.each<[text: string, bytes: number]>([
  ['a', 1],
  ['ab\u0000', 3],
  ['é', 2],
  ['€', 3],
  ['😀', 4],
  ['a😀é', 7],
  ['\uD83D', 3],
  ['\uDE00', 3],
  ['\uDE00\uD83D', 6],
  ['👨‍👩‍👧', 18],
])('the text %j counts as its %d bytes of UTF-8, a lone surrogate as what stands for it', async (text, bytes) => {
  expect(await countedBytes(text)).toBe(bytes)
  expect(sizeOf('')).toBe(0)
})

test('text counts as its bytes of UTF-8, whatever it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(sizeOf(text)).toBe(new TextEncoder().encode(text).length)
    }),
  )
})

const buffer = new ArrayBuffer(64)

test.each<[kind: string, value: unknown, bytes: number]>([
  ['a Uint8Array', new Uint8Array(5), 5],
  ['a Buffer', Buffer.from('€uro'), 6],
  ['a Float64Array', new Float64Array(3), 24],
  ['a DataView', new DataView(buffer, 8, 10), 10],
  ['a view of a part of a buffer', new Uint8Array(buffer, 4, 7), 7],
  ['an ArrayBuffer', buffer, 64],
  ['a view of shared memory', new Uint8Array(new SharedArrayBuffer(9)), 9],
])('%s counts as its bytes', async (_, value, bytes) => {
  expect(await countedBytes(value)).toBe(bytes)
})

test.each([1, Number.NaN, 10n ** 50n, true, null, Symbol('one'), () => 1])('%s counts as 8 bytes', async (value) => {
  expect(await countedBytes(value)).toBe(8)
})

class Account {
  readonly owner: string
  readonly #secret = 'x'.repeat(1000)
  constructor(owner: string) {
    this.owner = owner
  }
  get secret(): string {
    return this.#secret
  }
}

test.each<[kind: string, value: unknown, least: number, most: number]>([
  ['an empty object', {}, 32, 32],
  ['an object with a text', { name: 'x'.repeat(1000) }, 1000, 1100],
  ['nested objects', { a: { b: { c: 'x'.repeat(1000) } } }, 1000, 1300],
  ['an array of numbers', Array.from({ length: 50 }, (_, index) => index), 50 * 8, 50 * 30],
  ['a large array, by its first elements', new Array(100_000).fill('x'.repeat(10)), 1_000_000, 4_000_000],
  ['a Map', new Map([['key', 'x'.repeat(1000)]]), 1000, 1200],
  ['a large Map', new Map(Array.from({ length: 10_000 }, (_, index) => [index, 'x'.repeat(10)])), 100_000, 800_000],
  ['a Set', new Set(['x'.repeat(1000)]), 1000, 1200],
  ['an instance of a class, by its own properties', new Account('x'.repeat(500)), 500, 700],
  ['a Date', new Date(), 8, 100],
  ['an object without a prototype', Object.assign(Object.create(null), { a: 'x'.repeat(100) }), 100, 250],
  [
    'a record of many',
    Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`k${index}`, 'x'.repeat(10)])),
    10_000,
    60_000,
  ],
  ['bytes in an object', { body: new Uint8Array(5000) }, 5000, 5100],
])('%s is estimated', (_, value, least, most) => {
  expect(sizeOf(value)).toBeGreaterThanOrEqual(least)
  expect(sizeOf(value)).toBeLessThanOrEqual(most)
})

interface Node {
  readonly name: string
  readonly parent: Node | undefined
  readonly children: Node[]
}

function tree(depth: number, width: number, parent?: Node): Node {
  const node: Node = { parent, children: [], name: 'x'.repeat(20) }
  if (depth > 0) node.children.push(...Array.from({ length: width }, () => tree(depth - 1, width, node)))
  return node
}

function chain(length: number): object {
  let next: object | undefined
  for (let index = 0; index < length; index++) next = { next, name: 'x'.repeat(20), index }
  return next as object
}

function nested(depth: number): unknown[] {
  const value: unknown[] = []
  let inner = value
  for (let index = 0; index < depth; index++) {
    const next: unknown[] = []
    inner.push(next, 1)
    inner = next
  }
  return value
}

const cyclic: Record<string, unknown> = { name: 'x'.repeat(100) }
cyclic.self = cyclic
cyclic.list = [cyclic, cyclic]

test.each<[kind: string, value: unknown, least: number, most: number]>([
  ['an object that refers to itself', cyclic, 200, 400],
  ['a tree whose nodes know their parents', tree(6, 3), 3000, 3_000_000],
  ['a narrow and deep tree', tree(12, 2), 3000, 3_000_000],
  ['a chain', chain(100), 2000, 10_000],
  ['a long chain', chain(5000), 2000, 1_000_000],
  ['arrays in arrays', nested(100_000), 1000, 100_000],
  ['a text that stands in it often', { list: Array(60).fill('x'.repeat(100)) }, 6000, 8000],
  ['an object that stands in it often', Array(60).fill({ text: 'x'.repeat(1000) }), 1000, 4000],
  [
    'a list of large records',
    Array.from({ length: 1000 }, () =>
      Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`k${index}`, index])),
    ),
    1_000_000,
    10_000_000,
  ],
])('the estimate of %s stays near what it takes', (_, value, least, most) => {
  expect(sizeOf(value)).toBeGreaterThanOrEqual(least)
  expect(sizeOf(value)).toBeLessThanOrEqual(most)
})

test('an estimate looks at a few elements, however many there are', () => {
  let reads = 0
  const counted = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(object, name) {
        reads++
        return Reflect.get(object, name) as unknown
      },
    })
  const wide = Object.fromEntries(
    Array.from({ length: 5000 }, (_, index) => [`k${index}`, counted({ a: 1, b: [1, 2, 3] })]),
  )
  for (const value of [
    counted(new Array(100_000).fill(1)),
    counted(wide),
    new Array(100_000).fill(counted({ a: 1 })),
  ]) {
    reads = 0
    expect(sizeOf(value)).toBeGreaterThan(0)
    expect(reads).toBeLessThan(64 * 8)
  }
})

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

test('what cannot be read counts as a number, takes nothing else along, and is stored all the same', async () => {
  const failing = {
    get bad(): never {
      throw new Error('not to be read')
    },
  }
  for (const value of [failing, revoked(), { revoked: revoked() }, [revoked()], new Map([[1, failing]])]) {
    expect(sizeOf(value)).toBeGreaterThanOrEqual(8)
    expect(sizeOf(value)).toBeLessThanOrEqual(150)
  }
  for (const value of [
    { text: 'x'.repeat(1000), failing },
    { revoked: revoked(), text: 'x'.repeat(1000) },
  ]) {
    expect(sizeOf(value)).toBeGreaterThanOrEqual(1000)
  }
  const cache = new SimpleMemoryCache({ maxBytes: 200 })
  const value = { failing, revoked: revoked() }
  expect(await cache.set('key', value)).toBe(true)
  expect(await cache.get('key')).toBe(value)
})

test('text and bytes that stand beside many small things are counted', () => {
  const header = Object.fromEntries(Array.from({ length: 70 }, (_, index) => [`k${index}`, index]))
  expect(sizeOf({ header, body: 'x'.repeat(10_000_000) })).toBeGreaterThan(10_000_000)
  expect(sizeOf({ header: Array(64).fill(0), body: new Uint8Array(50_000_000) })).toBeGreaterThan(50_000_000)
  expect(sizeOf(new SharedArrayBuffer(500))).toBe(500)
})

test('bytes of another realm are bytes', () => {
  const value = runInContext('new Uint8Array(500)', createContext()) as unknown
  expect(sizeOf(value)).toBe(500)
})

test('with the default bound alone a character counts as one byte', () => {
  expect([roughSizeOf('€'), roughSizeOf('abc'), roughSizeOf(new Uint8Array(7)), roughSizeOf(1)]).toEqual([1, 3, 7, 8])
})

test('a function of the user is asked with the value as it is stored and the complete key', async () => {
  const asked: unknown[] = []
  const cache = new SimpleMemoryCache({
    namespace: 'main',
    maxBytes: 100,
    sizeOf: (value, key) => {
      asked.push([key, value])
      return 10.5
    },
  })
  const value = { a: 1 }
  await cache.set('one', value)
  await cache.set('two', 2, { namespace: 'other' })
  await cache.increment('count')
  expect(asked).toEqual([
    ['main:one', value],
    ['other:two', 2],
    ['main:count', 1],
  ])
  for (let index = 0; index < 20; index++) await cache.set(`${index}`, 'value')
  // Parts of a byte are rounded up: 9 of 11 bytes each.
  expect(await cache.raw('size')).toBe(9)
})

test.each<[answer: unknown, named: RegExp]>([
  [-1, /0 or more; it returned -1/],
  [Number.NaN, /returned NaN/],
  [Infinity, /returned Infinity/],
  ['5', /returned string/],
  [undefined, /returned undefined/],
  [5n, /returned bigint/],
  [Promise.resolve(5), /returned object/],
])('an answer of %s is refused, and nothing is stored', async (answer, named) => {
  const cache = new SimpleMemoryCache({ sizeOf: () => answer as number })
  await expect(cache.set('key', 'value')).rejects.toThrow(SerializationError)
  await expect(cache.set('key', 'value')).rejects.toThrow(named)
  expect(await cache.exists('key')).toBe(false)
})

test('what the function throws fails the command, and nothing is stored or lost', async () => {
  let fails = false
  const cache = new SimpleMemoryCache({
    sizeOf: () => {
      if (fails) throw new Error('no idea')
      return 1
    },
  })
  await cache.set('key', 'old')
  fails = true
  const told = expect.objectContaining({ name: 'SerializationError', key: 'key', cause: new Error('no idea') })
  await expect(cache.set('key', 'new')).rejects.toEqual(told)
  await expect(
    cache.multiSet([
      ['a', 1],
      ['key', 'new'],
    ]),
  ).rejects.toThrow(/sizeOf failed/)
  expect(await cache.get('key')).toBe('old')
  expect(await cache.exists('a')).toBe(false)
})

test('a size of 0 is a size', async () => {
  const cache = new SimpleMemoryCache({ maxBytes: 1, sizeOf: () => 0 })
  for (let index = 0; index < 100; index++) await cache.set(`${index}`, 'value')
  expect(await cache.raw('size')).toBe(100)
})
