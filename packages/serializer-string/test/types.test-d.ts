import type { BaseSerializer, Encoding } from '@pycached/core'
import { StringSerializer } from '@pycached/serializer-string'
import { expectTypeOf, test } from 'vitest'

test('a StringSerializer writes and reads text', () => {
  expectTypeOf<StringSerializer>().toExtend<BaseSerializer>()
  expectTypeOf(new StringSerializer().encoding).toEqualTypeOf<Encoding>()
  expectTypeOf(new StringSerializer().dumps(1)).toBeString()
  expectTypeOf(new StringSerializer().loads('1')).toBeString()
})

test('it takes no options', () => {
  // @ts-expect-error There is no such option.
  new StringSerializer({ encoding: 'utf-8' })
})
