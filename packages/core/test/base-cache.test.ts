import { BaseCache, type CacheOptions, parseOption } from '@pycached/core'
import { cacheOver, MapBackend } from '@pycached/testing'
import { expect, test } from 'vitest'
import { isCache, isCacheClass } from '../src/base-cache.js'

const serializer = { encoding: 'utf-8' as const, dumps: String, loads: String }

class AcmeCache extends BaseCache {
  static override readonly options = { ...BaseCache.options, shards: parseOption.number }
  readonly shards: number
  constructor(options: CacheOptions & { shards?: number } = {}) {
    super(new MapBackend(), options, () => serializer)
    this.shards = options.shards ?? 1
  }
}

test('a subclass adds options of its own, and others are refused in its name', () => {
  expect(new AcmeCache({ shards: 3, namespace: 'main' }).shards).toBe(3)
  expect(() => new AcmeCache({ shard: 3 } as object)).toThrow(/^AcmeCache has no option 'shard': did you mean shards\?/)
})

test('a subclass has every command, and its default serializer is made only where none is given', async () => {
  const cache = new AcmeCache()
  await cache.set('key', 1)
  expect(await cache.get('key')).toBe('1')
  class Strict extends BaseCache {
    constructor(options: CacheOptions) {
      super(new MapBackend(), options, () => expect.unreachable())
    }
  }
  expect(new Strict({ serializer }).serializer).toBe(serializer)
})

test('methods that a subclass overrides are called by nobody but the user', async () => {
  class Loud extends AcmeCache {
    override get(): Promise<never> {
      throw new Error('overridden')
    }
  }
  expect(await new Loud().multiGet(['key'])).toEqual([undefined])
})

test('enabled and plugins can be changed, everything else is fixed', () => {
  const cache = new AcmeCache({ ttl: 1 })
  cache.enabled = false
  expect(cache.enabled).toBe(false)
  expect(() => Object.assign(cache, { enabled: 'true' })).toThrow(/enabled must be true or false; got 'true'/)
  expect(cache.enabled).toBe(false)
  cache.plugins = []
  expect(Object.isFrozen(cache.plugins)).toBe(true)
})

test('caches and classes of caches are recognised, also those of another copy of the library', () => {
  expect(isCache(new AcmeCache())).toBe(true)
  expect(isCacheClass(AcmeCache)).toBe(true)
  const foreign = Object.assign(() => {}, { prototype: { [Symbol.for('pycached.cache')]: true } })
  expect(isCacheClass(foreign)).toBe(true)
  for (const value of [{}, null, undefined, 'text', new MapBackend()]) expect(isCache(value)).toBe(false)
  for (const value of [MapBackend, () => {}, {}, null, 'text']) expect(isCacheClass(value)).toBe(false)
})

test('printing a cache shows its options and not its insides', () => {
  const cache = cacheOver(new MapBackend(), { namespace: 'main', ttl: '10s' })
  expect(Object.keys(cache)).toEqual(expect.arrayContaining(['namespace', 'ttl', 'serializer']))
  expect(Object.keys(cache)).not.toContain('_state')
  expect(JSON.parse(JSON.stringify(cache))).toMatchObject({ namespace: 'main', ttl: 10 })
})
