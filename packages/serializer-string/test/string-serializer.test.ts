import { DeserializationError, InvalidArgumentError, SerializationError } from '@pycached/core'
import { StringSerializer } from '@pycached/serializer-string'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { samples } from './samples.js'

const serializer = new StringSerializer()

test.each(Object.entries(samples))('%s is written as text', (_name, [value, text]) => {
  expect(serializer.dumps(value)).toBe(text)
})

test.each([
  ['an object without a prototype', Object.create(null)],
  [
    'a toString that throws',
    {
      toString: () => {
        throw new Error('own reason')
      },
    },
  ],
])('%s is refused, with the reason', (_name, value) => {
  expect(() => serializer.dumps(value)).toThrow(SerializationError)
  expect(() => serializer.dumps(value)).toThrow('String(value) throws')
})

test('any text comes back as it was, lone surrogates included', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)) }),
      (text) => serializer.loads(serializer.dumps(text)) === text,
    ),
  )
})

test('bytes are read as UTF-8, a byte order mark included', () => {
  expect(serializer.loads(new TextEncoder().encode('\ufeffZoë'))).toBe('\ufeffZoë')
})

test('bytes that are no UTF-8 are an error, whatever they are', () => {
  expect(() => serializer.loads(Uint8Array.of(0x61, 0xff))).toThrow(DeserializationError)
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const outcome = attempt(() => serializer.loads(bytes))
      if (outcome.error === undefined) expect(new TextEncoder().encode(outcome.value)).toEqual(bytes)
      else expect(outcome.error).toBeInstanceOf(DeserializationError)
    }),
  )
})

test.each([null, 1, true, {}, []])('%o in the store is neither text nor bytes, and an error', (stored) => {
  expect(() => serializer.loads(stored)).toThrow(DeserializationError)
})

describe('options', () => {
  test('are refused, since there are none', () => {
    expect(() => new StringSerializer({ encoding: 'latin-1' } as never)).toThrow(InvalidArgumentError)
    expect(() => new StringSerializer({ encoding: 'latin-1' } as never)).toThrow(
      "StringSerializer has no option 'encoding': it takes none",
    )
    expect(new StringSerializer({}).encoding).toBe('utf-8')
  })
})

function attempt(action: () => string): { value?: string; error?: unknown } {
  try {
    return { value: action() }
  } catch (error) {
    return { error }
  }
}
