import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SlotLists } from '../src/slot-lists.js'
import { NONE } from '../src/slots.js'
import { slotsOf } from './support/violations.js'

const LISTS = 3

function contentOf(lists: SlotLists): number[][] {
  const check = (isRight: boolean, problem: () => string) => {
    if (!isRight) expect.unreachable(problem())
  }
  return Array.from({ length: LISTS }, (_, list) => slotsOf(lists._snapshot(), list, `list ${list}`, check))
}

test('lists are what arrays are, after every step of whatever is done to them', () => {
  const list = fc.nat(LISTS - 1)
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ append: list, slot: fc.integer({ min: 1, max: 500 }) }) },
    { weight: 2, arbitrary: fc.record({ remove: fc.nat(30) }) },
    { weight: 2, arbitrary: fc.record({ removeFirst: list }) },
    { weight: 1, arbitrary: fc.record({ moveAll: list, to: list }) },
    { weight: 1, arbitrary: fc.constant({ reset: true }) },
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const lists = new SlotLists(LISTS)
      let model: number[][] = [[], [], []]
      const remove = (slot: number): void => {
        lists.remove(slot)
        model = model.map((slots) => slots.filter((one) => one !== slot))
      }
      for (const one of steps) {
        if ('append' in one) {
          if (model.flat().includes(one.slot)) continue
          lists.append(one.append, one.slot)
          model[one.append]?.push(one.slot)
        } else if ('remove' in one) {
          const slot = model.flat()[one.remove % Math.max(1, model.flat().length)]
          if (slot !== undefined) remove(slot)
        } else if ('removeFirst' in one) {
          const first = lists.first(one.removeFirst)
          expect(first).toBe(model[one.removeFirst]?.[0] ?? NONE)
          if (first !== NONE) remove(first)
        } else if ('moveAll' in one) {
          if (one.moveAll === one.to) continue
          lists.moveAll(one.moveAll, one.to)
          model[one.to]?.push(...(model[one.moveAll]?.splice(0) ?? []))
        } else {
          lists.reset()
          model = [[], [], []]
        }
        expect(contentOf(lists)).toEqual(model)
        for (let index = 0; index < LISTS; index++) expect(lists.isEmpty(index)).toBe(model[index]?.length === 0)
      }
    }),
    { numRuns: 300 },
  )
})

test('a slot that left its list leads nowhere', () => {
  const lists = new SlotLists(1)
  for (const slot of [1, 2, 3]) lists.append(0, slot)
  lists.remove(2)
  const { links, heads } = lists._snapshot()
  expect([...links.subarray((heads + 2) * 2, (heads + 3) * 2)]).toEqual([0, 0])
})
