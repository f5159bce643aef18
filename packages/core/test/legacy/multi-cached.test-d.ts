import { multiCached } from '@pycached/core'
import { expectTypeOf, test } from 'vitest'

interface User {
  name: string
}

test('as a legacy decorator it decorates methods, whose results have the shape that as says', () => {
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
