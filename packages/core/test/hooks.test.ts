import { BasePlugin, type HookedCache, type Outcome, type Plugin, PluginError } from '@pycached/core'
import { cacheOver, FailingBackend, FailingPlugin, FailingSerializer, FakeClock, MapBackend } from '@pycached/testing'
import { afterEach, describe, expect, test, vi } from 'vitest'

function make(plugins: Plugin[], options: Parameters<typeof cacheOver>[1] = {}) {
  const clock = new FakeClock()
  const backend = new FailingBackend(new MapBackend(clock), clock)
  const cache = cacheOver(backend, { clock, plugins, ...options })
  return { clock, backend, cache }
}

const errorOf = (promise: Promise<unknown>): Promise<PluginError> =>
  promise.then(
    () => expect.unreachable('resolved'),
    (error) => error,
  )

/** Notes every hook of get and set, with its name. */
class Recording extends BasePlugin {
  readonly seen: string[]
  readonly name: string
  constructor(name: string, seen: string[]) {
    super()
    this.name = name
    this.seen = seen
  }
  override async preGet(): Promise<void> {
    this.seen.push(`${this.name} preGet`)
    await Promise.resolve()
    this.seen.push(`${this.name} preGet done`)
  }
  override postGet(): void {
    this.seen.push(`${this.name} postGet`)
  }
  override async around(
    _cache: HookedCache,
    command: string,
    _args: unknown,
    next: () => Promise<unknown>,
  ): Promise<unknown> {
    this.seen.push(`${this.name} around ${command}`)
    const result = await next()
    this.seen.push(`${this.name} around ends`)
    return result
  }
}

test('no hook can change the keys of a multiGet, or the pairs of a multiSet', async () => {
  const thrown: unknown[] = []
  const attempt = (items: readonly unknown[]) => {
    try {
      ;(items as unknown[]).push('more')
    } catch (error) {
      thrown.push(error)
    }
  }
  const plugin: Plugin = {
    preMultiGet: (_cache, [keys]) => attempt(keys),
    preMultiSet: (_cache, [pairs]) => attempt(pairs),
  }
  const { cache } = make([plugin])
  const keys = ['a', 'b']
  await cache.multiSet([['a', '1']])
  expect(await cache.multiGet(keys)).toEqual(['1', undefined])
  expect(thrown).toHaveLength(2)
  expect(Object.isFrozen(keys)).toBe(false)
})

describe('order', () => {
  test('around from the first plugin inwards, then every pre hook, the command, every post hook', async () => {
    const seen: string[] = []
    const { cache, backend } = make([new Recording('a', seen), new Recording('b', seen)])
    const { get } = backend
    backend.get = (...args) => {
      seen.push('command')
      return get.apply(backend, args)
    }
    await cache.get('key')
    expect(seen).toEqual([
      'a around get',
      'b around get',
      'a preGet',
      'a preGet done',
      'b preGet',
      'b preGet done',
      'command',
      'a postGet',
      'b postGet',
      'b around ends',
      'a around ends',
    ])
  })

  test('plugins that are put in place later run from the next command on', async () => {
    const seen: string[] = []
    const { cache } = make([])
    await cache.get('key')
    cache.plugins = [...cache.plugins, new Recording('late', seen)]
    expect(seen).toEqual([])
    await cache.get('key')
    expect(seen.length).toBe(5)
  })

  test('a plugin is attached when the cache gets it, once each time', () => {
    const attached: HookedCache[] = []
    class Attaching extends BasePlugin {
      override attach(cache: HookedCache): void {
        attached.push(cache)
      }
    }
    const [first, second] = [new Attaching(), new Attaching()]
    const { cache } = make([first])
    expect(attached).toEqual([cache])
    cache.plugins = [first, second]
    expect(attached).toEqual([cache, cache])
    cache.plugins = []
    cache.plugins = [second]
    expect(attached.length).toBe(3)
  })
})

