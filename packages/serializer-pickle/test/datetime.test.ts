import { PickleSerializer } from '@pycached/serializer-pickle'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { date } from './support/arbitraries.js'

const serializer = new PickleSerializer()

test('every date of the years 1 to 9999 comes back to the millisecond', () => {
  fc.assert(
    fc.property(date, (value) => {
      const back = serializer.loads(serializer.dumps(value)) as Date
      expect(back).toBeInstanceOf(Date)
      expect(back.getTime()).toBe(value.getTime())
    }),
    { numRuns: 3000 },
  )
})

test.each([
  '0001-01-01T00:00:00.000Z',
  '1900-02-28T23:59:59.999Z',
  '2000-02-29T00:00:00.001Z',
  '9999-12-31T23:59:59.999Z',
])('%s, at the edge of a rule of the calendar, comes back', (iso) => {
  expect(serializer.loads(serializer.dumps(new Date(iso)))).toEqual(new Date(iso))
})

test.each([
  [[0, 0, 1, 1, 0, 0, 0, 0, 0, 0]],
  [[0x07, 0xe7, 2, 29, 0, 0, 0, 0, 0, 0]],
  [[0x07, 0xe8, 13, 1, 0, 0, 0, 0, 0, 0]],
  [[0x07, 0xe8, 1, 0, 0, 0, 0, 0, 0, 0]],
  [[0x07, 0xe8, 1, 1, 24, 0, 0, 0, 0, 0]],
  [[0x07, 0xe8, 1, 1, 0, 60, 0, 0, 0, 0]],
  [[0x07, 0xe8, 1, 1, 0, 0, 60, 0, 0, 0]],
  [[0x07, 0xe8, 1, 1, 0, 0, 0, 0x0f, 0x42, 0x40]],
  [[0x07, 0xe8, 1, 1]],
])('bytes that name no point in time are refused: %j', (state) => {
  const pickle = Buffer.concat([
    Buffer.from('cdatetime\ndatetime\n'),
    Buffer.from([0x43, state.length, ...state]),
    Buffer.from('\x85R.', 'latin1'),
  ])
  expect(() => serializer.loads(pickle)).toThrow(/datetime\.datetime expects ten bytes/)
})

test('the fold of Python is passed over', () => {
  const state = [0x07, 0xe8, 2 | 0x80, 29, 1, 2, 3, 0, 0, 0]
  const pickle = Buffer.concat([
    Buffer.from('cdatetime\ndatetime\nC\n'),
    Buffer.from(state),
    Buffer.from('\x85R.', 'latin1'),
  ])
  expect(serializer.loads(pickle)).toEqual(new Date('2024-02-29T01:02:03Z'))
})
