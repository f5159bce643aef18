import { BasePlugin } from '@pycached/core'
import { cacheOver, FailingBackend, FakeClock, MapBackend } from '@pycached/testing'
import { expect, test } from 'vitest'
import { TimingPlugin } from '../src/index.js'

/** A cache whose gets take as long as `took` says, in milliseconds. */
function slow() {
  const clock = new FakeClock()
  const backend = new FailingBackend(new MapBackend(clock), clock)
  const cache = cacheOver(backend, { plugins: [new TimingPlugin()], clock })
  const get = async (took: number) => {
    backend.delay('get', took)
    const value = cache.get('key')
    await clock.advanceAsync(took)
    await value
  }
  return { cache, backend, clock, get }
}

test('a cache has figures of every command, 0 before the first', () => {
  const { profiling } = slow().cache
  const commands = [
    'add',
    'get',
    'set',
    'multiGet',
    'multiSet',
    'exists',
    'increment',
    'expire',
    'delete',
    'multiDelete',
    'clear',
    'raw',
  ]
  const names = commands.flatMap((name) => ['Total', 'Avg', 'Min', 'Max'].map((figure) => name + figure))
  expect(profiling).toEqual(Object.fromEntries(names.map((name) => [name, 0])))
})

test('counts, averages, and keeps the least and the greatest, in seconds', async () => {
  const { cache, get } = slow()
  for (const took of [2000, 4000, 500]) await get(took)
  expect(cache.profiling).toMatchObject({ getTotal: 3, getMin: 0.5, getMax: 4, setTotal: 0 })
  expect(cache.profiling.getAvg).toBeCloseTo(6.5 / 3, 12)
})

test('a command that took no time at all stays the least', async () => {
  const { cache, get } = slow()
  for (const took of [2000, 0, 3000]) await get(took)
  expect(cache.profiling).toMatchObject({ getTotal: 3, getMin: 0, getMax: 3 })
})

test('every command is timed', async () => {
  const { cache } = slow()
  await cache.set('key', 1)
  await cache.add('other', 1)
  await cache.multiSet([['many', 1]])
  await cache.get('key')
  await cache.multiGet(['key'])
  await cache.exists('key')
  await cache.increment('n')
  await cache.expire('n', 1)
  await cache.delete('n')
  await cache.multiDelete(['many'])
  await cache.raw('keys')
  await cache.clear()
  const totals = Object.entries(cache.profiling).filter(([name]) => name.endsWith('Total'))
  expect(totals.map(([, total]) => total)).toEqual(Array.from({ length: 12 }, () => 1))
})

test('time in hooks before the command counts, and commands that fail do not', async () => {
  const { cache, backend, clock } = slow()
  class Slow extends BasePlugin {
    override preGet(): Promise<void> {
      return new Promise((resolve) => clock.schedule(resolve, 1000))
    }
  }
  cache.plugins = [...cache.plugins, new Slow()]
  const value = cache.get('key')
  await clock.advanceAsync(1000)
  await value
  expect(cache.profiling.getMin).toBe(1)
  backend.fail('set', new Error('down'))
  await expect(cache.set('key', 1)).rejects.toThrow('down')
  expect(cache.profiling.setTotal).toBe(0)
})

test('caches that share a plugin have figures of their own', async () => {
  const plugin = new TimingPlugin()
  const [one, other] = [1, 2].map(() => cacheOver(new MapBackend(), { plugins: [plugin] }))
  await one?.get('none')
  expect([one?.profiling.getTotal, other?.profiling.getTotal]).toEqual([1, 0])
})
