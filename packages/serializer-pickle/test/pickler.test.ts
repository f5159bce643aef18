import { PickleSerializer } from '@pycached/serializer-pickle'
import { describe, expect, test } from 'vitest'
import { decodeBytes, type EncodedBytes, leftOut, sharedFile } from '../../../test/support/shared.js'

const serializer = new PickleSerializer()
const hexOf = (value: unknown) => Buffer.from(serializer.dumps(value)).toString('hex')
const tripped = (value: unknown) => serializer.loads(serializer.dumps(value))

describe('what is written', () => {
  test.each([
    ['None, without a frame', null, '80044e2e'],
    ['one byte for small integers', 7, '80044b072e'],
    ['two bytes', 65_535, '80049504000000000000004dffff2e'],
    ['four bytes', -1, '80049506000000000000004affffffff2e'],
    ['LONG1 from 32 bits on', 2 ** 31, '80049508000000000000008a0500000080002e'],
    ['minus zero as a float', -0, '8004950a000000000000004780000000000000002e'],
    ['an integer beyond the safe ones as the float that it is', 2 ** 53, '8004950a000000000000004743400000000000002e'],
    ['a small BigInt as LONG4 of eight bytes', 5n, '8004950e000000000000008b0800000005000000000000002e'],
    ['a large BigInt as CPython writes it', 2n ** 64n, '8004950c000000000000008a090000000000000000012e'],
    ['a lone surrogate as three bytes', '\ud800', '80049507000000000000008c03eda080942e'],
    ['a dict of one item', { a: 1 }, '8004950a000000000000007d948c0161944b01732e'],
  ])('is %s', (_title, value, hex) => {
    expect(hexOf(value)).toBe(hex)
  })

  test('mentions a repeated text, object or class once', () => {
    const dates = Array.from({ length: 100 }, (_, i) => ({ created: new Date(i), kind: 'some kind of text' }))
    const pickle = Buffer.from(serializer.dumps(dates))
    for (const once of ['created', 'some kind', 'timedelta']) {
      expect(pickle.toString('latin1').split(once)).toHaveLength(2)
    }
  })

  test('has frames of 64 KiB, and long text outside of them', () => {
    const pickle = serializer.dumps([Array.from({ length: 60_000 }, (_, i) => i), 'x'.repeat(70_000), 1])
    const view = new DataView(pickle.buffer)
    const frames: number[] = []
    for (let at = 2; pickle[at] === 0x95 && frames.length < 2; at += 9 + view.getUint32(at + 1, true)) {
      frames.push(view.getUint32(at + 1, true))
    }
    expect(frames).toHaveLength(2)
    expect(frames.every((length) => length >= 65_536 && length < 66_000)).toBe(true)
  })

  test('keeps objects without a prototype, and leaves out symbols and what is not enumerable', () => {
    const value = Object.assign(Object.create(null), { a: 1, [Symbol('s')]: 2 }) as object
    Object.defineProperty(value, 'hidden', { value: 3 })
    expect(tripped(value)).toStrictEqual({ a: 1 })
  })
})

describe('members of sets and keys of maps', () => {
  test('keep their type and identity, whatever they are', () => {
    const key = { id: 1 }
    const list: unknown[] = [1]
    const set = new Set<unknown>([key, list])
    list.push(set)
    const [first, map, second] = tripped([
      key,
      new Map<unknown, unknown>([
        [key, 'object'],
        [set, 'set'],
      ]),
      list,
    ]) as [object, Map<unknown, unknown>, unknown[]]
    expect(map.get(first)).toBe('object')
    const innerSet = second[1] as Set<unknown>
    expect(innerSet.has(first)).toBe(true)
    expect(innerSet.has(second)).toBe(true)
    expect(map.get(innerSet)).toBe('set')
  })

  test('are two where JavaScript has two, also if they are equal', () => {
    expect((tripped(new Set([[1], [1], {}, {}])) as Set<unknown>).size).toBe(4)
    expect(
      tripped(
        new Map<unknown, unknown>([
          [1, 'int'],
          [true, 'bool'],
          ['1', 'text'],
          [1n, 'big'],
        ]),
      ),
    ).toStrictEqual(
      new Map<unknown, unknown>([
        [1, 'int'],
        [true, 'bool'],
        ['1', 'text'],
        [1n, 'big'],
      ]),
    )
  })

  test('are not searched for ever where they share their parts', () => {
    let part: unknown[] = [1]
    for (let i = 0; i < 7; i++) part = Array.from({ length: 100 }, () => part)
    expect((tripped(new Set([part])) as Set<unknown>).size).toBe(1)
  })
})

const golden = sharedFile<{
  dumps: readonly { serializer: string; input: string; dumps?: EncodedBytes }[]
}>('golden/serializers.json')
if (golden === undefined) leftOut('golden/serializers.json', 'equality with the bytes that CPython writes')
else {
  test('what has one meaning in both languages is written as CPython writes it, byte for byte', () => {
    const same = golden.dumps
      .filter(({ serializer: writer, dumps }) => writer === 'pickle_p4' && dumps !== undefined)
      .filter(({ dumps }) => {
        const bytes = decodeBytes(dumps as EncodedBytes)
        try {
          return Buffer.compare(serializer.dumps(serializer.loads(bytes)), bytes) === 0
        } catch {
          return false
        }
      })
    expect(same).toHaveLength(69)
    const inputs = same.map(({ input }) => input)
    expect(inputs).toEqual(
      expect.arrayContaining([
        'list_1001',
        'dict_1001',
        'int_2p31',
        'int_200digits',
        'bytes_70000',
        'ordereddict',
        'cyclic_dict',
      ]),
    )
  })
}
