/** Hostile JSON: refused, or harmless. */
import { DeserializationError } from '@pycached/core'
import { JsonSerializer } from '@pycached/serializer-json'
import { expect, test } from 'vitest'
import { leftOut, sharedFile } from '../../../test/support/shared.js'

interface Malicious {
  json: { id: string; recipe: [hex: string, times: number][]; require: string }[]
}

const outcomes: Record<string, unknown> = {
  deep_arrays_100000: DeserializationError,
  digits_1000000: DeserializationError,
  exponent: Number.POSITIVE_INFINITY,
  dup_keys: { a: 2 },
  lone_surrogate: '\ud800',
  invalid_utf8: DeserializationError,
}

const malicious = sharedFile<Malicious>('golden/malicious.json')
if (malicious === undefined) leftOut('golden/malicious.json', 'hostile JSON')
else {
  test('every hostile text has its outcome here', () => {
    expect(malicious.json.map(({ id }) => id)).toEqual(Object.keys(outcomes))
  })

  test.each(malicious.json)('$id is $require', ({ id, recipe, require }) => {
    const bytes = Buffer.concat(recipe.map(([hex, times]) => Buffer.from(hex.repeat(times), 'hex')))
    const serializer = new JsonSerializer({ bigIntegers: 'bigint' })
    const outcome = outcomes[id]
    if (outcome === DeserializationError) expect(() => serializer.loads(bytes)).toThrow(DeserializationError)
    else expect(serializer.loads(bytes)).toEqual(outcome)
    if (require === 'reject') expect(outcome).toBe(DeserializationError)
  })
}

test('an integer of a million digits is a number beyond all numbers unless it must be exact', () => {
  const text = '9'.repeat(1_000_000)
  expect(new JsonSerializer().loads(text)).toBe(Number.POSITIVE_INFINITY)
  expect(() => new JsonSerializer({ bigIntegers: 'bigint' }).loads(text)).toThrow('more than 4300')
  expect(() => new JsonSerializer({ bigIntegers: 'error' }).loads(text)).toThrow(DeserializationError)
})

test('brackets count as depth only outside of strings', () => {
  const value = { text: `${'["'.repeat(5000)}\\`, end: ['\\'] }
  const text = JSON.stringify(value)
  expect(new JsonSerializer().dumps(value)).toBe(text)
  expect(new JsonSerializer().loads(text)).toEqual(value)
})

test('a thousand levels are read and written, one more is refused', () => {
  const serializer = new JsonSerializer()
  const nested = (levels: number) => JSON.parse('['.repeat(levels) + ']'.repeat(levels)) as unknown
  expect(serializer.loads(serializer.dumps(nested(1000)))).toEqual(nested(1000))
  expect(() => serializer.dumps(nested(1001))).toThrow('more than 1000')
  expect(() => serializer.loads(`[NaN,${'['.repeat(1000)}`)).toThrow('too many')
  expect(() => serializer.loads('{"a":'.repeat(1001) + '1' + '}'.repeat(1001))).toThrow('more than 1000')
})

test('what cannot be closed is an error of one pass, however long it is', () => {
  const serializer = new JsonSerializer()
  const half = 500_000
  for (const text of [
    '"'.padEnd(half, 'a'),
    `"${'\\"'.repeat(half)}`,
    '['.padEnd(half, '1,'),
    '-'.padEnd(half, '9'),
    `NaN${' '.repeat(half)}x`,
  ]) {
    if (text.startsWith('-')) expect(serializer.loads(text)).toBe(Number.NEGATIVE_INFINITY)
    else expect(() => serializer.loads(text)).toThrow(DeserializationError)
  }
})

test('keys that name prototypes stay keys, in both parsers', () => {
  const text = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"n":9007199254740993}'
  for (const bigIntegers of ['number', 'bigint'] as const) {
    const value = new JsonSerializer({ bigIntegers }).loads(text) as Record<string, unknown>
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor', 'n'])
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  }
})
