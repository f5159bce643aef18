/** What every plugin must do, as data: watch, and change nothing. */
import { strict as assert } from 'node:assert'
import { type BaseCache, type Component, isPycachedError, type Plugin } from '@pycached/core'
import { cacheOver } from './cache-over.js'
import { type ContractCase, times } from './contract.js'
import { FailingBackend } from './failing-backend.js'
import { FailingSerializer } from './failing-serializer.js'
import { FakeClock } from './fake-clock.js'
import { MapBackend } from './map-backend.js'

export interface PluginContractOptions {
  /** A new plugin. */
  create: () => Plugin
}

/** One command, and what it came to. */
type Step = (cache: BaseCache) => Promise<unknown>

/** Every command, its hits, misses and failures. */
const STEPS: readonly Step[] = [
  (cache) => cache.get('a'),
  (cache) => cache.get('a', { default: 7 }),
  (cache) => cache.set('a', 1),
  (cache) => cache.set('null', null, { ttl: '1h' }),
  (cache) => cache.get('a'),
  (cache) => cache.get('null', { default: 7 }),
  (cache) => cache.get('a', { namespace: 'other' }),
  (cache) => cache.add('b', [2], { ttl: '1h' }),
  (cache) => cache.add('b', 'other'),
  (cache) => cache.multiSet(new Map(Object.entries({ c: 3, d: 4 }))),
  (cache) => cache.multiGet(new Set(['a', 'none', 'b'])),
  (cache) => cache.multiGet([]),
  (cache) => cache.multiSet([]),
  (cache) => cache.exists('a'),
  (cache) => cache.exists('none'),
  (cache) => cache.increment('n'),
  (cache) => cache.increment('n', 5),
  (cache) => cache.increment('b'),
  (cache) => cache.expire('a', '1h'),
  (cache) => cache.expire('none', 0),
  (cache) => cache.delete('a'),
  (cache) => cache.delete('a'),
  (cache) => cache.multiDelete(['c', 'd', 'none']),
  (cache) => cache.multiDelete([]),
  (cache) => cache.raw('keys'),
  (cache) => cache.raw('no-such-command', 1),
  (cache) => cache.set('', 1),
  (cache) => cache.set('a', undefined),
  (cache) => cache.set('a', 1, { ttl: -1 }),
  (cache) => cache.get('a', { tll: 1 } as object),
  (cache) => cache.get('a', { signal: AbortSignal.abort('aborted') }),
  (cache) => cache.clear(),
  (cache) => cache.raw('keys'),
]

/**
 * Cases for any test runner: `for (const { title, run } of pluginContract({ create: () => new AcmePlugin() })) test(title, run)`.
 *
 * They hold for plugins that watch: ratios, timings, traces, logs. A plugin that is meant to change what commands do is none.
 */
