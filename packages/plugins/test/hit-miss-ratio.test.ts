import { cacheOver, FailingSerializer, MapBackend } from '@pycached/testing'
import { expect, test } from 'vitest'
import { HitMissRatioPlugin } from '../src/index.js'

const cacheWith = (...plugins: HitMissRatioPlugin[]) => cacheOver(new MapBackend(), { plugins })

test('a cache has the figures before anything was read, and the ratio of no reads is 0', async () => {
  const cache = cacheWith(new HitMissRatioPlugin())
  expect(cache.hitMissRatio).toEqual({ total: 0, hits: 0, hitRatio: 0 })
  await cache.multiGet([])
  expect(cache.hitMissRatio).toEqual({ total: 0, hits: 0, hitRatio: 0 })
})

test('get counts one key, multiGet each of its keys', async () => {
  const cache = cacheWith(new HitMissRatioPlugin())
  await cache.set('a', 1)
  await cache.get('a')
  await cache.get('none')
  expect(cache.hitMissRatio).toEqual({ total: 2, hits: 1, hitRatio: 0.5 })
  await cache.multiGet(new Set(['a', 'none', 'neither']))
  expect(cache.hitMissRatio).toEqual({ total: 5, hits: 2, hitRatio: 0.4 })
})

test('falsy values and null are hits', async () => {
  const cache = cacheWith(new HitMissRatioPlugin())
  for (const value of [null, 0, '', false]) {
    await cache.set('key', value)
    await cache.get('key')
    await cache.multiGet(['key'])
  }
  expect(cache.hitMissRatio).toEqual({ total: 8, hits: 8, hitRatio: 1 })
})

test('a miss that is answered with a default is a miss, a hit that equals the default is a hit', async () => {
  const cache = cacheWith(new HitMissRatioPlugin())
  await cache.get('key', { default: 5 })
  expect(cache.hitMissRatio).toMatchObject({ total: 1, hits: 0 })
  await cache.set('key', 5)
  await cache.get('key', { default: 5 })
  expect(cache.hitMissRatio).toMatchObject({ total: 2, hits: 1 })
})

test('a value that reads as undefined is a hit', async () => {
  const cache = cacheWith(new HitMissRatioPlugin())
  await cache.set('key', 1)
  await cache.get('key', { loadsFn: () => undefined })
  expect(cache.hitMissRatio).toMatchObject({ total: 1, hits: 1 })
})

test('reads in other namespaces count, failed ones and exists do not', async () => {
  const serializer = new FailingSerializer()
  const cache = cacheOver(new MapBackend(), { plugins: [new HitMissRatioPlugin()], serializer })
  await cache.set('key', 1)
  await cache.get('key', { namespace: 'other' })
  await cache.exists('key')
  serializer.loadsError = new Error('unreadable')
  await expect(cache.get('key')).rejects.toThrow('unreadable')
  expect(cache.hitMissRatio).toMatchObject({ total: 1, hits: 0 })
})

test('caches that share a plugin have figures of their own', async () => {
  const plugin = new HitMissRatioPlugin()
  const [one, other] = [cacheWith(plugin), cacheWith(plugin)]
  await one.get('none')
  expect(one.hitMissRatio.total).toBe(1)
  expect(other.hitMissRatio.total).toBe(0)
})

test('a plugin that comes later counts from then on, and goes on counting when it comes back', async () => {
  const plugin = new HitMissRatioPlugin()
  const cache = cacheWith()
  await cache.get('none')
  expect(cache.hitMissRatio).toBeUndefined()
  cache.plugins = [plugin]
  await cache.get('none')
  cache.plugins = []
  await cache.get('none')
  cache.plugins = [plugin]
  await cache.get('none')
  expect(cache.hitMissRatio.total).toBe(2)
})

test('the figures are a snapshot', async () => {
  const cache = cacheWith(new HitMissRatioPlugin())
  const before = cache.hitMissRatio
  await cache.get('none')
  expect(before.total).toBe(0)
})
