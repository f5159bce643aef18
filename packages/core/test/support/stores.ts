/** The two stores that locks and decorators are tested on: memory, and the real Redis of the run. */
import { Cache } from '@pycached/core'
import { SimpleMemoryCache } from '@pycached/memory'
import type { RedisCache, RedisCacheOptions } from '@pycached/redis'
import '@pycached/redis'
import { afterEach, inject } from 'vitest'

const open: { close(): Promise<void> }[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((cache) => cache.close()))
})

/** Closed after the test. */
export function closing<C extends { close(): Promise<void> }>(cache: C): C {
  open.push(cache)
  return cache
}

export const memory = (options: ConstructorParameters<typeof SimpleMemoryCache>[0] = {}): SimpleMemoryCache =>
  closing(new SimpleMemoryCache(options))

/** In the namespace of this run; `area` keeps test files apart. */
export const redis = (area: string, options: RedisCacheOptions = {}): RedisCache =>
  closing(
    Cache.fromUrl<`redis:${string}`>(inject('redisUrl') as `redis:${string}`, {
      namespace: `${inject('redisNamespace')}:${area}`,
      ...options,
    }),
  )

/** The options of such a cache, for tests that make their own from a class and options. */
export function redisOptions(
  area: string,
): Pick<RedisCacheOptions, 'endpoint' | 'port' | 'db' | 'username' | 'password' | 'namespace'> {
  const { endpoint, port, db, username, password, namespace } = redis(area)
  return { endpoint, port, db, username, password, namespace }
}

let last = 0

/** A key that no other test uses. */
export const freshKey = (): string => `key-${process.pid}-${++last}`

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Waits for what is about to happen, however slow the machine is. */
export async function until(happened: () => boolean): Promise<void> {
  while (!happened()) await sleep(1)
}

/** A promise and the functions that settle it. */
export function deferred<T = void>(): {
  promise: Promise<T>
  resolve: (value: T) => void
  reject: (error: unknown) => void
} {
  let resolve: (value: T) => void = () => {}
  let reject: (error: unknown) => void = () => {}
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}
