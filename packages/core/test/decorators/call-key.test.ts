import { InvalidArgumentError } from '@pycached/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { argumentsKey } from '../../src/decorators/call-key.js'

const key = (...args: unknown[]) => argumentsKey(args, 'load')

test('keys are readable', () => {
  expect(key()).toBe('')
  expect(key(1, 'a', true, null)).toBe('1,"a",true,null')
  expect(key({ b: [1, 'x'], a: { c: null } })).toBe('{"a":{"c":null},"b":[1,"x"]}')
  expect(key(new Date(0), 12n, undefined)).toBe('Date(1970-01-01T00:00:00.000Z),12n,undefined')
  expect(key(new Map([['a', 1]]), new Set([1, 2]), Uint8Array.of(1, 255))).toBe('Map{"a":1},Set{1,2},Uint8Array[1,255]')
})

test('arguments that differ in kind or place give different keys', () => {
  const lists: unknown[][] = [
    [],
    [undefined],
    [undefined, undefined],
    [null],
    ['null'],
    ['undefined'],
    [''],
    [0],
    [-0],
    ['0'],
    [0n],
    [false],
    [Number.NaN],
    ['NaN'],
    [Number.POSITIVE_INFINITY],
    [Number.NEGATIVE_INFINITY],
    ['m', 'oo'],
    ['mo', 'o'],
    ['m,oo'],
    ['m","oo'],
    ['\ud800'],
    ['\ufffd'],
    [1, 2],
    [[1, 2]],
    [[1], 2],
    [[1, [2]]],
    [[]],
    [[undefined]],
    [new Array(1)],
    [new Array(2)],
    [[null]],
    [{}],
    [{ a: undefined }],
    [{ a: 1 }],
    [{ a: '1' }],
    [new Map([['a', 1]])],
    [new Map()],
    [new Set()],
    [new Set(['a', 1])],
    [new Set([['a', 1]])],
    [new Date(Number.NaN)],
    [new Date(1)],
    ['Date(NaN)'],
    [new Date(1).toISOString()],
    [Uint8Array.of(1)],
    [Int8Array.of(1)],
    [Float64Array.of(-0)],
    [Float64Array.of(0)],
    [BigInt64Array.of(1n)],
    [Uint8Array.of(1).buffer],
    [Uint8Array.of(1, 0)],
  ]
  const keys = lists.map((list) => key(...list))
  expect(new Set(keys).size).toBe(keys.length)
})

test('order counts in lists, not in objects, maps and sets', () => {
  expect(key({ a: 1, b: 2 })).toBe(key({ b: 2, a: 1 }))
  expect(
    key(
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
    ),
  ).toBe(
    key(
      new Map([
        ['b', 2],
        ['a', 1],
      ]),
    ),
  )
  expect(key(new Set([1, 2]))).toBe(key(new Set([2, 1])))
  expect(key([1, 2])).not.toBe(key([2, 1]))
  expect(key(Object.assign(Object.create(null), { a: 1 }))).toBe(key({ a: 1 }))
  expect(key(Buffer.from([1]))).toBe(key(Uint8Array.of(1)))
})

const circular: unknown[] = [1]
circular.push({ circular })
const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)])

test.each([
  ['a function', () => 1],
  ['a symbol', Symbol('s')],
  ['an instance of Money', new (class Money {})()],
  ['an instance of Mine', new (class Mine extends Map {})()],
  ['an instance of Row', new (class Row extends Array {})()],
  ['an instance of Promise', Promise.resolve(1)],
  ['an instance of WeakMap', new WeakMap()],
  ['an instance of DataView', new DataView(new ArrayBuffer(1))],
  ['an instance of Error', new Error('no')],
  ['an instance of String', Object('boxed')],
  ['an instance of', Object.create({ inherited: 1 })],
  ['a cycle', circular],
  ['more than 200 levels', deep(1000)],
  ['a property named by a symbol', { [Symbol.for('x')]: 1 }],
  ['an array with properties of its own', Object.assign([1], { extra: 1 })],
  ['an array with properties of its own', Object.assign([1, 2], { '-1': 1 })],
  ['an array with properties of its own', Object.assign([1, 2], { '1.5': 1 })],
])('%s has no canonical form, also inside', (what, value) => {
  for (const args of [
    [1, value],
    [1, { deep: [value] }],
    [1, new Map([['k', value]])],
  ]) {
    expect(() => argumentsKey(args, 'load')).toThrow(InvalidArgumentError)
    expect(() => argumentsKey(args, 'load')).toThrow(`argument 2 of load cannot be part of a key, for it has ${what}`)
  }
})

test('an object that stands twice is no cycle', () => {
  const shared = { a: 1 }
  expect(key(shared, [shared, shared])).toBe('{"a":1},[{"a":1},{"a":1}]')
})

const leaf = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', ',', '"', '[', ']', '{"a":1}', '1', 'null', 'hole', 'NaN'),
  fc.integer(),
  fc.double(),
  fc.bigInt(),
  fc.boolean(),
  fc.constantFrom(null, undefined, -0, 0, Number.NaN),
  fc.date({ noInvalidDate: false }),
  fc.uint8Array({ maxLength: 3 }),
  fc.int16Array({ maxLength: 3 }),
)
const { value: argument } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, leaf, tie('list'), tie('record'), tie('map'), tie('set')),
  list: fc.oneof(fc.array(tie('value'), { maxLength: 3 }), fc.sparseArray(tie('value'), { maxLength: 3 })),
  record: fc.dictionary(fc.string(), tie('value'), { maxKeys: 3 }),
  map: fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 2 }).map((pairs) => new Map(pairs)),
  set: fc.array(tie('value'), { maxLength: 3 }).map((items) => new Set(items)),
}))
const list = fc.array(argument, { maxLength: 4 })

/** Another description of what makes arguments equal, which shares nothing with the keys: an ordered tree of tagged leaves. */
function same(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b)
  if (Object.prototype.toString.call(a) !== Object.prototype.toString.call(b)) return false
  if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime())
  if (a instanceof Set && b instanceof Set) return sameUnordered([...a], [...b])
  if (a instanceof Map && b instanceof Map) return sameUnordered([...a], [...b])
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((_, i) => i in b && same(a[i], b[i])) && b.every((_, i) => i in a)
  }
  if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b)) return Buffer.from(a.buffer).equals(Buffer.from(b.buffer))
  return sameUnordered(Object.entries(a), Object.entries(b))
}

function sameUnordered(a: unknown[], b: unknown[]): boolean {
  if (a.length !== b.length) return false
  const left = [...b]
  return a.every((one) => {
    const index = left.findIndex((other) => same(one, other))
    if (index >= 0) left.splice(index, 1)
    return index >= 0
  })
}

test('two lists of arguments have one key exactly if they are equal', () => {
  fc.assert(
    fc.property(list, list, (a, b) => {
      expect(key(...a) === key(...b)).toBe(same(a, b))
    }),
    { numRuns: 1000 },
  )
  // Equal lists are rare among random ones: they are made here.
  fc.assert(
    fc.property(list, (a) => {
      expect(key(...structuredClone(a))).toBe(key(...a))
    }),
    { numRuns: 300 },
  )
  // And lists that differ in one place only.
  fc.assert(
    fc.property(list, fc.nat(4), argument, (a, index, other) => {
      const b = [...a]
      b[Math.min(index, a.length)] = other
      expect(key(...a) === key(...b)).toBe(same(a, b))
    }),
    { numRuns: 1000 },
  )
})
