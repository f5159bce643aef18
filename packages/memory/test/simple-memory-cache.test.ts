import { BaseCache, Cache } from '@pycached/core'
import { NullSerializer } from '@pycached/serializer-null'
import { expect, test } from 'vitest'
import { SimpleMemoryCache } from '../src/index.js'

test('gives back the very object that was set', async () => {
  const cache = new SimpleMemoryCache()
  const value = { deep: [1] }
  await cache.set('key', value)
  expect(await cache.get('key')).toBe(value)
})

test('has the null serializer unless another is given', () => {
  expect(new SimpleMemoryCache().serializer).toBeInstanceOf(NullSerializer)
})

test('is what the type name and the URL scheme memory stand for', () => {
  expect(new Cache(Cache.MEMORY)).toBeInstanceOf(SimpleMemoryCache)
  expect(new Cache()).toBeInstanceOf(SimpleMemoryCache)
  const cache = Cache.fromUrl('memory:?namespace=main&ttl=10s')
  expect(cache).toBeInstanceOf(SimpleMemoryCache)
  expect(cache).toBeInstanceOf(BaseCache)
  expect([cache.namespace, cache.ttl]).toEqual(['main', 10])
})

test('shares its store with no other cache', async () => {
  const [one, other] = [new SimpleMemoryCache(), new SimpleMemoryCache()]
  await one.set('key', 1)
  expect(await other.exists('key')).toBe(false)
})

test('reaches one entry by the short key, by the complete key and by raw', async () => {
  const cache = new SimpleMemoryCache({ namespace: 'main' })
  await cache.set('key', 'value')
  expect(await cache.get('main:key', { namespace: '' })).toBe('value')
  expect(await cache.raw('get', 'main:key')).toBe('value')
  await cache.raw('set', 'main:other', 1)
  expect(await cache.get('other')).toBe(1)
  await cache.set('main:third', 2, { namespace: '' })
  expect(await cache.get('third')).toBe(2)
})

test.each([
  { options: null, named: /must be an object/ },
  { options: { tll: 5 }, named: /no option 'tll': did you mean ttl\?/ },
  { options: { endpoint: '127.0.0.1' }, named: /no option 'endpoint'/ },
])('refuses options that it does not have: $options', ({ options, named }) => {
  expect(() => new SimpleMemoryCache(options as object)).toThrow(named)
})
