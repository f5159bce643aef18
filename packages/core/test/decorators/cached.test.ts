import {
  BackendError,
  BasePlugin,
  BaseSerializer,
  Cache,
  CacheClosedError,
  type CachedFunction,
  CacheTimeoutError,
  cached,
  caches,
  DeserializationError,
  InvalidArgumentError,
  InvalidDurationError,
  SerializationError,
  UnknownAliasError,
} from '@pycached/core'
import { SimpleMemoryCache } from '@pycached/memory'
import { RedisCache } from '@pycached/redis'
import { PickleSerializer } from '@pycached/serializer-pickle'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { closing, deferred, freshKey, memory, redis, redisOptions, sleep, until } from '../support/stores.js'

const warnings: Error[] = []
const listen = (warning: Error) => warnings.push(warning)
beforeEach(() => {
  warnings.length = 0
  process.on('warning', listen)
})
afterEach(() => {
  process.off('warning', listen)
})
/** Warnings come in the next tick. */
const warned = async () => {
  await sleep(2)
  return warnings.map(({ message }) => message)
}

/** A function that counts its calls. */
function counting<Args extends unknown[], R>(fn: (...args: Args) => R) {
  const calls: Args[] = []
  async function load(...args: Args): Promise<R> {
    calls.push(args)
    return fn(...args)
  }
  return { load, calls }
}

