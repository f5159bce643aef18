import { expect, test } from 'vitest'
import { backendContract, cacheOver, FailingBackend, FakeClock, MapBackend } from '../src/index.js'

const failing = () => new FailingBackend(new MapBackend())
const down = new Error('connection lost')

test('passes everything on until told otherwise, and notes every call', async () => {
  const backend = failing()
  await backend.set('key', 'value', 1000)
  expect(await backend.get('key', 'utf-8')).toBe('value')
  expect(backend.calls).toEqual([
    ['set', 'key', 'value', 1000],
    ['get', 'key', 'utf-8'],
  ])
})

test('keeps the contract while nothing is broken', async () => {
  const clock = new FakeClock()
  const create = (options: object) => cacheOver(new FailingBackend(new MapBackend(clock), clock), { clock, ...options })
  for (const { run } of backendContract({ create, wait: (ms) => clock.advance(ms) })) await run()
})

test('fails one primitive, or all, by a rejection or at once', async () => {
  const backend = failing()
  backend.fail('get', down)
  await expect(backend.get('key', 'utf-8')).rejects.toBe(down)
  expect(backend.exists('key')).toBe(false)
  backend.fail('all', down, { now: true })
  expect(() => backend.exists('key')).toThrow(down)
  backend.restore()
  expect(backend.get('key', 'utf-8')).toBeUndefined()
})

test('hangs until it is restored; what hung then reaches the store', async () => {
  const backend = failing()
  backend.hang('set')
  const set = backend.set('key', 'value', undefined)
  await Promise.resolve()
  expect(backend.get('key', 'utf-8')).toBeUndefined()
  backend.restore()
  await set
  expect(backend.get('key', 'utf-8')).toBe('value')
})

test('muffles answers: the store has the value, and nobody is told', async () => {
  const backend = failing()
  backend.muffle('set')
  let told = false
  const set = Promise.resolve(backend.set('key', 'value', undefined)).then(() => {
    told = true
  })
  await Promise.resolve()
  expect([backend.get('key', 'utf-8'), told]).toEqual(['value', false])
  backend.restore()
  await set
  expect(told).toBe(true)
})

test('is late by the time told, on its clock', async () => {
  const clock = new FakeClock()
  const backend = new FailingBackend(new MapBackend(clock), clock)
  backend.delay('add', 100)
  const added = backend.add('key', 'value', undefined)
  await clock.advanceAsync(99)
  expect(backend.exists('key')).toBe(false)
  await clock.advanceAsync(1)
  expect(await added).toBe(true)
})

test('answers wrongly without asking the store', () => {
  const backend = failing()
  backend.answer('increment', 'not a number')
  expect(backend.increment('key', 1, '1')).toBe('not a number')
  expect(backend.exists('key')).toBe(false)
})
