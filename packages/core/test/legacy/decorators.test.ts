import {
  type AsyncFunction,
  type CachedFunction,
  cached,
  cachedStampede,
  InvalidArgumentError,
  multiCached,
} from '@pycached/core'
import { SimpleMemoryCache } from '@pycached/memory'
import { expect, test } from 'vitest'

class Users {
  calls: unknown[] = []
  factor = 2

  @cached({ ttl: '10s' })
  async find(id: number): Promise<number> {
    this.calls.push(id)
    return id * this.factor
  }

  @cached()
  static async find(id: number): Promise<string> {
    return `${this.name} ${id}`
  }

  @cachedStampede({ lease: '20s' })
  async slow(id: number): Promise<number> {
    this.calls.push(id)
    await new Promise((resolve) => setTimeout(resolve, 1))
    return id
  }

  @multiCached('ids', { as: 'map' })
  async many({ ids }: { ids: string[] }): Promise<Map<string, string>> {
    this.calls.push(ids)
    return new Map(ids.map((id) => [id, id.toUpperCase()]))
  }
}

const controlsOf = <F extends AsyncFunction>(fn: F) => fn as CachedFunction<F>

test('a decorated method computes once for equal arguments, with its this', async () => {
  const users = new Users()
  expect([await users.find(1), await users.find(1), await users.find(2)]).toEqual([2, 2, 4])
  expect(users.calls).toEqual([1, 2])
  const other = new Users()
  other.factor = 3
  expect(await other.find(1)).toBe(2)
  expect(await controlsOf(users.find).refresh.call(other, 1)).toBe(3)
  expect(await users.find(1)).toBe(3)
})

test('the class is known from the beginning, and static methods have keys of their own', async () => {
  expect(controlsOf(Users.prototype.find).keyFor(1)).toBe('Users#find(1)')
  expect(controlsOf(Users.find).keyFor(1)).toBe('Users.find(1)')
  expect(await Users.find(1)).toBe('Users 1')
})

test('cachedStampede and multiCached decorate too', async () => {
  const users = new Users()
  expect(await Promise.all([users.slow(1), users.slow(1)])).toEqual([1, 1])
  await users.many({ ids: ['a'] })
  expect(await users.many({ ids: ['b', 'a'] })).toEqual(new Map(Object.entries({ b: 'B', a: 'A' })))
  expect(users.calls).toEqual([1, ['a'], ['b']])
})

test('an override has a key of its own', async () => {
  const cache = new SimpleMemoryCache()
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
  expect([await new Derived().find(), await new Base().find(), await new Derived().find()]).toEqual([
    'derived of base',
    'base',
    'derived of base',
  ])
})

test('what is no method, or has no name, is refused', () => {
  const decorate = cached() as unknown as (target: object, name: PropertyKey, descriptor?: object) => unknown
  expect(() => decorate({}, 'field')).toThrow('cached decorates methods, and field is none (field)')
  expect(() => decorate({}, 'field', { get: () => 1 })).toThrow('field is none (accessor)')
  expect(() => decorate({}, Symbol('find'), { value: async () => 1 })).toThrow(InvalidArgumentError)
  expect(() => decorate(new (class {})(), 'find', { value: async () => 1 })).toThrow('of a class without a name')
})

test('the other attributes of the property stay', () => {
  const decorate = cached({ key: 'k' }) as unknown as (t: object, n: string, d: object) => PropertyDescriptor
  const descriptor = { value: async () => 1, enumerable: false, configurable: true, writable: false }
  expect(decorate({}, 'find', descriptor)).toEqual({ ...descriptor, value: expect.any(Function) })
})
