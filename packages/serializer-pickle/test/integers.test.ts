import { PickleSerializer } from '@pycached/serializer-pickle'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bigint } from './support/arbitraries.js'

const serializer = new PickleSerializer()
const tripped = (value: unknown) => serializer.loads(serializer.dumps(value))
const load = (hex: string) => serializer.loads(Uint8Array.from(Buffer.from(`8004${hex}2e`, 'hex')))

test('a BigInt comes back as one, and a number as a number, however large or small', () => {
  fc.assert(
    fc.property(bigint, (value) => Object.is(tripped(value), value)),
    { numRuns: 3000 },
  )
  fc.assert(
    fc.property(
      fc.maxSafeInteger(),
      (value) => Object.is(tripped(value), value) && Object.is(tripped(BigInt(value)), BigInt(value)),
    ),
    { numRuns: 3000 },
  )
})

describe('an integer that others wrote', () => {
  test.each([
    ['no bytes at all', '8a00', 0],
    ['one byte, negative', '8a01ff', -1],
    ['LONG1 with more bytes than needed', '8a080500000000000000', 5],
    ['four bytes', '8a04ffffff7f', 2_147_483_647],
    ['the largest safe one', '8a07ffffffffffff1f', Number.MAX_SAFE_INTEGER],
    ['the first that is not safe', '8a0700000000000020', 2n ** 53n],
    ['eight bytes, negative', '8a080000000000000080', -(2n ** 63n)],
    ['nine bytes', '8a09000000000000008000', 2n ** 63n],
    ['nine bytes that are a small number', '8a09050000000000000000', 5],
    ['LONG4 in its shortest form', '8b010000007f', 127],
  ])('is a number when safe, else a BigInt: %s', (_title, hex, value) => {
    expect(load(hex)).toBe(value)
  })

  test('is a BigInt where LONG4 has a byte too many, which is how it is marked', () => {
    expect(load('8b020000000500')).toBe(5n)
    expect(load('8b0100000000')).toBe(0n)
    expect(load('8b02000000ffff')).toBe(-1n)
  })

  test('of more than 65,536 bytes is refused', () => {
    expect(() => load(`8b01000100${'7f'.repeat(65_537)}`)).toThrow(/more than 65536 bytes/)
    expect(typeof load(`8b00000100${'7f'.repeat(65_536)}`)).toBe('bigint')
  })
})
