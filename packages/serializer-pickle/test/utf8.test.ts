import { PickleSerializer } from '@pycached/serializer-pickle'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { text } from './support/arbitraries.js'

const serializer = new PickleSerializer()
const load = (hex: string) => serializer.loads(Uint8Array.from(Buffer.from(`80048c${hex}2e`, 'hex')))

describe('text', () => {
  test('is UTF-8 as the platform has it, where there are no lone surrogates', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), (value) => {
        const pickle = Buffer.from(serializer.dumps(value))
        expect(pickle.includes(Buffer.from(value, 'utf8'))).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  test('comes back as it was, with lone surrogates and byte order marks', () => {
    const cases = [
      '\ufeffbom',
      'x\ud800',
      '\udc00\ud800',
      `${'long enough for the platform'}\udfff${'é'.repeat(40)}\ud83d`,
    ]
    for (const value of cases) expect(serializer.loads(serializer.dumps(value))).toBe(value)
    fc.assert(fc.property(text, (value) => serializer.loads(serializer.dumps(value)) === value))
  })

  test('with two surrogates apart in Python is the pair that it looks like', () => {
    expect(load('06eda0bdedb880')).toBe('😀')
  })

  test.each([
    ['overlong', '02c080'],
    ['cut off', '01c3'],
    ['five bytes for one character', '05f888808080'],
    ['beyond the last character', '04f4908080'],
    ['a surrogate beside something else that is wrong', '05eda080c080'],
    ['half a surrogate', '02eda0'],
  ])('that is no UTF-8 is refused: %s', (_title, hex) => {
    expect(() => load(hex)).toThrow(/text that is not UTF-8/)
  })
})
