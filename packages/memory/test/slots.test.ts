import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LAST_TICK, MAX_USE, NEVER_TICK, NONE, Slots, TABLE_BIT, TICK_SHIFT, USE_MASK } from '../src/slots.js'

test('every entry has a slot of its own, with its key and value, whatever comes and goes', () => {
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.constant('take' as const) },
    { weight: 2, arbitrary: fc.nat(1000) },
    { weight: 1, arbitrary: fc.constantFrom('reset' as const, 'nothing' as const) },
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300, size: 'max' }), (steps) => {
      const slots = new Slots()
      const model = new Map<number, string>()
      let most = 0
      steps.forEach((one, index) => {
        if (one === 'take') {
          const slot = slots.take(`key ${index}`, index, TABLE_BIT)
          expect(slot).toBeGreaterThan(NONE)
          expect(slot).toBeLessThan(slots.capacity)
          expect(model.has(slot)).toBe(false)
          model.set(slot, `key ${index}`)
          most = Math.max(most, model.size)
          expect((slots.words[slot] ?? 0) >> TICK_SHIFT).toBe(NEVER_TICK)
          expect((slots.words[slot] ?? 0) & (TABLE_BIT | USE_MASK)).toBe(TABLE_BIT)
        } else if (typeof one === 'number') {
          const slot = [...model.keys()][one % Math.max(1, model.size)]
          if (slot === undefined) return
          slots.release(slot)
          model.delete(slot)
          expect([slots.keys[slot], slots.values[slot]]).toEqual([undefined, undefined])
        } else if (one === 'reset' && index % 50 === 0) {
          slots.reset()
          model.clear()
          most = 0
          expect(slots.capacity).toBe(68)
        }
        expect(slots.count).toBe(model.size)
        let isSame = true
        for (const [slot, key] of model) isSame &&= slots.keys[slot] === key
        expect(isSame).toBe(true)
      })
      // No slot is made while one is free.
      expect(slots._snapshot().used).toBe(most + 1)
      expect(slots.keys.length).toBe(most + 1)
    }),
    { numRuns: 60 },
  )
})

test('a word holds the last tick, the table and the largest use beside each other, and stays positive', () => {
  const word = (LAST_TICK << TICK_SHIFT) | TABLE_BIT | MAX_USE
  expect(Int32Array.of(word)[0]).toBe(word)
  expect([word >> TICK_SHIFT, word & TABLE_BIT, word & USE_MASK]).toEqual([LAST_TICK, TABLE_BIT, MAX_USE])
  expect(word).toBeGreaterThan(0)
  expect((NEVER_TICK << TICK_SHIFT) | TABLE_BIT | USE_MASK).toBe(2 ** 31 - 1)
})
