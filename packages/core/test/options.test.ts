import { BasePlugin, Cache, parseOption, register } from '@pycached/core'
import { SimpleMemoryCache } from '@pycached/memory'
import { StringSerializer } from '@pycached/serializer-string'
import { FakeClock } from '@pycached/testing'
import { afterEach, describe, expect, test, vi } from 'vitest'

afterEach(() => vi.unstubAllEnvs())

const refused = (message: RegExp, option?: string) =>
  expect.objectContaining({
    name: 'InvalidArgumentError',
    message: expect.stringMatching(message),
    ...(option && { option }),
  })

describe('every option', () => {
  test('has its default, readable as a property', () => {
    const cache = new SimpleMemoryCache()
    expect([cache.timeout, cache.ttl, cache.namespace, cache.keyBuilder, cache.enabled]).toEqual([
      5,
      undefined,
      undefined,
      undefined,
      true,
    ])
    expect(cache.plugins).toEqual([])
  })

  test('that is undefined has its default too', () => {
    const cache = new SimpleMemoryCache({
      timeout: undefined,
      ttl: undefined,
      namespace: undefined,
      keyBuilder: undefined,
      enabled: undefined,
      plugins: undefined,
      serializer: undefined,
      clock: undefined,
    })
    expect([cache.timeout, cache.enabled, cache.plugins.length]).toEqual([5, true, 0])
  })

  test('reads back as it was given, durations in seconds', () => {
    const keyBuilder = (key: string) => key
    const serializer = new StringSerializer()
    const cache = new SimpleMemoryCache({ timeout: '2s', ttl: '250ms', namespace: 'main', keyBuilder, serializer })
    expect([cache.timeout, cache.ttl, cache.namespace, cache.keyBuilder, cache.serializer]).toEqual([
      2,
      0.25,
      'main',
      keyBuilder,
      serializer,
    ])
    expect(new SimpleMemoryCache({ timeout: 1.5, ttl: 60 }).timeout).toBe(1.5)
    expect(new SimpleMemoryCache({ timeout: 0 }).timeout).toBeUndefined()
    expect(new SimpleMemoryCache({ timeout: null, ttl: null, namespace: null })).toMatchObject({
      timeout: undefined,
      ttl: undefined,
      namespace: undefined,
    })
  })

  test('of another name throws, and names those that there are', () => {
    expect(() => new SimpleMemoryCache({ timout: 1 } as object)).toThrow(
      refused(
        /^SimpleMemoryCache has no option 'timout': did you mean timeout\? It knows serializer, plugins, /,
        'timout',
      ),
    )
    expect(() => new SimpleMemoryCache({ xyzzyx: 1 } as object)).toThrow(
      refused(/no option 'xyzzyx': it knows serializer, /),
    )
  })

  test.each([
    [{ ttl: 0 }, 'InvalidDurationError'],
    [{ ttl: -1 }, 'InvalidDurationError'],
    [{ ttl: '5 minutes' }, 'InvalidDurationError'],
    [{ timeout: -1 }, 'InvalidDurationError'],
    [{ timeout: Number.NaN }, 'InvalidDurationError'],
    [{ enabled: 'false' }, 'InvalidArgumentError'],
    [{ plugins: 'pycached.plugins.TimingPlugin' }, 'InvalidArgumentError'],
    [{ plugins: {} }, 'InvalidArgumentError'],
    [{ plugins: [null] }, 'InvalidArgumentError'],
    [{ plugins: [7] }, 'InvalidArgumentError'],
    [{ plugins: [[]] }, 'InvalidArgumentError'],
    [{ plugins: [{ clas: 'pycached.plugins.TimingPlugin' }] }, 'InvalidArgumentError'],
    [{ clock: null }, 'InvalidArgumentError'],
    [{ clock: { now: Date.now } }, 'InvalidArgumentError'],
    [['ttl'], 'InvalidArgumentError'],
    [new Map([['ttl', 1]]), 'InvalidArgumentError'],
    [{ serializer: null }, 'InvalidArgumentError'],
    [{ serializer: 7 }, 'InvalidArgumentError'],
    [{ serializer: {} }, 'InvalidArgumentError'],
    [{ serializer: { dumps: String, loads: String } }, 'InvalidArgumentError'],
    [{ serializer: { dumps: String, loads: String, encoding: 'latin1' } }, 'InvalidArgumentError'],
    [{ serializer: { class: BasePlugin } }, 'InvalidArgumentError'],
    [{ serializer: 'no.such.Serializer' }, 'ClassPathError'],
    [{ serializer: { class: 'pycached.serializers.StringSerialiser' } }, 'ClassPathError'],
  ])('with a bad value throws at once: %j', (options, name) => {
    expect(() => new SimpleMemoryCache(options as object)).toThrow(expect.objectContaining({ name }))
  })
})

