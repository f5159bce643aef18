import type { Backend } from '@pycached/core'
import { cacheOver, FailingBackend, MapBackend } from '@pycached/testing'
import { describe, expect, test } from 'vitest'

/** A cache, and the keys that reach its store. */
function spied(options: Parameters<typeof cacheOver>[1] = {}) {
  const backend = new FailingBackend(new MapBackend())
  return { cache: cacheOver(backend, options), keys: () => backend.calls.map(([, key]) => key) }
}

describe('buildKey', () => {
  test.each([
    [undefined, undefined, 'key'],
    [null, undefined, 'key'],
    ['', undefined, 'key'],
    ['main', undefined, 'main:key'],
    ['main', null, 'main:key'],
    ['main', '', 'key'],
    ['main', 'other', 'other:key'],
    [undefined, 'other', 'other:key'],
    ['a:b', undefined, 'a:b:key'],
    ['a*?[', undefined, 'a*?[:key'],
  ])('in namespace %j with %j it is %j, which is what the store sees', async (own, given, built) => {
    const { cache, keys } = spied({ namespace: own })
    expect(cache.buildKey('key', given)).toBe(built)
    await cache.get('key', { namespace: given })
    await cache.set('key', 1, { namespace: given })
    expect(keys()).toEqual([built, built])
  })

  test.each(['', null, undefined, 0, 1, {}, ['key'], Symbol('key')])('refuses %s as a key', (key) => {
    const { cache } = spied()
    expect(() => cache.buildKey(key as string)).toThrow(
      expect.objectContaining({ name: 'InvalidArgumentError', option: 'key' }),
    )
  })

  test('refuses a namespace that is no text, in the options of a cache too', async () => {
    const { cache } = spied()
    expect(() => cache.buildKey('key', 1 as never)).toThrow(/namespace must be text, got number/)
    await expect(cache.get('key', { namespace: 1 as never })).rejects.toThrow(/namespace must be text/)
    expect(() => spied({ namespace: {} as never })).toThrow(/namespace must be text, got object/)
  })
})

describe('a key builder', () => {
  const keyBuilder = (key: string, namespace: string) => `${namespace}__${key}`

  test('replaces the rule, and gets the namespace of the command, "" where there is none', async () => {
    const { cache, keys } = spied({ keyBuilder, namespace: 'main' })
    await cache.get('key')
    await cache.get('key', { namespace: 'other' })
    await cache.get('key', { namespace: '' })
    await cache.multiGet(['a', 'b'])
    expect(keys()).toEqual(['main__key', 'other__key', '__key', ['main__a', 'main__b']])
    expect(cache.buildKey('key')).toBe('main__key')
    expect(spied({ keyBuilder }).cache.buildKey('key')).toBe('__key')
  })

  test('says by its answer to an empty key what clear removes', async () => {
    const { cache, keys } = spied({ keyBuilder, namespace: 'main' })
    await cache.clear()
    await cache.clear({ namespace: 'other' })
    expect(keys()).toEqual(['main__', 'other__'])
  })

  test('that puts the key first makes clear throw, and says what to do', async () => {
    const { cache, keys } = spied({ keyBuilder: (key, namespace) => key + (key && namespace), namespace: 'main' })
    await expect(cache.clear()).rejects.toThrow(
      /keyBuilder\('', 'main'\) returned an empty string: return the common prefix/,
    )
    expect(keys()).toEqual([])
  })

  test('that fails for an empty key makes clear throw, as the caller’s error', async () => {
    const { cache, keys } = spied({ keyBuilder: (key) => `${(key.split(':')[1] as string).length}` })
    await expect(cache.clear()).rejects.toMatchObject({
      name: 'InvalidArgumentError',
      option: 'keyBuilder',
      message: expect.stringMatching(/keyBuilder failed for the empty key/),
      cause: expect.any(TypeError),
    })
    expect(keys()).toEqual([])
  })

  test('that fails or answers no key is the caller’s error, with the key', async () => {
    const boom = new Error('boom')
    const failing = spied({
      keyBuilder: () => {
        throw boom
      },
    }).cache
    await expect(failing.get('key')).rejects.toMatchObject({
      name: 'InvalidArgumentError',
      option: 'keyBuilder',
      key: 'key',
      cause: boom,
    })
    for (const built of ['', 1, null, undefined, Promise.resolve('key')]) {
      const { cache, keys } = spied({ keyBuilder: () => built as string })
      await expect(cache.set('key', 1)).rejects.toMatchObject({
        name: 'InvalidArgumentError',
        option: 'keyBuilder',
        key: 'key',
      })
      expect(keys()).toEqual([])
    }
  })

  test('must be a function', () => {
    expect(() => spied({ keyBuilder: 'text' as never })).toThrow(/keyBuilder must be a function/)
  })
})

describe('clear', () => {
  test('removes by the prefix with its colon, and everything only where there is no namespace', async () => {
    for (const [namespace, options, prefix] of [
      ['user', undefined, 'user:'],
      ['user', { namespace: 'other' }, 'other:'],
      ['user', { namespace: undefined }, 'user:'],
      ['user', { namespace: null }, 'user:'],
      [undefined, undefined, ''],
      [undefined, { namespace: 'other' }, 'other:'],
    ] as const) {
      const { cache, keys } = spied({ namespace })
      await cache.clear(options)
      expect(keys()).toEqual([prefix])
    }
  })

  test('refuses an explicit empty namespace', async () => {
    for (const namespace of ['user', undefined]) {
      const { cache, keys } = spied({ namespace })
      await expect(cache.clear({ namespace: '' })).rejects.toThrow(/would empty the whole database/)
      expect(keys()).toEqual([])
    }
  })
})

test('a backend that can be narrowed is, once, for the own namespace', async () => {
  const prefixes: string[] = []
  const whole = new MapBackend() as Backend & MapBackend
  const narrowed = new FailingBackend(new MapBackend())
  whole.scope = (prefix: string) => {
    prefixes.push(prefix)
    return narrowed
  }
  const cache = cacheOver(whole, { namespace: 'main' })
  await cache.set('key', 1)
  await cache.get('key', { namespace: 'other' })
  await cache.clear()
  expect(prefixes).toEqual(['main:'])
  expect(narrowed.calls.map(([name, key]) => [name, key])).toEqual([
    ['set', 'key'],
    ['clear', ''],
  ])
  prefixes.length = 0
  cacheOver(whole, { namespace: 'main', keyBuilder: (key) => key })
  cacheOver(whole, {})
  expect(prefixes).toEqual([])
})