describe('what hooks get', () => {
  type Seen = [hook: string, args: readonly unknown[], outcome?: Outcome]

  /** A plugin with every hook. */
  function everyHook(seen: Seen[], caches: unknown[] = []): Plugin {
    const names = [
      'Add',
      'Get',
      'Set',
      'MultiGet',
      'MultiSet',
      'Exists',
      'Increment',
      'Expire',
      'Delete',
      'MultiDelete',
      'Clear',
      'Raw',
    ]
    const hooks = names.flatMap((name) =>
      [`pre${name}`, `post${name}`].map((hook) => [
        hook,
        (cache: HookedCache, args: readonly unknown[], outcome?: Outcome) => {
          caches.push(cache)
          expect(Object.isFrozen(args)).toBe(true)
          if (outcome !== undefined) expect(Object.isFrozen(outcome)).toBe(true)
          seen.push(outcome === undefined ? [hook, args] : [hook, args, outcome])
        },
      ]),
    )
    return Object.fromEntries(hooks) as Plugin
  }

  test('every command but close has a pre and a post hook, with the arguments as they were given', async () => {
    const seen: Seen[] = []
    const caches: unknown[] = []
    const { cache } = make([everyHook(seen, caches)])
    const options = { namespace: 'n' }
    const calls: [string, unknown[], unknown, number?][] = [
      ['add', ['key', 1], true],
      ['add', ['other', 1, options], true],
      ['get', ['key'], 1, 1],
      ['get', ['none', { default: 7 }], 7, 0],
      ['set', ['key', null, { ttl: '1h' }], true],
      ['get', ['key'], null, 1],
      ['multiGet', [['key', 'none', 'key']], [null, undefined, null], 2],
      ['multiSet', [[['n', 1]]], true],
      ['exists', ['key'], true],
      ['increment', ['n'], 2],
      ['increment', ['n', 5, options], 5],
      ['expire', ['n', null], true],
      ['delete', ['key'], 1],
      ['multiDelete', [['n', 'none']], 1],
      ['clear', [options], true],
      ['clear', [], true],
      ['raw', ['keys'], []],
    ]
    for (const [command, args] of calls)
      await (cache[command as 'get'] as (...args: unknown[]) => Promise<unknown>)(...args)
    const hook = (when: string, command: string) => when + command[0]?.toUpperCase() + command.slice(1)
    expect(seen).toEqual(
      calls.flatMap(([command, args, ret, hits]) => [
        [hook('pre', command), args],
        [hook('post', command), args, { ret, took: 0, hits }],
      ]),
    )
    expect(new Set(caches)).toEqual(new Set([cache]))
  })

  test('iterables are arrays by then, read once', async () => {
    const seen: Seen[] = []
    const { cache } = make([everyHook(seen)])
    await cache.multiSet(new Map([['a', 1]]))
    const once = (function* () {
      yield 'a'
    })()
    expect(await cache.multiGet(once)).toEqual([1])
    expect(seen.map(([, args]) => args[0])).toEqual([[['a', 1]], [['a', 1]], ['a'], ['a']])
  })

  test('took is in seconds, from before the first pre hook to before the first post hook', async () => {
    const seen: number[] = []
    const { clock, backend, cache } = make([])
    const sleep = (ms: number) => new Promise<void>((resolve) => clock.schedule(resolve, ms))
    const slow: Plugin = {
      preGet: () => sleep(100),
      async postGet(_cache, _args, { took }) {
        seen.push(took)
        await sleep(1000)
      },
    }
    cache.plugins = [slow, slow]
    backend.delay('get', 50)
    const value = cache.get('key')
    await clock.advanceAsync(3000)
    await value
    expect(seen).toEqual([0.25, 0.25])
  })

  test('what the serializer makes of a value is no affair of theirs: they see the value', async () => {
    const seen: Seen[] = []
    const { cache } = make([everyHook(seen)], { serializer: new FailingSerializer() })
    const value = { a: 1 }
    await cache.set('key', value)
    await cache.get('key')
    expect(seen[0]?.[1][1]).toBe(value)
    expect(seen[3]?.[2]?.ret).toEqual(value)
  })

  test('a command that a hook calls runs its own hooks', async () => {
    const seen: string[] = []
    const { cache } = make([
      {
        async preSet(cache, [key]) {
          seen.push(`preSet ${key}`)
          if (key === 'key') await cache.set('inner', 1)
        },
      },
    ])
    await cache.set('key', 1)
    expect(seen).toEqual(['preSet key', 'preSet inner'])
    expect(await cache.exists('inner')).toBe(true)
  })
})

