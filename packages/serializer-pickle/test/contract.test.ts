import { serializerContract } from '@pycached/testing'
import { describe, test } from 'vitest'
import { PickleSerializer } from '../src/index.js'

const shared = { one: 1 }
const simple = [
  'text',
  '',
  'naïve ☃',
  0,
  1,
  -0,
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  2 ** 40,
  10n ** 30n,
  true,
  null,
  [],
  {},
]
const values = [
  ...simple,
  new Map<unknown, unknown>([
    ['a', 1],
    [2, 'b'],
  ]),
  new Set([1, 'two']),
  new Date(1_700_000_000_123),
  Uint8Array.of(0, 255, 128),
  { nothing: undefined, nested: [1, null, { deep: [shared, shared] }] },
  Array.from({ length: 1000 }, (_, index) => ({ index })),
]

describe('the contract of serializers', () => {
  for (const { title, run } of serializerContract({ create: () => new PickleSerializer(), values })) test(title, run)
})
