import { InvalidArgumentError } from '@pycached/core'
import { serializerContract } from '@pycached/testing'
import { describe, expect, test } from 'vitest'
import { GzipJsonSerializer } from '../third-party-serializer/src/gzip-json-serializer.js'

const values = ['', 'text', 0, 1.5, true, null, [], {}, { deep: [1, [2, { ä: '☃' }]] }, 'a'.repeat(100_000)]

describe('the contract of serializers', () => {
  for (const { title, run } of serializerContract({ create: () => new GzipJsonSerializer(), values })) test(title, run)
})

test('a level is an option, and a misspelt one is refused', () => {
  const text = 'Redis or memory? '.repeat(100)
  const sizes = [0, 9].map((level) => new GzipJsonSerializer({ level }).dumps(text).length)
  expect(sizes[0]).toBeGreaterThan(Number(sizes[1]))
  expect(() => new GzipJsonSerializer({ levl: 9 } as object)).toThrow(InvalidArgumentError)
  expect(() => new GzipJsonSerializer({ level: 10 })).toThrow(InvalidArgumentError)
})

test('a small payload that stands for a huge text is refused', () => {
  const payload = new GzipJsonSerializer().dumps('a'.repeat(1_000_000))
  expect(payload.length).toBeLessThan(2000)
  expect(() => new GzipJsonSerializer({ maxBytes: 100_000 }).loads(payload)).toThrow()
})
