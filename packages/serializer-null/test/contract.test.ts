import { serializerContract } from '@pycached/testing'
import { describe, test } from 'vitest'
import { NullSerializer } from '../src/index.js'

// Objects keep their identity: the very same comes back.
const object = { nested: [1] }
const values = [
  'text',
  '',
  0,
  -0,
  Number.NaN,
  null,
  true,
  10n,
  object,
  new Date(0),
  new Map([[1, 2]]),
  Uint8Array.of(0, 255),
]
const equal = (actual: unknown, expected: unknown) => Object.is(actual, expected)

describe('the contract of serializers', () => {
  for (const { title, run } of serializerContract({ create: () => new NullSerializer(), values, equal }))
    test(title, run)
})
