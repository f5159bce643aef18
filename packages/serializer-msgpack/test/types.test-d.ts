import type { BaseSerializer } from '@pycached/core'
import { MsgPackSerializer } from '@pycached/serializer-msgpack'
import { expectTypeOf, test } from 'vitest'

test('a MsgPackSerializer writes bytes and reads whatever a store may hold', () => {
  expectTypeOf<MsgPackSerializer>().toExtend<BaseSerializer>()
  expectTypeOf(new MsgPackSerializer().encoding).toEqualTypeOf<null>()
  expectTypeOf(new MsgPackSerializer().dumps(1)).toExtend<Uint8Array>()
  expectTypeOf(new MsgPackSerializer().loads(new Uint8Array())).toBeUnknown()
})

test('it takes no options', () => {
  // @ts-expect-error There is no such option.
  new MsgPackSerializer({ useRecords: true })
})
