/** What is decorated is a method: compiled twice, for standard decorators here and with `experimentalDecorators` by `legacy/`. */
import { type CachedFunction, cached, cachedStampede, multiCached } from '@pycached/core'
import type { SimpleMemoryCache } from '@pycached/memory'
import { expectTypeOf, test } from 'vitest'

interface User {
  name: string
}
declare const cache: SimpleMemoryCache

test('cached and cachedStampede decorate methods of their own type', () => {
  class Users {
    @cached({ ttl: '10s' })
    async find(id: number): Promise<User> {
      return { name: `${id}` }
    }

    @cachedStampede({ cache, lease: 2 })
    static async all(): Promise<User[]> {
      return []
    }

    @cached({ cache, keyBuilder: (id: number) => `${id}` })
    async byId(id: number): Promise<number> {
      return id
    }

    @cached()
    async generic<T>(value: T): Promise<T> {
      return value
    }

    // @ts-expect-error the first argument is a number
    @cached({ cache, keyBuilder: (id: string) => `user:${id}` })
    async wrong(id: number): Promise<number> {
      return id
    }

    // @ts-expect-error the method must return a promise
    @cached()
    sync(id: number): number {
      return id
    }

    // @ts-expect-error a getter is no method
    @cached()
    get getter(): Promise<number> {
      return Promise.resolve(1)
    }

    // @ts-expect-error a field is no method
    @cached()
    field = async () => 1
  }
  const users = new Users()
  expectTypeOf(users.find(1)).toEqualTypeOf<Promise<User>>()
  expectTypeOf(users.generic('a')).toEqualTypeOf<Promise<string>>()
  const controlled = users.find as CachedFunction<Users['find']>
  expectTypeOf(controlled.invalidate(1)).toEqualTypeOf<Promise<number>>()
})

test('multiCached decorates methods whose results have the shape that as says', () => {
  class Users {
    @multiCached('ids')
    async find({ ids }: { ids: string[] }): Promise<Record<string, User>> {
      return Object.fromEntries(ids.map((name) => [name, { name }]))
    }

    @multiCached(0, { as: 'map' })
    async findMap(ids: string[]): Promise<Map<string, User>> {
      return new Map(ids.map((name) => [name, { name }]))
    }

    // @ts-expect-error callers would get a record
    @multiCached(0)
    async wrongShape(ids: string[]): Promise<Map<string, User>> {
      return new Map(ids.map((name) => [name, { name }]))
    }

    // @ts-expect-error there is no such property
    @multiCached('keys')
    async wrongKeys({ ids }: { ids: string[] }): Promise<Record<string, User>> {
      return Object.fromEntries(ids.map((name) => [name, { name }]))
    }
  }
  expectTypeOf(new Users().findMap(['a'])).toEqualTypeOf<Promise<Map<string, User>>>()
})
