import type { BaseSerializer, Encoding } from '@pycached/core'
import { NullSerializer } from '@pycached/serializer-null'
import { expectTypeOf, test } from 'vitest'

test('a NullSerializer takes and gives anything', () => {
  expectTypeOf<NullSerializer>().toExtend<BaseSerializer>()
  expectTypeOf(new NullSerializer().encoding).toEqualTypeOf<Encoding>()
  expectTypeOf(new NullSerializer().dumps(1)).toBeUnknown()
  expectTypeOf(new NullSerializer().loads('1')).toBeUnknown()
})

test('its encoding is text or bytes, and there is no other option', () => {
  new NullSerializer({ encoding: null })
  new NullSerializer({ encoding: 'utf-8' })
  new NullSerializer({ encoding: undefined })
  // @ts-expect-error Stores know no other encoding.
  new NullSerializer({ encoding: 'latin-1' })
  // @ts-expect-error There is no such option.
  new NullSerializer({ encode: null })
})
