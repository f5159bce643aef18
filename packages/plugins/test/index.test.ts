import { BasePlugin, Cache, type HookedCache, type Outcome } from '@pycached/core'
import '@pycached/memory'
import { expect, test } from 'vitest'
import { HitMissRatioPlugin, TimingPlugin } from '../src/index.js'

test('both are made from their class paths', () => {
  const cache = new Cache({
    plugins: [{ class: 'pycached.plugins.HitMissRatioPlugin' }, 'pycached.plugins.TimingPlugin'],
  })
  expect(cache.plugins[0]).toBeInstanceOf(HitMissRatioPlugin)
  expect(cache.plugins[1]).toBeInstanceOf(TimingPlugin)
})

test.each([HitMissRatioPlugin, TimingPlugin])('%o takes no options, and refuses any', (plugin) => {
  expect(() => new Cache({ plugins: [{ class: plugin, window: 10 }] })).toThrow(
    expect.objectContaining({ name: 'InvalidArgumentError', option: 'window' }),
  )
})

test("the original's example works, translated", async () => {
  const seen: string[] = []
  class MyCustomPlugin extends BasePlugin {
    override preSet(_cache: HookedCache, args: readonly unknown[]): void {
      seen.push(`preSet ${String(args[0])}`)
    }
    override postSet(_cache: HookedCache, args: readonly unknown[], { ret, took }: Outcome<'set'>): void {
      seen.push(`postSet ${String(args[0])} ${ret} ${typeof took}`)
    }
  }
  const cache = new Cache({
    plugins: [new HitMissRatioPlugin(), new TimingPlugin(), new MyCustomPlugin()],
    namespace: 'main',
  })
  for (const [index, key] of ['a', 'b', 'c', 'd'].entries()) await cache.set(key, `${index + 1}`)
  const possibleKeys = ['a', 'b', 'c', 'd', 'e', 'f']
  for (let round = 0; round < 1000; round++) await cache.get(possibleKeys[round % 6] as string)

  expect(cache.hitMissRatio.hitRatio).toBeGreaterThan(0.5)
  expect(cache.hitMissRatio.total).toBe(1000)
  expect(cache.profiling.getMin).toBeGreaterThan(0)
  expect(cache.profiling.setMin).toBeGreaterThan(0)
  expect(cache.profiling.getMax).toBeGreaterThan(0)
  expect(cache.profiling.setMax).toBeGreaterThan(0)
  expect(seen.slice(0, 2)).toEqual(['preSet a', 'postSet a true number'])
})
