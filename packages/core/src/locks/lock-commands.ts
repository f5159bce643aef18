/**
 * What the locks ask of the store: its primitives on complete keys, without namespace, serializer and hooks. They go through the
 * pipeline, so that deadlines, closing, disabling and errors are those of every other command.
 */
import { type BaseCache, isCache } from '../base-cache.js'
import type { CommandOptions, WriteOptions } from '../cache-commands.js'
import { encode } from '../codec.js'
import type { CacheState, Command } from '../command.js'
import { toTtlMs } from '../duration.js'
import { InvalidArgumentError } from '../errors.js'
import type { LockAnswer, LockStore } from '../lock-store.js'
import { PollingLocks } from './polling-locks.js'

/** @throws `InvalidArgumentError` unless `cache` is a cache. */
export function stateOf(cache: BaseCache, owner: string): CacheState {
  if (isCache(cache)) return cache._state
  throw new InvalidArgumentError(`${owner} needs a cache as its first argument, got ${typeof cache}`, {
    option: 'cache',
  })
}

/** The store's own locks, or some that are made of its primitives. */
export function locksOf({ backend, clock }: CacheState): LockStore {
  return backend.locks ?? new PollingLocks(backend, clock)
}

/** One attempt to own a lock. */
export interface Claim {
  readonly lockKey: string
  readonly token: string
  readonly leaseMs: number
  readonly isFenced: boolean
}

/** Whether the lock is now the claim's; `undefined` while the cache is disabled. */
export const TAKE = primitive<Claim, CommandOptions, LockAnswer | undefined>({
  name: 'RedLock.acquire',
  disabled: () => undefined,
  call: (state, _key, { lockKey, token, leaseMs, isFenced }) => locksOf(state).take(lockKey, token, leaseMs, isFenced),
})

/** Whether the lock was still the claim's, and now is for `leaseMs` more; `undefined` while the cache is disabled. */
export const EXTEND = primitive<Pick<Claim, 'lockKey' | 'token' | 'leaseMs'>, CommandOptions, boolean | undefined>({
  name: 'RedLock.extend',
  disabled: () => undefined,
  call: ({ backend }, _key, { lockKey, token, leaseMs }) => backend.compareAndSet(lockKey, token, token, leaseMs, true),
})

/** Whether the lock was still the claim's. */
export const RELEASE = primitive<Claim, CommandOptions, boolean>({
  name: 'RedLock.release',
  disabled: () => false,
  call: (state, _key, { lockKey, token }) => locksOf(state).release(lockKey, token),
})

/** Whose the lock is: the token, if any. */
export const OWNER = primitive<Claim, CommandOptions, unknown>({
  name: 'RedLock.owner',
  writes: false,
  disabled: () => undefined,
  call: ({ backend }, _key, { lockKey }) => backend.get(lockKey, 'utf-8'),
})

/** Takes the lock from whoever has it; whether anybody had. */
export const BREAK = primitive<Pick<Claim, 'lockKey'>, CommandOptions, boolean>({
  name: 'RedLock.break',
  disabled: () => false,
  call: (state, _key, { lockKey }) => locksOf(state).break(lockKey),
})

/** What {@link READ} answers while the cache is disabled. */
export const UNREAD = Symbol('unread')

/** The stored form of a complete key, `undefined` where it is missing. */
export const READ = primitive<string, CommandOptions, unknown>({
  name: 'OptimisticLock.acquire',
  writes: false,
  disabled: () => UNREAD,
  call: ({ backend, serializer }, _key, storedKey) => backend.get(storedKey, serializer.encoding),
})

/** A value for a complete key, if what is stored there still is what was read. */
export interface Replacement {
  readonly storedKey: string
  readonly read: unknown
  readonly value: unknown
}

/** Whether the value was replaced. */
export const REPLACE = primitive<Replacement, WriteOptions, boolean>({
  name: 'OptimisticLock.cas',
  options: ['ttl', 'dumpsFn', 'timeout', 'signal'],
  disabled: () => true,
  call({ backend, serializer, ttlMs }, key, { storedKey, read, value }, options) {
    const stored = encode(serializer, key, value, options?.dumpsFn)
    const replacedTtlMs = toTtlMs(options?.ttl, ttlMs)
    return read !== UNREAD && backend.compareAndSet(storedKey, read, stored, replacedTtlMs)
  },
})

interface Row<Second, Options extends CommandOptions, Result> {
  readonly name: string
  readonly writes?: boolean
  readonly options?: readonly string[]
  readonly disabled: () => Result
  readonly call: (state: CacheState, key: string, second: Second, options: Options | undefined) => unknown
}

/** The first argument is the key as the user wrote it, which errors name. */
function primitive<Second, Options extends CommandOptions, Result>(
  row: Row<Second, Options, Result>,
): Command<string, Second, Options, Result> {
  const { name, writes = true, options = ['timeout', 'signal'], disabled, call } = row
  const finish = (_state: CacheState, answer: Result) => answer
  return {
    name,
    hooks: undefined,
    keyed: true,
    writes,
    options,
    collect: undefined,
    disabled,
    call,
    finish,
    hits: undefined,
    args,
  }
}

/** No hooks, so nobody asks for the arguments. */
function args(): [] {
  return []
}
