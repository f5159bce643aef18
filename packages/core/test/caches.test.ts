import { BaseCache, type CacheClass, Caches, type CachesConfig, caches } from '@pycached/core'
import { SimpleMemoryCache } from '@pycached/memory'
import { HitMissRatioPlugin, TimingPlugin } from '@pycached/plugins'
import { JsonSerializer } from '@pycached/serializer-json'
import { StringSerializer } from '@pycached/serializer-string'
import { FailingBackend, MapBackend } from '@pycached/testing'
import { describe, expect, test } from 'vitest'

const MEMORY = { cache: 'pycached.SimpleMemoryCache' }

/** Caches over a store whose closing can be watched, or made to fail. */
function watched() {
  const closed: string[] = []
  const failing = new Set<string>()
  class Watched extends BaseCache {
    constructor(options: { namespace?: string } = {}) {
      const backend = new FailingBackend(new MapBackend())
      backend.close = () => {
        closed.push(options.namespace ?? '')
        if (failing.has(options.namespace ?? '')) throw new Error(`${options.namespace} is stuck`)
      }
      super(backend, options, () => new JsonSerializer())
    }
  }
  return { Watched: Watched as unknown as CacheClass, closed, failing }
}

describe('the configuration', () => {
  test('out of the box is a memory cache with the string serializer', () => {
    const cache = new Caches().get('default')
    expect(cache).toBeInstanceOf(SimpleMemoryCache)
    expect(cache.serializer).toBeInstanceOf(StringSerializer)
    expect(new Caches().getConfig()).toEqual({
      default: { cache: 'pycached.SimpleMemoryCache', serializer: { class: 'pycached.serializers.StringSerializer' } },
    })
  })

  test('may be plain data', () => {
    const text = JSON.stringify({
      default: MEMORY,
      alt: {
        ...MEMORY,
        namespace: 'alt',
        timeout: 1,
        ttl: '10s',
        serializer: { class: 'pycached.serializers.JsonSerializer' },
        plugins: [{ class: 'pycached.plugins.HitMissRatioPlugin' }, { class: 'pycached.plugins.TimingPlugin' }],
      },
    })
    const alt = new Caches(JSON.parse(text) as CachesConfig).get('alt')
    expect([alt.namespace, alt.timeout, alt.ttl]).toEqual(['alt', 1, 10])
    expect(alt.serializer).toBeInstanceOf(JsonSerializer)
    expect(alt.plugins.map((plugin) => plugin.constructor)).toEqual([HitMissRatioPlugin, TimingPlugin])
  })

  test('takes classes, type names and instances too', () => {
    const plugin = new TimingPlugin()
    const registry = new Caches({
      default: { cache: SimpleMemoryCache, serializer: JsonSerializer, plugins: [plugin, TimingPlugin] },
      named: { cache: 'memory' },
    })
    expect(registry.get('default')).toBeInstanceOf(SimpleMemoryCache)
    expect(registry.get('default').plugins[0]).toBe(plugin)
    expect(registry.get('named')).toBeInstanceOf(SimpleMemoryCache)
  })

  test.each([
    [{}, /needs the alias 'default'/],
    [{ other: MEMORY }, /needs the alias 'default'/],
    [null, /a configuration is an object/],
    ['text', /a configuration is an object/],
    [[], /a configuration is an object/],
    [{ default: null }, /configuration of 'default' must be an object with 'cache'/],
    [{ default: {} }, /must be an object with 'cache'/],
    [{ default: MEMORY, alt: { class: 'x' } }, /configuration of 'alt' must be an object with 'cache'/],
  ])('%j is refused, and changes nothing', (config, message) => {
    const registry = new Caches({ default: MEMORY, kept: MEMORY })
    const kept = registry.get('kept')
    expect(() => registry.setConfig(config as never)).toThrow(
      expect.objectContaining({ name: 'InvalidArgumentError', message: expect.stringMatching(message) }),
    )
    expect(registry.get('kept')).toBe(kept)
    expect(() => new Caches(config as never)).toThrow(message)
  })

  test('is copied, both on its way in and on its way out', () => {
    const config = {
      default: { ...MEMORY, serializer: { class: 'pycached.serializers.JsonSerializer' }, plugins: [] as object[] },
    }
    const registry = new Caches(config)
    config.default.serializer.class = 'no.such.Serializer'
    config.default.plugins.push({})
    const out = registry.getConfig()
    Object.assign(out['default']?.serializer as object, { class: 'no.such.Serializer' })
    Object.assign(registry.getAliasConfig('default'), { cache: 'no.such.Cache' })
    expect(registry.get('default').serializer).toBeInstanceOf(JsonSerializer)
  })

  test('keeps classes and instances as they are in its copies', () => {
    const serializer = new JsonSerializer()
    const registry = new Caches({ default: { cache: SimpleMemoryCache, serializer } })
    expect(registry.getAliasConfig('default')).toMatchObject({ cache: SimpleMemoryCache })
    expect(registry.getAliasConfig('default').serializer).toBe(serializer)
  })

  test('makes nothing until an alias is asked for, so that a mistake in one does not touch another', () => {
    const registry = new Caches({ default: MEMORY, broken: { cache: 'pycached.NoSuchCache' } })
    expect(registry.get('default')).toBeInstanceOf(SimpleMemoryCache)
    expect(() => registry.get('broken')).toThrow(expect.objectContaining({ name: 'ClassPathError' }))
    expect(() => registry.get('broken')).toThrow(expect.objectContaining({ name: 'ClassPathError' }))
  })
})

