import fc from 'fast-check'
import { expect, test } from 'vitest'
import { startRedisServer } from '../../../../test/support/redis-server.js'
import { fenceKeyOf } from '../../src/locks/fence.js'
import { slotOf } from '../../src/slot.js'
import { clientOn, clusterArgs } from '../support.js'

const names = fc.string({ unit: fc.constantFrom('{', '}', 'a', ':', 'ü', '😀'), minLength: 1, maxLength: 12 })

test('the fence of a lock begins with its key and has its slot, whatever braces key and prefix have', () => {
  fc.assert(
    fc.property(names, fc.oneof(fc.constant(''), names), (name, prefix) => {
      const lockKey = `${name}-lock`
      const fenceKey = fenceKeyOf(lockKey, prefix)
      expect(fenceKey.startsWith(`${lockKey}-fence`)).toBe(true)
      expect(slotOf(prefix + fenceKey)).toBe(slotOf(prefix + lockKey))
    }),
    { numRuns: 300 },
  )
})

test('a real server finds the two in one slot', async () => {
  await using server = await startRedisServer({ args: await clusterArgs() })
  const client = clientOn(server)
  for (const lockKey of ['main:key-lock', '{user:1}:key-lock', 'a{b-lock', 'a{}b-lock', 'a}b{-lock', 'ü☃-lock']) {
    const fenceKey = fenceKeyOf(lockKey, '')
    const slots = await Promise.all([lockKey, fenceKey].map((key) => client.cluster('KEYSLOT', key)))
    expect(slots[0], `${lockKey} and ${fenceKey}`).toBe(slots[1])
  }
})

test('the fence is the same in every process: it depends on the key alone', () => {
  expect(fenceKeyOf('main:key-lock', '')).toBe('main:key-lock-fence{1757}')
  // What was asked for before makes no difference.
  for (let index = 0; index < 2000; index++) fenceKeyOf(`other-${index}-lock`, '')
  expect(fenceKeyOf('main:key-lock', '')).toBe('main:key-lock-fence{1757}')
  expect(fenceKeyOf('{user:1}:key-lock', '')).toBe('{user:1}:key-lock-fence')
})
