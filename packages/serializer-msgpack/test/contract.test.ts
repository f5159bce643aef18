import { serializerContract } from '@pycached/testing'
import { describe, test } from 'vitest'
import { MsgPackSerializer } from '../src/index.js'

const simple = ['text', '', 'naïve ☃', 0, 1, -1, 1.5, -1e300, 2 ** 40, true, false, null, [], {}]
const values = [
  ...simple,
  Uint8Array.of(0, 255, 128),
  { nested: [1, 'two', null, { deep: [true] }] },
  Array.from({ length: 1000 }, (_, index) => ({ index })),
]

describe('the contract of serializers', () => {
  for (const { title, run } of serializerContract({ create: () => new MsgPackSerializer(), values })) test(title, run)
})
