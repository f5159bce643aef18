/** What released versions wrote must be read for ever, and what is written does not change unnoticed. */
import { readFileSync } from 'node:fs'
import { StringSerializer } from '@pycached/serializer-string'
import { describe, expect, test } from 'vitest'
import { samples } from './samples.js'

const serializer = new StringSerializer()

describe.each(['v0.1.0'])('the payloads of %s', (version) => {
  const file = new URL(`golden/${version}.json`, import.meta.url)
  const payloads = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>

  test.each(Object.entries(payloads))('%s is read to the same text', (name, payload) => {
    expect(serializer.loads(payload)).toBe(samples[name]?.[1])
  })

  test('are what is written today', () => {
    expect(
      Object.fromEntries(Object.entries(samples).map(([name, [value]]) => [name, serializer.dumps(value)])),
    ).toEqual(payloads)
  })
})
