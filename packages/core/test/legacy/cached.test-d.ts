import { type CachedFunction, cached, cachedStampede } from '@pycached/core'
import type { SimpleMemoryCache } from '@pycached/memory'
import { expectTypeOf, test } from 'vitest'

interface User {
  id: number
  name: string
}
declare const cache: SimpleMemoryCache

test('it decorates methods, as a legacy decorator', () => {
  class Users {
    @cached({ ttl: '10s' })
    async find(id: number): Promise<User> {
      return { id, name: '' }
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
