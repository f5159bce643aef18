import { expect, test } from 'vitest'

test('one that passes', () => {
  expect(1).toBe(1)
})

test('one that fails', () => {
  expect(1).toBe(2)
})