describe('a hook that fails', () => {
  const boom = new Error('boom')

  test.each([
    ['preSet', false, false],
    ['postSet', true, true],
    ['around', false, false],
  ] as const)(
    '%s rejects with PluginError, which says whether the command had run: %s',
    async (hook, commandRan, written) => {
      for (const now of [false, true]) {
        const { cache } = make([new FailingPlugin(hook, boom, { now })])
        const error = await errorOf(cache.set('key', 1))
        expect(error).toBeInstanceOf(PluginError)
        expect(error).toMatchObject({
          code: 'PYCACHED_PLUGIN',
          plugin: 'FailingPlugin',
          hook,
          commandRan,
          cause: boom,
          key: 'key',
        })
        expect(error.message).toBe(
          `FailingPlugin.${hook} failed ${commandRan ? 'after the command had run' : 'before the command ran'}: boom`,
        )
        cache.plugins = []
        expect(await cache.exists('key')).toBe(written)
      }
    },
  )

  test('is told even where neither plugin nor failure has a name or a text', async () => {
    const thrown = Object.create(null)
    const plugin: Plugin = Object.create(null)
    plugin.preSet = () => {
      throw thrown
    }
    expect(await errorOf(make([plugin]).cache.set('key', 1))).toMatchObject({
      code: 'PYCACHED_PLUGIN',
      message: 'Object.preSet failed before the command ran: an object without text',
      cause: thrown,
    })
  })

  test('keeps later hooks and the command from running', async () => {
    const seen: string[] = []
    const { cache, backend } = make([new FailingPlugin('preGet', boom), new Recording('later', seen)])
    await errorOf(cache.get('key'))
    expect(seen).toEqual(['later around get'])
    expect(backend.calls).toEqual([])
  })

  test('is not taken for one where the command itself fails', async () => {
    const seen: string[] = []
    const { cache, backend } = make([new Recording('a', seen)])
    backend.fail('get', boom)
    await expect(cache.get('key')).rejects.toMatchObject({ name: 'BackendError', cause: boom })
    expect(seen).toEqual(['a around get', 'a preGet', 'a preGet done'])
  })

  test('fails the constructor or the assignment where it is attach', () => {
    const plugin = new FailingPlugin('attach', boom, { now: true })
    expect(() => make([plugin])).toThrow(boom)
    const { cache } = make([])
    expect(() => {
      cache.plugins = [plugin]
    }).toThrow(boom)
    expect(cache.plugins).toEqual([])
  })
})

describe('around', () => {
  const around = (run: (next: () => Promise<unknown>) => Promise<unknown>) =>
    make([{ around: (_cache, _command, _args, next) => run(next) }])

  test('resolves the call with what it resolves to', async () => {
    const { cache } = around(async (next) => [await next()])
    expect(await cache.get('key', { default: 7 })).toEqual([7])
  })

  test('must call next once: neither never nor twice', async () => {
    const never = around(async () => 'made up')
    expect(await errorOf(never.cache.set('key', 1))).toMatchObject({
      name: 'PluginError',
      hook: 'around',
      commandRan: false,
      message: expect.stringMatching(/next\(\) was not called/),
    })
    expect(never.backend.calls).toEqual([])
    const twice = around(async (next) => {
      await next()
      return next()
    })
    expect(await errorOf(twice.cache.set('key', 1))).toMatchObject({
      name: 'PluginError',
      hook: 'around',
      commandRan: true,
      message: expect.stringMatching(/next\(\) was called twice/),
    })
    expect(twice.backend.calls.length).toBe(1)
  })

  test('sees the failure of what is inside, and lets it through as it is', async () => {
    const seen: unknown[] = []
    const { cache, backend } = around(async (next) => {
      try {
        return await next()
      } catch (error) {
        seen.push(error)
        throw error
      }
    })
    backend.fail('get', new Error('down'))
    const error = await errorOf(cache.get('key'))
    expect(error.name).toBe('BackendError')
    expect((seen[0] as Error).message).toContain('down')
  })
})

describe('deadlines and signals', () => {
  test('hooks run inside the deadline', async () => {
    for (const hook of ['preSet', 'postSet', 'around'] as const) {
      const { clock, cache } = make([{ [hook]: () => new Promise(() => {}) }])
      const error = errorOf(cache.set('key', 1))
      await clock.advanceAsync(5000)
      expect(await error).toMatchObject({ name: 'CacheTimeoutError', mayHaveExecuted: hook === 'postSet' })
    }
  })

  test.each(['timeout', 'abort'])('nothing is written in the name of a caller who is gone: %s', async (kind) => {
    const { clock, backend, cache } = make([])
    const controller = new AbortController()
    cache.plugins = [{ preSet: () => new Promise((resolve) => clock.schedule(resolve, 10_000)) }]
    const error = errorOf(cache.set('key', 1, { signal: controller.signal }))
    if (kind === 'abort') controller.abort(new Error('changed my mind'))
    await clock.advanceAsync(5000)
    await error
    await clock.advanceAsync(10_000)
    expect(backend.calls).toEqual([])
  })
})

test('post hooks do not run for a caller who is gone, though the command had run', async () => {
  const seen: string[] = []
  const { clock, backend, cache } = make([{ postSet: () => void seen.push('postSet') }])
  backend.muffle('set')
  const error = errorOf(cache.set('key', 1))
  await clock.advanceAsync(5000)
  expect(await error).toMatchObject({ name: 'CacheTimeoutError', mayHaveExecuted: true })
  backend.restore()
  await clock.advanceAsync(0)
  expect(await cache.get('key')).toBe(1)
  expect(seen).toEqual([])
})

