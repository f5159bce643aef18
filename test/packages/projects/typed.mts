// What a user's compiler sees of the published types, with nothing skipped.
import { BaseSerializer, Cache, cached, caches, type Duration } from '@pycached/core'
import { SimpleMemoryCache } from '@pycached/memory'

class Upper extends BaseSerializer {
  dumps(value: unknown): string {
    return String(value).toUpperCase()
  }
  loads(stored: string): unknown {
    return stored
  }
}

const ttl: Duration = '10s'
const cache: SimpleMemoryCache = new SimpleMemoryCache({ serializer: new Upper(), ttl })
export const other = new Cache(Cache.MEMORY)
export const length = cached({ ttl, alias: 'default' })(async function length(text: string): Promise<number> {
  return text.length
})
export const answer: Promise<number> = length('text')
export const value: unknown = await cache.get('key')
await caches.close()

// @ts-expect-error: 10 seconds are '10s'
export const wrong: Duration = '10 seconds'
