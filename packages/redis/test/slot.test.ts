/** Slots against those that a real server finds. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { startRedisServer } from '../../../test/support/redis-server.js'
import { hashTagOf, slotOf } from '../src/slot.js'
import { clientOn, clusterArgs } from './support.js'

test('every key has the slot that the server says', async () => {
  await using server = await startRedisServer({ args: await clusterArgs() })
  const client = clientOn(server)
  const known = [
    'a',
    '{a}b',
    '{a',
    '}a',
    'x{}a}',
    '{}',
    '{}{a}',
    '{{a}}',
    'a{b}{c}',
    'ü{☃}',
    '😀',
    '',
    '{😀}',
    '123456789',
  ]
  expect(slotOf('123456789')).toBe(0x31c3)
  const keys = [...known, ...fc.sample(fc.string({ unit: fc.constantFrom('{', '}', 'a', 'b', 'ü', '😀', ':') }), 500)]
  const slots = await Promise.all(keys.map((key) => client.cluster('KEYSLOT', key)))
  expect(keys.map(slotOf)).toEqual(slots)
})

test('a hash tag is what stands between the first brace and the next that closes, unless it is empty', () => {
  expect(['a', '{a}', 'x{a}{b}', '{}a', '{}a}', '{a', 'a}{b}', '{{a}}'].map(hashTagOf)).toEqual([
    undefined,
    'a',
    'a',
    undefined,
    undefined,
    undefined,
    'b',
    '{a',
  ])
})