describe('onError', () => {
  afterEach(() => vi.restoreAllMocks())

  class Telling extends BasePlugin {
    readonly told: [command: string, args: readonly unknown[], error: Error][] = []
    override onError(_cache: HookedCache, command: string, args: readonly unknown[], error: unknown): void {
      this.told.push([command, args, error as Error])
    }
  }

  test('is told of every failure, with command, arguments and the very error that the caller gets', async () => {
    const plugin = new Telling()
    const serializer = new FailingSerializer()
    const { clock, backend, cache } = make([plugin], { serializer })
    await cache.set('key', 1)
    const failures: [name: string, cause: () => void, call: () => Promise<unknown>][] = [
      ['KeyExistsError', () => {}, () => cache.add('key', 1)],
      ['NotAnIntegerError', () => backend.answer('increment', undefined), () => cache.increment('key')],
      ['BackendError', () => backend.fail('get', new Error('down')), () => cache.get('key')],
      ['BackendError', () => backend.fail('getMany', new Error('down'), { now: true }), () => cache.multiGet(['key'])],
      ['InvalidArgumentError', () => {}, () => cache.get('')],
      ['InvalidArgumentError', () => {}, () => cache.get('key', { no: 1 } as object)],
      ['InvalidArgumentError', () => {}, () => cache.multiSet(7 as never)],
      ['InvalidDurationError', () => {}, () => cache.set('key', 1, { ttl: 0 })],
      ['AbortError', () => {}, () => cache.get('key', { signal: AbortSignal.abort() })],
      [
        'DeserializationError',
        () => {
          serializer.loadsError = new Error('no')
          backend.restore()
        },
        () => cache.get('key'),
      ],
      [
        'SerializationError',
        () => {
          serializer.dumpsError = new Error('no')
        },
        () => cache.set('key', 1),
      ],
      [
        'PluginError',
        () => {
          cache.plugins = [plugin, new FailingPlugin('preDelete', new Error('no'))]
        },
        () => cache.delete('key'),
      ],
    ]
    for (const [name, cause, call] of failures) {
      plugin.told.length = 0
      cause()
      const error = (await errorOf(call())) as Error
      expect(error.name).toBe(name)
      expect(plugin.told.map(([, , told]) => told)).toEqual([error])
      expect(plugin.told[0]?.[2]).toBe(error)
    }
    backend.hang('exists')
    plugin.told.length = 0
    const error = errorOf(cache.exists('key', { timeout: 1 }))
    await clock.advanceAsync(1000)
    expect((await error).name).toBe('CacheTimeoutError')
    expect(plugin.told).toEqual([['exists', ['key', { timeout: 1 }], await error]])
    const controller = new AbortController()
    plugin.told.length = 0
    const aborted = errorOf(cache.exists('key', { signal: controller.signal }))
    controller.abort('reason')
    expect(await aborted).toBe('reason')
    expect(plugin.told[0]?.[2]).toBe('reason')
    backend.restore()
    await cache.close()
    plugin.told.length = 0
    const closed = await errorOf(cache.get('key'))
    expect(plugin.told.map(([, , told]) => told)).toEqual([closed])
  })

  test('gets iterables as arrays, also of calls that came to nothing', async () => {
    const plugin = new Telling()
    const { cache } = make([plugin])
    await errorOf(cache.multiGet(new Set(['a', 'b']), { signal: AbortSignal.abort() }))
    await errorOf(cache.multiGet(new Set(['a', ''])))
    expect(plugin.told.map(([, [keys]]) => keys)).toEqual([
      ['a', 'b'],
      ['a', ''],
    ])
  })

  test('is not told of what succeeds', async () => {
    const plugin = new Telling()
    const { cache } = make([plugin])
    await cache.set('key', 1)
    await cache.get('none')
    expect(plugin.told).toEqual([])
  })

  test.each([true, false])(
    'that fails itself hides nothing and delays nobody: it is a process warning without the value',
    async (now) => {
      const warnings: string[] = []
      vi.spyOn(process, 'emitWarning').mockImplementation((warning) => void warnings.push(String(warning)))
      const { cache, backend } = make([new FailingPlugin('onError', new Error('telemetry is down'), { now })])
      backend.fail('set', new Error('store is down'))
      await expect(cache.set('key', 'secret')).rejects.toThrow('store is down')
      await new Promise((resolve) => setImmediate(resolve))
      expect(warnings).toEqual(['FailingPlugin.onError failed: telemetry is down'])
    },
  )
})

test('a cache without plugins calls no hook, and one whose plugins have none behaves alike', async () => {
  const { cache } = make([new BasePlugin(), {}])
  await cache.set('key', 1)
  expect(await cache.get('key')).toBe(1)
})
