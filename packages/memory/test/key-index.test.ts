import { expect, test } from 'vitest'
import { KeyIndex } from '../src/key-index.js'
import { randomOf } from './support/side-by-side.js'

/** Where it begins to spread keys. */
const WHOLE = 2 ** 17

test('finds what a Map finds, below and beyond the size at which it spreads keys', () => {
  const index = new KeyIndex()
  const model = new Map<string, number>()
  const random = randomOf(3)
  const add = (number: number) => {
    if (model.has(`key:${number}`)) return
    index.add(`key:${number}`, number + 1)
    model.set(`key:${number}`, number + 1)
  }
  const remove = (number: number) => {
    index.delete(`key:${number}`)
    model.delete(`key:${number}`)
  }
  const compare = () => {
    expect(index.size).toBe(model.size)
    let isSame = true
    for (const [key, slot] of model) isSame &&= index.get(key) === slot
    expect(isSame).toBe(true)
    expect(index.get('key:none')).toBeUndefined()
  }
  for (let number = 0; number < WHOLE + 20_000; number++) add(number)
  compare()
  // What comes and goes now is in either part, and comes back to the other.
  for (let count = 0; count < 60_000; count++) {
    const number = Math.floor(random() * (WHOLE + 30_000))
    if (random() < 0.5) add(number)
    else remove(number)
  }
  compare()
  for (let number = 0; number < WHOLE; number++) remove(number)
  compare()
  for (let number = 0; number < 100; number++) add(number)
  compare()
  const entries = new Map<string, number>()
  let count = 0
  for (const [key, slot] of index.entries()) {
    entries.set(key, slot)
    count++
  }
  expect(count).toBe(model.size)
  expect(entries).toEqual(model)
})

test('entries that are deleted during the walk are left out, and the others all come', () => {
  const index = new KeyIndex()
  for (let number = 0; number < 100; number++) index.add(`${number}`, number + 1)
  const seen: string[] = []
  for (const [key] of index.entries()) {
    seen.push(key)
    index.delete(key)
    if (key === '10') for (let number = 50; number < 60; number++) index.delete(`${number}`)
  }
  expect(seen.length).toBe(90)
  expect(index.size).toBe(0)
})