export function pluginContract({ create }: PluginContractOptions): ContractCase[] {
  return [
    {
      title: 'every command comes to the same, and leaves the same in the store, with and without it',
      run: async () => {
        const [without, withIt] = [cacheWith([]), cacheWith([create()])]
        assert.deepEqual(await outcomesOf(withIt), await outcomesOf(without))
      },
    },
    {
      title: 'every command comes to the same in a namespace, and with a serializer',
      run: async () => {
        const options = { namespace: 'main', serializer: new FailingSerializer() }
        const [without, withIt] = [cacheWith([], options), cacheWith([create()], options)]
        assert.deepEqual(await outcomesOf(withIt), await outcomesOf(without))
      },
    },
    {
      title: 'hooks are functions, and it has no others by their kind of name',
      run: async () => {
        const plugin = create()
        for (const name of namesOf(plugin).filter((name) => /^(pre|post)[A-Z]|^(onError|around|attach)$/.test(name))) {
          assert.equal(typeof plugin[name as keyof Plugin], 'function', name)
          assert.match(name, HOOK, `${name} is no hook: it would never be called`)
        }
      },
    },
    {
      title: 'what the store throws reaches the caller as BackendError, not as an error of the plugin',
      run: async () => {
        const backend = new FailingBackend(new MapBackend())
        const cache = cacheOver(backend, { plugins: [create()] })
        for (const now of [false, true]) {
          backend.fail('all', new Error('connection lost'), { now })
          for (const call of [() => cache.get('a'), () => cache.set('a', 1), () => cache.clear({ namespace: 'a' })]) {
            assert.equal((await errorOf(call())).name, 'BackendError')
          }
        }
        backend.restore()
        await cache.close()
      },
    },
    {
      title: 'a store that hangs ends in CacheTimeoutError, in time',
      run: async () => {
        const clock = new FakeClock()
        const backend = new FailingBackend(new MapBackend(clock), clock)
        const cache = cacheOver(backend, { plugins: [create()], clock, timeout: '1s' })
        backend.hang('get')
        const error = errorOf(cache.get('a'))
        await clock.advanceAsync(1000)
        assert.equal((await error).name, 'CacheTimeoutError')
        backend.restore()
        await cache.close()
      },
    },
    {
      title: 'what cannot be written or read is the error of the serializer',
      run: async () => {
        const serializer = new FailingSerializer()
        const cache = cacheWith([create()], { serializer })
        await cache.set('a', 1)
        serializer.dumpsError = new Error('no')
        serializer.loadsError = new Error('no')
        assert.equal((await errorOf(cache.set('a', 2))).name, 'SerializationError')
        assert.equal((await errorOf(cache.get('a'))).name, 'DeserializationError')
        assert.equal((await errorOf(cache.multiGet(['a']))).name, 'DeserializationError')
        await cache.close()
      },
    },
    {
      title: 'many commands at once each get their own result',
      run: async () => {
        const cache = cacheWith([create()])
        await Promise.all(times(100, (index) => cache.set(`${index}`, index)))
        const values = await Promise.all(times(100, (index) => cache.get(`${index}`)))
        assert.deepEqual(
          values,
          times(100, (index) => index),
        )
        await cache.close()
      },
    },
    {
      title: 'one plugin serves several caches, and one cache several of its kind',
      run: async () => {
        const [plugin, other] = [create(), create()]
        const caches = [cacheWith([plugin]), cacheWith([plugin, other]), cacheWith([other, plugin])]
        const expected = await outcomesOf(cacheWith([]))
        for (const outcomes of await Promise.all(caches.map(outcomesOf))) assert.deepEqual(outcomes, expected)
      },
    },
    {
      title: 'a cache can get it later, lose it, and get it again',
      run: async () => {
        const cache = cacheWith([])
        const plugin = create()
        await cache.set('a', 1)
        for (const plugins of [[plugin], [], [plugin], [create(), plugin]]) {
          cache.plugins = plugins
          assert.equal(await cache.get('a'), 1)
          assert.deepEqual(await cache.multiGet(['a', 'none']), [1, undefined])
        }
        await cache.close()
      },
    },
    {
      title: 'a disabled cache answers the same, and a closed one refuses the same',
      run: async () => {
        const cache = cacheWith([create()])
        cache.enabled = false
        assert.equal(await cache.get('a', { default: 7 }), 7)
        assert.equal(await cache.increment('a', 3), 3)
        cache.enabled = true
        await cache.close()
        assert.equal((await errorOf(cache.get('a'))).name, 'CacheClosedError')
      },
    },
  ]
}

const HOOK =
  /^((pre|post)(Add|Get|Set|MultiGet|MultiSet|Exists|Increment|Expire|Delete|MultiDelete|Clear|Raw)|onError|around|attach)$/

function cacheWith(plugins: Component<Plugin>[], options: object = {}): BaseCache {
  return cacheOver(new MapBackend(), { plugins, ...options })
}

/** What each step came to; closes the cache. */
async function outcomesOf(cache: BaseCache): Promise<unknown[]> {
  const outcomes: unknown[] = []
  for (const step of STEPS) outcomes.push(await step(cache).then((value) => ({ value }), failure))
  await cache.close()
  return outcomes
}

function failure(thrown: unknown): object {
  return isPycachedError(thrown) ? { error: thrown.name, key: thrown.key, option: thrown.option } : { thrown }
}

async function errorOf(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => new Error('no error'),
    (error: Error) => error,
  )
}

/** Own and inherited. */
function namesOf(object: object): string[] {
  const names: string[] = []
  for (let one: object | null = object; one !== null && one !== Object.prototype; one = Object.getPrototypeOf(one)) {
    names.push(...Object.getOwnPropertyNames(one))
  }
  return names
}
