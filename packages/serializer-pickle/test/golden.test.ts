/** The pickles that released versions wrote: they can be read for ever, and what is written changes only on purpose. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { goldenSerializer, goldenValues } from './support/golden-values.js'
import { isSame } from './support/same.js'

const folder = new URL('./golden/', import.meta.url)
const versions = readdirSync(folder).filter((name) => name.endsWith('.json'))

function pickles(version: string): Record<string, string> {
  return JSON.parse(readFileSync(new URL(version, folder), 'utf8')) as Record<string, string>
}

describe.each(versions)('what %s holds', (version) => {
  test.each(Object.entries(pickles(version)))('%s is read', (name, hex) => {
    expect(name in goldenValues).toBe(true)
    const value = goldenSerializer.loads(Buffer.from(hex, 'hex'))
    expect(value).toStrictEqual(goldenValues[name])
    expect(goldenSerializer.dumps(value)).toStrictEqual(goldenSerializer.dumps(goldenValues[name]))
  })
})

test('what is written is, byte for byte, what the latest of them holds', () => {
  // A change here changes what is stored: add a file for the version that makes it, and say in the change log who can read it.
  const written = Object.entries(goldenValues).map(([name, value]) => [
    name,
    Buffer.from(goldenSerializer.dumps(value)).toString('hex'),
  ])
  expect(Object.fromEntries(written)).toEqual(pickles('v0.1.0.json'))
})

test('shared and cyclic references are kept as such', () => {
  const { cycle, 'shared references': shared } = pickles('v0.1.0.json')
  for (const [name, hex] of Object.entries({ cycle, 'shared references': shared })) {
    expect(isSame(goldenSerializer.loads(Buffer.from(hex as string, 'hex')), goldenValues[name])).toBe(true)
  }
})