describe.each([
  { store: 'memory', make: memory },
  { store: 'Redis', make: () => redis(`cached:${freshKey()}`) },
])('over $store', ({ make }) => {
  test('equal arguments compute once, others again', async () => {
    const { load, calls } = counting((id: number, text?: string) => ({ id, text: text ?? 'none' }))
    const find = cached({ cache: make() })(load)
    expect(await find(1)).toEqual({ id: 1, text: 'none' })
    expect(await find(1)).toEqual({ id: 1, text: 'none' })
    expect(await find(1, '2')).toEqual({ id: 1, text: '2' })
    expect(await find(2)).toEqual({ id: 2, text: 'none' })
    expect(calls).toHaveLength(3)
  })

  test('null, false, 0 and the empty text are results, undefined is none', async () => {
    const results = [null, false, 0, '', undefined]
    const onError = vi.fn()
    const { load, calls } = counting((index: number) => results[index])
    const find = cached({ cache: make(), onError })(load)
    for (const [index, result] of results.entries()) {
      expect(await find(index)).toBe(result)
      expect(await find(index)).toBe(result)
    }
    expect(calls.flat()).toEqual([0, 1, 2, 3, 4, 4])
    expect(onError).not.toHaveBeenCalled()
  })

  test('keyFor is where the result is stored, namespace included', async () => {
    const cache = make()
    const { load } = counting((id: number) => id)
    const find = cached({ cache })(load)
    await find(7)
    expect(find.keyFor(7)).toBe(cache.buildKey('load(7)'))
    expect(await cache.get('load(7)')).toBe(7)
    const elsewhere = cached({ cache, namespace: `${cache.namespace ?? 'main'}:there` })(load)
    await elsewhere(8)
    expect(elsewhere.keyFor(8)).toBe(`${cache.namespace ?? 'main'}:there:load(8)`)
    expect(await cache.get('load(8)', { namespace: `${cache.namespace ?? 'main'}:there` })).toBe(8)
    expect(await cache.exists('load(8)')).toBe(false)
  })

  test('the time to live is the decorator’s', async () => {
    const { load, calls } = counting(() => 'value')
    const find = cached({ cache: make(), ttl: '500ms' })(load)
    await find()
    await find()
    expect(calls).toHaveLength(1)
    await sleep(600)
    await find()
    expect(calls).toHaveLength(2)
  })

  test('what the function throws is passed on, not stored, and not tried again', async () => {
    const boom = new Error('boom')
    let calls = 0
    const onError = vi.fn()
    const find = cached({ cache: make(), onError })(async function load(): Promise<number> {
      if (++calls === 1) throw boom
      return calls
    })
    await expect(find()).rejects.toBe(boom)
    expect(calls).toBe(1)
    expect(await find()).toBe(2)
    expect(await find()).toBe(2)
    expect(onError).not.toHaveBeenCalled()
  })

  test('invalidate deletes the result of its arguments alone', async () => {
    const { load, calls } = counting((id: number) => id)
    const find = cached({ cache: make() })(load)
    await find(1)
    await find(2)
    expect(await find.invalidate(1)).toBe(1)
    expect(await find.invalidate(1)).toBe(0)
    await find(1)
    await find(2)
    expect(calls.flat()).toEqual([1, 2, 1])
  })

  test('an invalidation wins over the computation that is running', async () => {
    const cache = make()
    const gate = deferred()
    let source = 'old'
    let started = 0
    const find = cached({ cache })(async function load() {
      const read = source
      started++
      if (read === 'old') await gate.promise
      return read
    })
    const slow = find()
    // Also over several at once, and from another function with that key.
    const slowToo = find()
    await until(() => started === 2)
    source = 'new'
    const other = cached({ cache, key: 'load()' })(async () => 'unused')
    expect(await other.invalidate()).toBe(0)
    gate.resolve()
    expect(await Promise.all([slow, slowToo])).toEqual(['old', 'old'])
    expect(await cache.exists('load()')).toBe(false)
    expect(await find()).toBe('new')
    expect(await cache.get('load()')).toBe('new')
  })

  test('an invalidation waits for the write that is on its way, and deletes it', async () => {
    const cache = make()
    const writing = deferred()
    const written = deferred()
    cache.plugins = [
      {
        preSet: async () => {
          writing.resolve()
          await written.promise
        },
      },
    ]
    const find = cached({ cache })(async function load() {
      return 'old'
    })
    const slow = find()
    await writing.promise
    const invalidated = find.invalidate()
    await sleep(5)
    written.resolve()
    expect(await slow).toBe('old')
    expect(await invalidated).toBe(1)
    expect(await cache.exists('load()')).toBe(false)
  })

  test('refresh computes, stores, and outdates what is still computing', async () => {
    const cache = make()
    const gate = deferred()
    let source = 'old'
    let started = 0
    const find = cached({ cache })(async function load() {
      const read = source
      started++
      if (read === 'old') await gate.promise
      return read
    })
    const slow = find()
    await until(() => started === 1)
    source = 'new'
    expect(await find.refresh()).toBe('new')
    gate.resolve()
    expect(await slow).toBe('old')
    expect(await find()).toBe('new')
    source = 'newest'
    expect(await find()).toBe('new')
    expect(await find.refresh()).toBe('newest')
    expect(await find()).toBe('newest')
  })

  test('with leaves out looking up, or storing', async () => {
    const { load, calls } = counting((): number => calls.length)
    const find = cached({ cache: make() })(load)
    expect(await find.with({ cacheWrite: false })()).toBe(1)
    expect(await find()).toBe(2)
    expect(await find.with({ cacheRead: true, cacheWrite: false })()).toBe(2)
    expect(await find.with({ cacheRead: false })()).toBe(3)
    expect(await find()).toBe(3)
    expect(await find.with({ cacheRead: false, cacheWrite: false })()).toBe(4)
    expect(await find.with({})()).toBe(3)
  })

  test('a result that skipCache names is not stored', async () => {
    const { load, calls } = counting((id: number) => (id === 1 ? null : id))
    const find = cached({ cache: make(), skipCache: (result: number | null) => result === null })(load)
    for (const id of [1, 1, 2, 2]) await find(id)
    expect(calls.flat()).toEqual([1, 1, 2])
  })

  test('a disabled cache computes everything afresh', async () => {
    const cache = make()
    const { load, calls } = counting((): number => calls.length)
    const find = cached({ cache })(load)
    cache.enabled = false
    expect([await find(), await find(), await find.refresh(), await find.invalidate()]).toEqual([1, 2, 3, 0])
    cache.enabled = true
    expect(await find()).toBe(4)
    expect(await find()).toBe(4)
  })

  test('a stored value that cannot be read is reported and replaced', async () => {
    const cache = make()
    const seen: unknown[] = []
    const { load, calls } = counting(() => 'value')
    const find = cached({ cache, onError: (error, { key }) => void seen.push([error, key]) })(load)
    const loads = vi.spyOn(cache.serializer, 'loads').mockImplementationOnce(() => {
      throw new Error('damaged')
    })
    await cache.set('load()', 'stored')
    expect(await find()).toBe('value')
    loads.mockRestore()
    expect(seen).toEqual([[expect.any(DeserializationError), 'load()']])
    expect(await cache.get('load()')).toBe('value')
    await find()
    expect(calls).toHaveLength(1)
  })
})