describe('a component', () => {
  class Picky {
    readonly encoding = 'utf-8'
    readonly options: object | undefined
    constructor(options?: { level?: number; fail?: boolean }) {
      if (options?.fail === true) throw new Error('no such level')
      this.options = options
    }
    dumps(value: unknown): string {
      return String(value)
    }
    loads(stored: unknown): unknown {
      return stored
    }
  }
  register('test.options.Picky', Picky)

  test('is an instance, a class, a class path, or one of both with its options', () => {
    const instance = new Picky()
    expect(new SimpleMemoryCache({ serializer: instance }).serializer).toBe(instance)
    for (const serializer of [Picky, 'test.options.Picky', { class: Picky }, { class: 'test.options.Picky' }]) {
      const made = new SimpleMemoryCache({ serializer }).serializer as Picky
      expect(made).toBeInstanceOf(Picky)
      expect(made.options).toBeUndefined()
    }
    for (const target of [Picky, 'test.options.Picky']) {
      const made = new SimpleMemoryCache({ serializer: { class: target, level: 3 } }).serializer as Picky
      expect(made.options).toEqual({ level: 3 })
    }
  })

  test('an object with the methods is enough: no class of ours needs to be extended', async () => {
    const cache = new SimpleMemoryCache({
      serializer: { encoding: 'utf-8', dumps: (value) => `<${String(value)}>`, loads: String },
    })
    await cache.set('key', 1)
    expect(await cache.get('key')).toBe('<1>')
  })

  test('whose constructor throws says which it was, with the reason', () => {
    expect(() => new SimpleMemoryCache({ serializer: { class: Picky, fail: true } })).toThrow(
      expect.objectContaining({
        name: 'InvalidArgumentError',
        message: 'cannot make Picky with the options given: no such level',
        option: 'serializer',
      }),
    )
  })
})

describe('plugins', () => {
  test('are any iterable, and read back frozen', () => {
    const plugin = new BasePlugin()
    const cache = new SimpleMemoryCache({ plugins: new Set([plugin]) })
    expect(cache.plugins).toEqual([plugin])
    expect(Object.isFrozen(cache.plugins)).toBe(true)
  })

  test('can be replaced at any time, and a bad replacement changes nothing', () => {
    const cache = new SimpleMemoryCache()
    cache.plugins = [...cache.plugins, new BasePlugin()]
    expect(cache.plugins.length).toBe(1)
    expect(() => {
      cache.plugins = [null as never]
    }).toThrow(TypeError)
    expect(cache.plugins.length).toBe(1)
  })
})

describe('CACHE_DISABLE', () => {
  test('of 1, read when a cache is made, disables it, whatever its options say', async () => {
    const before = new SimpleMemoryCache()
    vi.stubEnv('CACHE_DISABLE', '1')
    const cache = new SimpleMemoryCache({ enabled: true })
    expect([before.enabled, cache.enabled]).toEqual([true, false])
    await cache.set('key', 1)
    cache.enabled = true
    expect(await cache.get('key')).toBeUndefined()
  })

  test.each(['0', '', 'false', 'no'])('of %j does not', (value) => {
    vi.stubEnv('CACHE_DISABLE', value)
    expect(new SimpleMemoryCache().enabled).toBe(true)
  })
})

test('a clock of one’s own is what times to live go by', async () => {
  const clock = new FakeClock()
  const cache = new Cache({ clock, ttl: '1h' })
  await cache.set('key', 1)
  clock.advance(3_599_999)
  expect(await cache.exists('key')).toBe(true)
  clock.advance(1)
  expect(await cache.exists('key')).toBe(false)
})

test('readers of options in URLs refuse what is none of theirs', () => {
  expect(parseOption.number('5', 'port')).toBe(5)
  expect(parseOption.boolean('0', 'tls')).toBe(false)
  expect(parseOption.list('a,,b')).toEqual(['a', 'b'])
  expect(parseOption.duration('1.5')).toBe(1.5)
  expect(parseOption.duration('10s')).toBe('10s')
  for (const text of ['', ' ', 'x', '5x'])
    expect(() => parseOption.number(text, 'port')).toThrow(refused(/^port must be a number; got/, 'port'))
  for (const text of ['', 'yes', 'TRUE'])
    expect(() => parseOption.boolean(text, 'tls')).toThrow(refused(/^tls must be true, false, 1 or 0/, 'tls'))
})
