import { InvalidArgumentError } from '@pycached/core'
import { NullSerializer } from '@pycached/serializer-null'
import fc from 'fast-check'
import { expect, test } from 'vitest'

test('any value is handed on as it is, both ways, whatever the encoding', () => {
  for (const serializer of [new NullSerializer(), new NullSerializer({ encoding: null })]) {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true }),
        (value) => {
          expect(serializer.dumps(value)).toBe(value)
          expect(serializer.loads(value)).toBe(value)
        },
      ),
    )
  }
})

test('functions, symbols, instances and cycles keep their identity', () => {
  class Point {}
  const cycle: unknown[] = []
  cycle.push(cycle)
  const serializer = new NullSerializer()
  for (const value of [() => 1, Symbol('s'), new Point(), cycle]) {
    expect(serializer.loads(serializer.dumps(value))).toBe(value)
  }
})

test('a store of text and bytes is asked for text, or for bytes with the encoding null', () => {
  expect(new NullSerializer().encoding).toBe('utf-8')
  expect(new NullSerializer({}).encoding).toBe('utf-8')
  expect(new NullSerializer({ encoding: undefined }).encoding).toBe('utf-8')
  expect(new NullSerializer({ encoding: null }).encoding).toBeNull()
})

test('an unknown option is refused, naming the known one', () => {
  expect(() => new NullSerializer({ encodin: null } as never)).toThrow(InvalidArgumentError)
  expect(() => new NullSerializer({ encodin: null } as never)).toThrow(
    "NullSerializer has no option 'encodin': did you mean encoding? It knows encoding",
  )
})

test.each(['latin-1', 'utf8', false, 0])('the encoding %o is refused, naming the right ones', (encoding) => {
  expect(() => new NullSerializer({ encoding: encoding as never })).toThrow(InvalidArgumentError)
  expect(() => new NullSerializer({ encoding: encoding as never })).toThrow(
    "'utf-8' (the store gives text) or null (bytes)",
  )
})