describe('when the cache fails', () => {
  test('the function runs, once, and the failure is told once', async () => {
    const cache = memory()
    const onError = vi.fn()
    const { load, calls } = counting((id: number) => id)
    const find = cached({ cache, onError })(load)
    await cache.close()
    expect(await find(1)).toBe(1)
    expect(calls).toEqual([[1]])
    expect(onError.mock.calls).toEqual([[expect.any(CacheClosedError), { key: 'load(1)', suppressed: 0 }]])
  })

  test('a store that did not answer is not asked to store', async () => {
    const cache = memory()
    const set = vi.spyOn(cache, 'set')
    vi.spyOn(cache.backend, 'get').mockImplementation(() => {
      throw new Error('down')
    })
    const find = cached({ cache, onError: () => {} })(async function load() {
      return 'value'
    })
    expect(await find()).toBe('value')
    expect(set).not.toHaveBeenCalled()
  })

  test('a read and a write that fail in one call are told once', async () => {
    class Unreadable extends BaseSerializer {
      dumps(): string {
        throw new Error('unwritable')
      }
      loads(): never {
        throw new Error('unreadable')
      }
    }
    const onError = vi.fn()
    const find = cached({ serializer: new Unreadable(), onError })(async function load() {
      return 'value'
    })
    await find.cache.set('load()', 'stored', { dumpsFn: (value: string) => value })
    expect(await find()).toBe('value')
    expect(onError.mock.calls).toEqual([[expect.any(DeserializationError), { key: 'load()', suppressed: 0 }]])
  })

  test('a Redis that is down costs one report for a call', async () => {
    const cache = closing(new RedisCache({ port: 1, timeout: '2s' }))
    const onError = vi.fn()
    const find = cached({ cache, onError, errorInterval: null })(async function load(id: number) {
      return id
    })
    expect(await Promise.all([find(1), find(2)])).toEqual([1, 2])
    expect(onError.mock.calls.map(([error, { key }]) => [error.name, key])).toEqual([
      ['BackendError', 'load(1)'],
      ['BackendError', 'load(2)'],
    ])
    await expect(find.invalidate(1)).rejects.toThrow(BackendError)
  })

  test('a deadline that passes is a failure like any other', async () => {
    const cache = memory({ plugins: [{ preGet: () => new Promise(() => {}) }] })
    const onError = vi.fn()
    const find = cached({ cache, timeout: '10ms', onError })(async function load() {
      return 'value'
    })
    expect(await find()).toBe('value')
    expect(onError.mock.calls).toEqual([[expect.any(CacheTimeoutError), { key: 'load()', suppressed: 0 }]])
  })

  test('a result that cannot be serialized is returned and reported', async () => {
    const onError = vi.fn()
    const cyclic: { self?: unknown } = {}
    cyclic.self = cyclic
    const find = cached({ cache: redis('cached'), onError, key: freshKey() })(async () => cyclic)
    expect(await find()).toBe(cyclic)
    expect(onError.mock.calls).toEqual([[expect.any(SerializationError), { key: expect.any(String), suppressed: 0 }]])
  })

  test('the default report is one process warning, with the key and without the value', async () => {
    class Chatty extends BaseSerializer {
      dumps(value: unknown): string {
        throw new Error(`cannot write ${String(value)}`)
      }
      loads(): unknown {
        return undefined
      }
    }
    const find = cached({ serializer: new Chatty() })(async function load(id: number) {
      return `secret-${id}`
    })
    expect(await find(1)).toBe('secret-1')
    expect(await warned()).toEqual([
      'cached went on without the cache for "load(1)" (SerializationError; onError is told the details)',
    ])
    expect(warnings[0]).toMatchObject({ name: 'PycachedWarning', code: 'PYCACHED_SERIALIZATION' })
  })

  test('what onError throws or rejects with is a warning, not the caller’s problem', async () => {
    const cache = memory()
    await cache.close()
    const throwing = cached({
      cache,
      onError: () => {
        throw new Error('thrown')
      },
    })(async function load() {
      return 1
    })
    const rejecting = cached({ cache, onError: () => Promise.reject(new Error('rejected')) })(async function load() {
      return 2
    })
    expect([await throwing(), await rejecting()]).toEqual([1, 2])
    expect(await warned()).toEqual(['onError of cached failed: thrown', 'onError of cached failed: rejected'])
  })
})

