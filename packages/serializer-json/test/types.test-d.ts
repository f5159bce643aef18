import type { BaseSerializer, Encoding, Serializer } from '@pycached/core'
import { JsonSerializer } from '@pycached/serializer-json'
import { expectTypeOf, test } from 'vitest'

test('a JsonSerializer is a serializer that writes text and reads whatever a store may hold', () => {
  expectTypeOf<JsonSerializer>().toExtend<BaseSerializer>()
  expectTypeOf<JsonSerializer>().toExtend<Serializer>()
  expectTypeOf(new JsonSerializer().encoding).toEqualTypeOf<Encoding>()
  expectTypeOf(new JsonSerializer().dumps(1)).toBeString()
  expectTypeOf(new JsonSerializer().loads('1')).toBeUnknown()
})

test('its options are checked at compile time', () => {
  new JsonSerializer({ bigIntegers: 'bigint' })
  new JsonSerializer({ bigIntegers: undefined })
  // @ts-expect-error Not one of the three.
  new JsonSerializer({ bigIntegers: 'string' })
  // @ts-expect-error There is no such option.
  new JsonSerializer({ bigInts: 'bigint' })
  expectTypeOf(new JsonSerializer().bigIntegers).toEqualTypeOf<'number' | 'bigint' | 'error'>()
})
