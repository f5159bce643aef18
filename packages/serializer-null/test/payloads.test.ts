/** What released versions wrote must be read for ever, and what is written does not change unnoticed. */
import { readFileSync } from 'node:fs'
import { NullSerializer } from '@pycached/serializer-null'
import { describe, expect, test } from 'vitest'

describe.each(['v0.1.0'])('the payloads of %s', (version) => {
  const file = new URL(`golden/${version}.json`, import.meta.url)
  const { text, bytes } = JSON.parse(readFileSync(file, 'utf8')) as {
    text: Record<string, string>
    bytes: Record<string, string>
  }

  test.each(Object.entries(text))('%s, as text, is itself', (_name, payload) => {
    expect(new NullSerializer().loads(payload)).toBe(payload)
    expect(new NullSerializer().dumps(payload)).toBe(payload)
  })

  test.each(Object.entries(bytes))('%s, as bytes, is itself', (_name, hex) => {
    const payload = Uint8Array.from(Buffer.from(hex, 'hex'))
    expect(new NullSerializer({ encoding: null }).loads(payload)).toBe(payload)
    expect(new NullSerializer({ encoding: null }).dumps(payload)).toBe(payload)
  })
})
