/** Hostile MessagePack: refused at once, or harmless. */
import { DeserializationError } from '@pycached/core'
import { MsgPackSerializer } from '@pycached/serializer-msgpack'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { leftOut, sharedFile } from '../../../test/support/shared.js'
import { storable } from './arbitrary.js'

interface Malicious {
  msgpack: { id: string; recipe: [hex: string, times: number][]; require: string }[]
}

const serializer = new MsgPackSerializer()

const outcomes: Record<string, unknown> = {
  array32_huge: DeserializationError,
  map32_huge: DeserializationError,
  str32_huge: DeserializationError,
  ext32_huge: DeserializationError,
  map_array_key: new Map([[[1, 2], true]]),
  int_key_vs_str_key: new Map<unknown, unknown>([
    ['1', 1],
    [1, 'a'],
  ]),
  ext_unknown: DeserializationError,
  timestamp_ns_overflow: DeserializationError,
}

const malicious = sharedFile<Malicious>('golden/malicious.json')
if (malicious === undefined) leftOut('golden/malicious.json', 'hostile MessagePack')
else {
  test('every hostile payload has its outcome here', () => {
    expect(malicious.msgpack.map(({ id }) => id)).toEqual(Object.keys(outcomes))
  })

  test.each(malicious.msgpack)('$id is $require', ({ id, recipe, require }) => {
    const bytes = Buffer.concat(recipe.map(([hex, times]) => Buffer.from(hex.repeat(times), 'hex')))
    const outcome = outcomes[id]
    if (outcome === DeserializationError) expect(() => serializer.loads(bytes)).toThrow(DeserializationError)
    else expect(serializer.loads(bytes)).toEqual(outcome)
    if (require === 'reject') expect(outcome).toBe(DeserializationError)
  })
}

test.each([
  ['nothing', '', 'less than it declares'],
  ['the byte 0xc1', '91c1', '0xc1'],
  ['a second value', '0102', 'more bytes follow'],
  ['an array that ends early', '9301', 'less than it declares'],
  ['a map without its last value', '82a16101a162', 'less than it declares'],
  ['a number that ends early', 'cb3ff0', 'less than it declares'],
  ['text that ends early', 'da0005616263', 'less than it declares'],
  ['text that is no UTF-8', 'a2c328', 'no UTF-8'],
  ['long text that is no UTF-8', `d940${'61'.repeat(63)}ff`, 'no UTF-8'],
  ['a surrogate in UTF-8', 'a3eda080', 'no UTF-8'],
  ['a key that is no UTF-8', '81a1ff01', 'no UTF-8'],
  ['an unknown extension', 'd40500', 'extension type 5'],
  ['an extension that records structures', 'd4724091a161', 'extension type 114'],
  ['an extension for undefined', 'd40000', 'extension type 0'],
  ['an extension reserved by the format', 'd4fe00', 'extension type -2'],
  ['a timestamp of one byte', 'd4ff00', 'a timestamp that is none'],
  ['a timestamp that is none', 'c700ff', 'a timestamp that is none'],
  ['a billionth nanosecond', 'd7ffee6b280065920080', 'a timestamp that is none'],
  ['a billionth nanosecond in 96 bits', 'c70cff3b9aca000000000000000000', 'a timestamp that is none'],
  ['a time beyond every Date', 'c70cff000000007fffffffffffffff', 'a timestamp that is none'],
])('%s is an error that says so', (_name, hex, message) => {
  const bytes = Uint8Array.from(Buffer.from(hex, 'hex'))
  expect(() => serializer.loads(bytes)).toThrow(DeserializationError)
  expect(() => serializer.loads(bytes)).toThrow(message)
})

test('the key __proto__ stays a key, in objects and in Maps', () => {
  const object = serializer.loads(Buffer.from('81a95f5f70726f746f5f5f81a8706f6c6c75746564c3', 'hex')) as object
  expect(Object.keys(object)).toEqual(['__proto__'])
  expect(Object.getPrototypeOf(object)).toBe(Object.prototype)
  expect((object as { polluted?: unknown }).polluted).toBeUndefined()
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  const map = serializer.loads(Buffer.from('82a95f5f70726f746f5f5f010203', 'hex'))
  expect(map).toEqual(
    new Map<unknown, unknown>([
      ['__proto__', 1],
      [2, 3],
    ]),
  )
})

test('512 levels are read and written, one more is refused, in arrays and in maps', () => {
  const arrays = (levels: number) => Buffer.from(`${'91'.repeat(levels)}c0`, 'hex')
  const maps = (levels: number) => Buffer.from(`${'81a161'.repeat(levels)}c0`, 'hex')
  for (const nested of [arrays, maps]) {
    const value = serializer.loads(nested(512))
    expect(Buffer.from(serializer.dumps(value)).equals(nested(512))).toBe(true)
    expect(() => serializer.loads(nested(513))).toThrow('more than 512')
    expect(() => serializer.loads(nested(1_000_000))).toThrow(DeserializationError)
    expect(() => serializer.dumps([value])).toThrow('more than 512')
  }
})

test('arrays that each declare all the rest cost no memory', () => {
  // 500 arrays of 4 million elements each, inside one another: allocated as declared they would take 16 GB.
  const declared = 4_000_000
  const bytes = Buffer.concat([Buffer.from('dd003d0900'.repeat(500), 'hex'), Buffer.alloc(declared)])
  const before = process.memoryUsage().heapUsed
  expect(() => serializer.loads(bytes)).toThrow(DeserializationError)
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(400 * 2 ** 20)
})

test('any bytes are a value or a DeserializationError', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), isHarmless), { numRuns: 5000 })
})

test('bytes with any of them changed, cut or repeated are a value or a DeserializationError', () => {
  const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }))
  fc.assert(
    fc.property(
      storable,
      fc.array(change, { maxLength: 4 }),
      fc.integer({ min: -3, max: 3 }),
      (value, changes, tail) => {
        const bytes = serializer.dumps(value)
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte
        const longer = new Uint8Array(Math.max(0, bytes.length + tail))
        longer.set(bytes.subarray(0, longer.length))
        isHarmless(longer)
      },
    ),
    { numRuns: 2000 },
  )
})

function isHarmless(bytes: Uint8Array): void {
  try {
    serializer.loads(bytes)
  } catch (error) {
    expect(error).toBeInstanceOf(DeserializationError)
  }
}
