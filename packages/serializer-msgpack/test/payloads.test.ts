/** What released versions wrote must be read for ever, and what is written does not change unnoticed. */
import { readFileSync } from 'node:fs'
import { MsgPackSerializer } from '@pycached/serializer-msgpack'
import { describe, expect, test } from 'vitest'
import { samples } from './samples.js'

const serializer = new MsgPackSerializer()
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

describe.each(['v0.1.0'])('the payloads of %s', (version) => {
  const file = new URL(`golden/${version}.json`, import.meta.url)
  const payloads = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>

  test.each(Object.entries(payloads))('%s is read to the same value', (name, payload) => {
    expect(serializer.loads(Buffer.from(payload, 'hex'))).toStrictEqual(samples[name])
  })

  test('are what is written today', () => {
    expect(
      Object.fromEntries(Object.entries(samples).map(([name, value]) => [name, hex(serializer.dumps(value))])),
    ).toEqual(payloads)
  })
})