describe('get', () => {
  test('is always the same instance, made at the first call', () => {
    const registry = new Caches({ default: MEMORY, other: MEMORY })
    expect(registry.get('default')).toBe(registry.get('default'))
    expect(registry.get('default')).not.toBe(registry.get('other'))
  })

  test('of an unknown alias names the known ones, and the nearest', () => {
    const registry = new Caches({ default: MEMORY, redis_alt: MEMORY })
    for (const ask of [
      (alias: string) => registry.get(alias),
      (alias: string) => registry.create(alias),
      (alias: string) => registry.getAliasConfig(alias),
    ]) {
      expect(() => ask('redis_atl')).toThrow(
        expect.objectContaining({
          name: 'UnknownAliasError',
          code: 'PYCACHED_UNKNOWN_ALIAS',
          message: expect.stringMatching(
            /^unknown alias 'redis_atl': did you mean 'redis_alt'\? Known are default, redis_alt$/,
          ),
        }),
      )
      for (const alias of ['constructor', '__proto__', 'toString'])
        expect(() => ask(alias)).toThrow(expect.objectContaining({ name: 'UnknownAliasError' }))
    }
  })
})

describe('create', () => {
  test('is a new instance each time, and overrides win', () => {
    const registry = new Caches({ default: { ...MEMORY, namespace: 'config', ttl: 1 } })
    const [one, other] = [registry.create('default'), registry.create('default', { namespace: 'override' })]
    expect(one).not.toBe(other)
    expect([one.namespace, other.namespace, other.ttl]).toEqual(['config', 'override', 1])
    expect(registry.get('default')).not.toBe(one)
  })

  test('takes a configuration too, as the Python library does', () => {
    const registry = new Caches({ default: { ...MEMORY, namespace: 'config' } })
    const cache = registry.create(registry.getAliasConfig('default'))
    expect(cache).toBeInstanceOf(SimpleMemoryCache)
    expect(cache.namespace).toBe('config')
    expect(() => registry.create({} as never)).toThrow(/must be an object with 'cache'/)
  })

  test.each([null, 7, 'main', []])('refuses %j as overrides', (overrides) => {
    expect(() => new Caches().create('default', overrides as never)).toThrow(
      /the overrides of create must be an object/,
    )
  })

  test('names an option that the cache does not have', () => {
    expect(() => new Caches().create('default', { tll: 1 })).toThrow(
      /SimpleMemoryCache has no option 'tll': did you mean ttl\?/,
    )
  })
})

describe('registries', () => {
  test('share nothing with each other', () => {
    const [one, other] = [new Caches(), new Caches()]
    one.add('mine', MEMORY)
    expect(() => other.get('mine')).toThrow(/unknown alias/)
    expect(one.get('default')).not.toBe(other.get('default'))
    expect(caches).toBeInstanceOf(Caches)
  })

  test('forget the instance of an alias that is replaced, and all when the configuration is', () => {
    const registry = new Caches({ default: MEMORY, alt: MEMORY })
    const [before, kept] = [registry.get('alt'), registry.get('default')]
    registry.add('alt', { ...MEMORY, namespace: 'new' })
    expect(registry.get('alt')).not.toBe(before)
    expect(registry.get('alt').namespace).toBe('new')
    expect(registry.get('default')).toBe(kept)
    registry.setConfig({ default: MEMORY })
    expect(registry.get('default')).not.toBe(kept)
    expect(() => registry.get('alt')).toThrow(/unknown alias/)
  })

  test('add refuses a bad configuration, and keeps what there was', () => {
    const registry = new Caches()
    const before = registry.get('default')
    expect(() => registry.add('default', {} as never)).toThrow(/configuration of 'default'/)
    for (const alias of ['', 7, null]) {
      expect(() => registry.add(alias as string, MEMORY)).toThrow(/an alias must be text that is not empty/)
    }
    expect(registry.get('default')).toBe(before)
  })
})

describe('close', () => {
  test('closes every instance that get made, forgotten ones too, and none that create made', async () => {
    const { Watched, closed } = watched()
    const registry = new Caches({
      default: { cache: Watched, namespace: 'one' },
      other: { cache: Watched, namespace: 'two' },
    })
    registry.get('default')
    registry.get('other')
    registry.create('default', { namespace: 'created' })
    registry.add('other', { cache: Watched, namespace: 'three' })
    registry.get('other')
    await registry.close()
    expect(closed.sort()).toEqual(['one', 'three', 'two'])
    await registry.close()
    expect(closed.length).toBe(3)
  })

  test('leaves a registry that makes new instances', async () => {
    const registry = new Caches()
    const before = registry.get('default')
    await registry.close()
    await expect(before.get('key')).rejects.toMatchObject({ name: 'CacheClosedError' })
    expect(await registry.get('default').set('key', 1)).toBe(true)
  })

  test('closes all even if some fail, and tells of every failure', async () => {
    const { Watched, closed, failing } = watched()
    const config = {
      default: { cache: Watched, namespace: 'one' },
      b: { cache: Watched, namespace: 'two' },
      c: { cache: Watched, namespace: 'three' },
    }
    const registry = new Caches(config)
    const open = () => Object.keys(config).map((alias) => registry.get(alias))
    open()
    failing.add('two')
    await expect(registry.close()).rejects.toMatchObject({
      name: 'BackendError',
      message: expect.stringContaining('two is stuck'),
    })
    open()
    failing.add('three')
    await expect(registry.close()).rejects.toMatchObject({
      name: 'AggregateError',
      message: expect.stringMatching(/2 caches failed to close: .*two is stuck.*three is stuck/),
    })
    expect(closed.length).toBe(6)
  })

  test('is what await using does', async () => {
    const { Watched, closed } = watched()
    {
      await using registry = new Caches({ default: { cache: Watched, namespace: 'one' } })
      registry.get('default')
    }
    expect(closed).toEqual(['one'])
  })
})
