import { expect, test } from 'vitest'
import { hashOf } from '../src/key-hash.js'

const KEYS = 65_536

/** How far the fullest and the emptiest of 256 buckets are from what chance gives: 1 is one standard deviation. */
function deviation(keys: Iterable<string>, bucketOf: (hash: number) => number, hash = hashOf): number {
  const counts = new Array<number>(256).fill(0)
  let total = 0
  for (const key of keys) {
    counts[bucketOf(hash(key))]!++
    total++
  }
  const mean = total / 256
  return Math.max(...counts.map((count) => Math.abs(count - mean))) / Math.sqrt(mean)
}

const buckets: [bits: string, bucketOf: (hash: number) => number][] = [
  ['lowest', (hash) => hash & 255],
  ['middle', (hash) => (hash >>> 12) & 255],
  ['highest', (hash) => hash >>> 24],
]

const families: [kind: string, keyOf: (number: number) => string][] = [
  ['numbers', (number) => `${number}`],
  ['numbers after a prefix', (number) => `user:${number}`],
  ['numbers before a suffix', (number) => `${number}:profile`],
  ['text of one length', (number) => `session:${number.toString(16).padStart(8, '0')}`],
  ['long text that differs at its end', (number) => `${'a'.repeat(200)}${number}`],
  ['long text that differs at its start', (number) => `${number}${'a'.repeat(200)}`],
  ['long text that differs in its middle', (number) => `https://example.com/users/${number}/${'profile-'.repeat(12)}`],
  ['other characters than ASCII', (number) => `ключ:${String.fromCharCode(0x4e00 + (number % 20_000))}${number}`],
]

test.each(families)('%s are spread evenly, whichever bits are taken', (_, keyOf) => {
  const keys = Array.from({ length: KEYS }, (_value, number) => keyOf(number))
  // Of 256 buckets one is 4.5 deviations off once in 600 runs of chance; keys are the same ones in each run.
  for (const [bits, bucketOf] of buckets) expect(deviation(keys, bucketOf), bits).toBeLessThan(4.5)
})

test.each(families)('%s have hardly a hash in common', (_, keyOf) => {
  const hashes = new Set(Array.from({ length: KEYS }, (_value, number) => hashOf(keyOf(number))))
  // Chance gives one pair in two such lists.
  expect(KEYS - hashes.size).toBeLessThanOrEqual(4)
})

test('a hash that is not spread is noticed', () => {
  const sumOf = (key: string) => Buffer.from(key).reduce((sum, byte) => sum + byte, 0)
  const keys = Array.from({ length: KEYS }, (_value, number) => `user:${number}`)
  for (const [bits, bucketOf] of buckets) expect(deviation(keys, bucketOf, sumOf), bits).toBeGreaterThan(4.5)
})

test('of a long key both ends count, and its length', () => {
  const long = 'x'.repeat(100)
  expect(hashOf(`a${long}`)).not.toBe(hashOf(`b${long}`))
  expect(hashOf(`${long}a`)).not.toBe(hashOf(`${long}b`))
  expect(hashOf(long)).not.toBe(hashOf(`${long}x`))
  expect(hashOf(long)).toBe(hashOf('x'.repeat(100)))
})

test('is a whole number of 32 bits for any key', () => {
  for (const key of ['', 'a', '\uD800', '😀', 'x'.repeat(100_000)]) expect(hashOf(key) | 0).toBe(hashOf(key))
})
