import { serializerContract } from '@pycached/testing'
import { describe, test } from 'vitest'
import { StringSerializer } from '../src/index.js'

// What is no text comes back as the text that it has.
const values = ['text', '', '0', 'naïve ☃ 👩‍👩‍👧‍👦', 'a\0b\r\n', '\uFEFFmark', 'x'.repeat(100_000)]

describe('the contract of serializers', () => {
  for (const { title, run } of serializerContract({ create: () => new StringSerializer(), values })) test(title, run)
})