describe('keys', () => {
  test('functions, classes, methods and static methods of one name are told apart', async () => {
    const cache = memory()
    async function find(id: number): Promise<string> {
      return `function ${id}`
    }
    class A {
      @cached({ cache }) async find(id: number): Promise<string> {
        return `A ${id}`
      }
      @cached({ cache }) static async find(id: number): Promise<string> {
        return `static A ${id}`
      }
    }
    class B {
      @cached({ cache }) async find(id: number): Promise<string> {
        return `B ${id}`
      }
    }
    const wrapped = cached({ cache })(find)
    const all = () => Promise.all([wrapped(1), new A().find(1), A.find(1), new B().find(1)])
    expect(await all()).toEqual(['function 1', 'A 1', 'static A 1', 'B 1'])
    expect(await all()).toEqual(['function 1', 'A 1', 'static A 1', 'B 1'])
    expect(await cache.raw('size')).toBe(4)
  })

  test('a key of one’s own is the key, whatever the arguments', async () => {
    const cache = memory()
    const { load, calls } = counting((id: number) => id)
    const find = cached({ cache, key: 'key' })(load)
    expect([await find(1), await find(2)]).toEqual([1, 1])
    expect(calls).toHaveLength(1)
    expect(await cache.get('key')).toBe(1)
  })

  test('a keyBuilder gets the arguments, and must return text', async () => {
    const cache = memory()
    const find = cached({ cache, keyBuilder: (id: number, how: string) => `user:${id}:${how}` })(
      async (id: number, how: string) => id + how,
    )
    await find(1, 'x')
    expect(await cache.get('user:1:x')).toBe('1x')
    expect(find.keyFor(1, 'x')).toBe('user:1:x')
    for (const built of ['', 7, undefined]) {
      const wrong = cached({ cache, keyBuilder: () => built as string })(async () => 1)
      await expect(wrong()).rejects.toThrow(InvalidArgumentError)
      expect(() => wrong.keyFor()).toThrow('keyBuilder of cached must return text')
    }
  })

  test('an argument without a canonical form rejects the call, and nothing runs', async () => {
    const { load, calls } = counting((_argument: unknown) => 1)
    const find = cached()(load)
    await expect(find(() => 1)).rejects.toThrow('argument 1 of load cannot be part of a key, for it has a function')
    expect(() => find.keyFor(Symbol('s'))).toThrow(InvalidArgumentError)
    await expect(find.invalidate(new (class Money {})())).rejects.toThrow('an instance of Money')
    await expect(find.refresh(new WeakMap())).rejects.toThrow(InvalidArgumentError)
    expect(calls).toEqual([])
  })

  test('a function without a name needs a key or keyBuilder', async () => {
    expect(() => cached()(async () => 1)).toThrow(InvalidArgumentError)
    expect(() => cached()(async () => 1)).toThrow('a function without a name: name it, or give key or keyBuilder')
    expect(await cached({ key: 'key' })(async () => 1)()).toBe(1)
  })

  test('names that are no identifiers are quoted', () => {
    const { 'A#find': odd } = { 'A#find': async (id: number) => id }
    expect(cached()(odd).keyFor(1)).toBe('"A#find"(1)')
  })
})

