import { cacheOver, FailingBackend, MapBackend } from '@pycached/testing'
import { expect, test, vi } from 'vitest'
import { offAbort, onAbort } from '../src/abort.js'

test('an abort reaches all who wait for the signal, also while they leave, and nobody who left before', () => {
  const { signal, abort } = controllerOf()
  const told: string[] = []
  const calls = ['a', 'b', 'c', 'd'].map((name) => {
    const call = () => {
      told.push(name)
      offAbort(signal, call)
    }
    onAbort(signal, call)
    return call
  })
  offAbort(signal, calls[1] as () => void)
  offAbort(signal, calls[1] as () => void)
  abort()
  expect(told).toEqual(['a', 'c', 'd'])
})

test('a signal that everybody left is listened to again by who comes later', () => {
  const { signal, abort } = controllerOf()
  const first = vi.fn()
  const second = vi.fn()
  onAbort(signal, first)
  offAbort(signal, first)
  onAbort(signal, second)
  abort()
  expect([first.mock.calls.length, second.mock.calls.length]).toEqual([0, 1])
})

test('a hundred commands with one signal are no leak to Node, and all of them are aborted', async () => {
  const warned = vi.fn()
  process.on('warning', warned)
  const backend = new FailingBackend(new MapBackend())
  backend.hang('get')
  const cache = cacheOver(backend)
  const { signal, abort } = controllerOf()
  const gets = Array.from({ length: 100 }, (_, i) => cache.get(`key ${i}`, { signal }))
  abort(new Error('enough'))
  const outcomes = await Promise.allSettled(gets)
  expect(outcomes.map((outcome) => (outcome as PromiseRejectedResult).reason?.message)).toEqual(
    gets.map(() => 'enough'),
  )
  await new Promise((resolve) => setImmediate(resolve))
  process.off('warning', warned)
  expect(warned.mock.calls).toEqual([])
  backend.restore()
  await cache.close()
})

function controllerOf() {
  const controller = new AbortController()
  return { signal: controller.signal, abort: (reason?: Error) => controller.abort(reason) }
}
