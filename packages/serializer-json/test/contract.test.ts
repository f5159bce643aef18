import { serializerContract } from '@pycached/testing'
import { describe, test } from 'vitest'
import { JsonSerializer } from '../src/index.js'

const simple = ['text', '', 'naïve ☃', '\u2028', 0, 1, -1.5, 1e300, true, false, null, [], {}]
const values = [
  ...simple,
  { nested: [1, 'two', null, { deep: [true] }], '': 0 },
  Array.from({ length: 1000 }, (_, index) => ({ index })),
]

describe('the contract of serializers', () => {
  for (const { title, run } of serializerContract({ create: () => new JsonSerializer(), values })) test(title, run)
})