describe('methods', () => {
  class Users {
    calls: number[] = []
    factor = 2
    @cached() async find(id: number): Promise<number> {
      this.calls.push(id)
      return id * this.factor
    }
    @cached() static async all(): Promise<string> {
      return this.name
    }
  }
  class Admins extends Users {
    @cached() override async find(id: number): Promise<number> {
      return (await super.find(id)) + 1
    }
  }
  class Guests extends Users {}
  const controlsOf = <F extends Users['find']>(fn: F) => fn as CachedFunction<F>

  test('this reaches the method and is no part of the key', async () => {
    const one = new Users()
    const other = new Users()
    other.factor = 3
    expect(await one.find(100)).toBe(200)
    expect(await other.find(100)).toBe(200)
    expect(other.calls).toEqual([])
    expect(controlsOf(one.find).keyFor(100)).toMatch(/^_?Users#find\(100\)$/)
    expect(await Users.all()).toMatch(/^_?Users$/)
  })

  test('a method that is inherited shares its results, one that is overridden has its own', async () => {
    const users = new Users()
    const guests = new Guests()
    await users.find(201)
    expect(await guests.find(201)).toBe(402)
    expect(guests.calls).toEqual([])
    expect(await new Admins().find(201)).toBe(403)
    expect(controlsOf(new Admins().find).keyFor(1)).toMatch(/^_?Admins#find\(1\)$/)
    expect(controlsOf(users.find).keyFor(1)).toMatch(/^_?Users#find\(1\)$/)
  })

  test('an override that is called first does not give its name to the method below', async () => {
    const cache = memory()
    class Base {
      @cached({ cache }) async find(): Promise<string> {
        return 'base'
      }
    }
    class Derived extends Base {
      @cached({ cache }) override async find(): Promise<string> {
        return `derived of ${await super.find()}`
      }
    }
    expect(await new Derived().find()).toBe('derived of base')
    expect(await new Base().find()).toBe('base')
    expect(await new Derived().find()).toBe('derived of base')
  })

  test('refresh and with take this by call', async () => {
    const users = new Users()
    expect(await users.find(301)).toBe(602)
    users.factor = 10
    expect(await users.find(301)).toBe(602)
    expect(await controlsOf(users.find).with({ cacheRead: false, cacheWrite: false }).call(users, 301)).toBe(3010)
    expect(await controlsOf(users.find).refresh.call(users, 301)).toBe(3010)
    expect(await users.find(301)).toBe(3010)
    expect(await controlsOf(users.find).invalidate(301)).toBe(1)
  })

  test('before the first instance the class is unknown, and the error says what to do', () => {
    class Later {
      @cached() async find(): Promise<number> {
        return 1
      }
    }
    const find = Later.prototype.find as CachedFunction<Later['find']>
    expect(() => find.keyFor()).toThrow('make an instance of the class before')
    new Later()
    expect(find.keyFor()).toMatch(/Later#find\(\)$/)
  })

  test('a decorator above this one does not hide the class', async () => {
    const cache = memory()
    const traced: string[] = []
    const trace = <F extends (this: never, id: number) => Promise<string>>(method: F, context: { name: unknown }) =>
      function (this: never, id: number) {
        traced.push(String(context.name))
        return method.call(this, id)
      } as F
    class A {
      @trace @cached({ cache }) async find(id: number): Promise<string> {
        return `A ${id}`
      }
    }
    class B {
      @trace @cached({ cache }) async find(id: number): Promise<string> {
        return `B ${id}`
      }
    }
    expect([await new A().find(1), await new B().find(1), await new A().find(1)]).toEqual(['A 1', 'B 1', 'A 1'])
    expect(traced).toEqual(['find', 'find', 'find'])
  })

  test('private methods, methods named by symbols and classes without a name need a key', async () => {
    expect(
      () =>
        class {
          @cached() async #hidden(): Promise<number> {
            return 1
          }
          call() {
            return this.#hidden()
          }
        },
    ).toThrow('the private method #hidden')
    expect(
      () =>
        class {
          @cached() async [Symbol.for('find')](): Promise<number> {
            return 1
          }
        },
    ).toThrow('a method named by a symbol')
    class Keyed {
      calls = 0
      @cached({ key: 'hidden' }) async #hidden(): Promise<number> {
        return ++this.calls
      }
      call() {
        return this.#hidden()
      }
    }
    const keyed = new Keyed()
    expect([await keyed.call(), await keyed.call()]).toEqual([1, 1])
  })

  test('what is no method is refused', () => {
    const decorate = cached() as unknown as (value: unknown, context: object) => unknown
    const context = { name: 'find', static: false, private: false, addInitializer: () => {} }
    for (const kind of ['getter', 'setter', 'field', 'accessor', 'class']) {
      expect(() => decorate(() => 1, { ...context, kind })).toThrow(
        `cached decorates methods, and find is none (${kind})`,
      )
    }
    expect(() => cached()(undefined as never)).toThrow('takes the function to wrap, got undefined')
    expect(() => cached(async function load() {} as never)).toThrow(InvalidArgumentError)
  })
})

describe('which cache', () => {
  test('without any, a memory cache of the function’s own', async () => {
    const { load, calls } = counting((): { made: number } => ({ made: calls.length }))
    const one = cached()(load)
    const other = cached()(load)
    expect(one.cache).toBeInstanceOf(SimpleMemoryCache)
    expect(one.cache).toBe(one.cache)
    expect(one.cache).not.toBe(other.cache)
    expect(await one()).toBe(await one())
    await other()
    expect(calls).toHaveLength(2)
  })

  test('a class, a class path or a type name, with the cache’s options', async () => {
    class Quiet extends BasePlugin {}
    for (const cache of [RedisCache, 'pycached.RedisCache', 'redis'] as const) {
      const find = cached({
        cache: cache as typeof RedisCache,
        port: 7000,
        namespace: 'main',
        ttl: 10,
        plugins: [Quiet],
      })(async function load() {})
      expect(find.cache).toBeInstanceOf(RedisCache)
      expect(find.cache).toMatchObject({ namespace: 'main', ttl: 10, plugins: [expect.any(Quiet)] })
      await find.cache.close()
    }
  })

  test('every decorated method has a cache of its own', () => {
    class Users {
      @cached() async one(): Promise<number> {
        return 1
      }
      @cached() async two(): Promise<number> {
        return 2
      }
    }
    const { one, two } = new Users()
    expect((one as CachedFunction<typeof one>).cache).not.toBe((two as CachedFunction<typeof two>).cache)
  })

  test('an alias is looked up at the call: configured later, and replaced later', async () => {
    const alias = freshKey()
    const { load, calls } = counting((): number => calls.length)
    const find = cached({ alias, ttl: '1h' })(load)
    await expect(find()).rejects.toThrow(UnknownAliasError)
    expect(calls).toEqual([])
    caches.add(alias, { cache: SimpleMemoryCache, namespace: 'first' })
    expect([await find(), await find()]).toEqual([1, 1])
    expect(find.cache).toBe(caches.get(alias))
    expect(find.keyFor()).toBe('first:load()')
    caches.add(alias, { cache: SimpleMemoryCache, namespace: 'second' })
    expect(find.keyFor()).toBe('second:load()')
    expect([await find(), await find()]).toEqual([2, 2])
    await caches.close()
    expect(await find()).toBe(3)
    await caches.close()
  })

  test('with an alias or an instance, options that would make another cache are refused', () => {
    const cache = memory()
    const load = async function load() {}
    for (const given of [{ alias: 'default' }, { cache }]) {
      for (const other of [{ serializer: PickleSerializer }, { plugins: [] }, { port: 1 }, { enabled: true }]) {
        const [option] = Object.keys(other)
        expect(() => cached({ ...given, ...other } as never)(load)).toThrow(InvalidArgumentError)
        expect(() => cached({ ...given, ...other } as never)(load)).toThrow(`so '${option}' is no option`)
      }
      expect(() => cached({ ...given, ttl: -1 } as never)(load)).toThrow(InvalidDurationError)
      expect(() => cached({ ...given, namespace: 1 } as never)(load)).toThrow(InvalidArgumentError)
    }
    expect(() => cached({ alias: 'default', cache } as never)(load)).toThrow(InvalidArgumentError)
    expect(() => cached({ alias: 'default', cache: 'memory' } as never)(load)).toThrow(InvalidArgumentError)
    expect(() => cached({ alias: '' })(load)).toThrow(InvalidArgumentError)
  })

  test('unknown and impossible options throw when decorating, naming the known ones', () => {
    const load = async function load() {}
    expect(() => cached({ tll: 1 } as never)(load)).toThrow('did you mean ttl?')
    expect(() => cached({ port: 6379 } as never)(load)).toThrow("has no option 'port'")
    expect(() => cached({ ttl: 0 })(load)).toThrow(InvalidDurationError)
    expect(() => cached({ key: '' })(load)).toThrow(InvalidArgumentError)
    expect(() => cached({ key: 'a', keyBuilder: () => 'b' })(load)).toThrow('key or keyBuilder, not both')
    expect(() => cached({ keyBuilder: 'x' } as never)(load)).toThrow('keyBuilder must be a function')
    expect(() => cached({ skipCache: true } as never)(load)).toThrow('skipCache must be a function')
    expect(() => cached({ onError: 1 } as never)(load)).toThrow('onError must be a function')
    expect(() => cached({ cache: 'nothing' })(load)).toThrow("unknown type of cache 'nothing'")
    expect(() => cached({ cache: Map } as never)(load)).toThrow('is no BaseCache')
    expect(() => cached({ cache: null } as never)(load)).toThrow('got null')
    expect(() => cached(null as never)(load)).toThrow(InvalidArgumentError)
    expect(() => cached([] as never)(load)).toThrow(InvalidArgumentError)
    expect(() => cached()(load).with({ cacheReed: true } as never)).toThrow('did you mean cacheRead?')
    expect(() => cached()(load).with({ cacheRead: 1 } as never)).toThrow('cacheRead must be true or false')
  })
})

test('the original’s program works, translated: pickle in Redis, computed once for three calls', async () => {
  const original = redisOptions('original')
  let calls = 0
  const cachedCall = cached({
    ttl: 10,
    cache: RedisCache,
    key: 'key',
    serializer: new PickleSerializer(),
    ...original,
  })(async () => ({ content: 'content', status: 200, calls: ++calls, at: new Date(0) }))
  const results = [await cachedCall(), await cachedCall(), await cachedCall()]
  expect(results).toEqual(Array(3).fill({ content: 'content', status: 200, calls: 1, at: new Date(0) }))
  const cache = closing(new RedisCache(original))
  expect(await cache.exists('key')).toBe(true)
  expect(await cache.delete('key')).toBe(1)
  await cachedCall.cache.close()
})

test('the wrapper has the name and the length of the function', () => {
  const find = cached()(async function load(_id: number, _language: string) {})
  expect([find.name, find.length]).toEqual(['load', 2])
  expect(Object.keys(find)).toEqual([])
})

test('a hit reads the cache once and touches nothing else', async () => {
  const cache = memory()
  const find = cached({ cache })(async function load() {
    return 1
  })
  await find()
  const get = vi.spyOn(cache, 'get')
  const set = vi.spyOn(cache, 'set')
  const buildKey = vi.spyOn(cache, 'buildKey')
  expect(await find()).toBe(1)
  expect(get.mock.calls).toEqual([['load()', undefined]])
  expect(set).not.toHaveBeenCalled()
  expect(buildKey).not.toHaveBeenCalled()
})

test('hooks of the cache’s plugins run for the calls of a decorated function', async () => {
  const hooks: string[] = []
  const note = (hook: string) => () => void hooks.push(hook)
  const find = cached({ plugins: [{ preGet: note('preGet'), postGet: note('postGet'), preSet: note('preSet') }] })(
    async function load() {
      return 1
    },
  )
  await find()
  await find()
  expect(hooks).toEqual(['preGet', 'postGet', 'preSet', 'preGet', 'postGet'])
})

test('a cache that the facade made is used as it is', async () => {
  const cache = closing(new Cache(Cache.MEMORY, { ttl: '1m' }))
  expect(cached({ cache })(async function load() {}).cache).toBe(cache)
})
