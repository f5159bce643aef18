/** A store that fails on demand. */
import {
  type Backend,
  type Clock,
  type Encoding,
  type LockAnswer,
  type LockStore,
  type MaybePromise,
  type ReplacedTtl,
  systemClock,
} from '@pycached/core'

/** The name of one primitive of a backend, those of its locks included. */
export type Primitive =
  | Exclude<keyof Backend, 'scope' | 'unanswered' | 'locks'>
  | `locks.${Exclude<keyof LockStore, 'watch'>}`

/** What was called, with its arguments. */
export type PrimitiveCall = readonly [primitive: Primitive, ...args: unknown[]]

/** Carries a call out in another way than the store would. */
type Fault = (proceed: () => unknown) => unknown

/**
 * Passes every call to another backend, except for the primitives that were told to fail, hang, be late or answer wrongly. `'all'`
 * stands for every primitive; a later order for a primitive replaces an earlier one.
 *
 * ```ts
 * const backend = new FailingBackend(new MapBackend())
 * const cache = cacheOver(backend)
 * backend.fail('get', new Error('connection lost'))
 * ```
 */
export class FailingBackend implements Backend {
  /** Every call so far, failed ones included. */
  readonly calls: PrimitiveCall[] = []
  /** Where the other backend has them. Watching never fails. */
  readonly locks: LockStore | undefined
  /** @internal */
  readonly _inner: Backend
  /** @internal */
  readonly _clock: Clock
  /** @internal */
  readonly _faults = new Map<Primitive | 'all', Fault>()
  /** @internal */
  _held: (() => void)[] = []

  /** `clock` measures the delays. */
  constructor(inner: Backend, clock: Clock = systemClock) {
    this._inner = inner
    this._clock = clock
    this.locks = inner.locks === undefined ? undefined : this._failing(inner.locks)
  }

  /** Calls reject with `error`; with `now` they throw it at once, as a synchronous store does. */
  fail(primitive: Primitive | 'all', error: unknown, { now = false }: { now?: boolean } = {}): void {
    this._faults.set(primitive, () => {
      if (now) throw error
      return Promise.reject(error)
    })
  }

  /** Calls get no answer, and do not reach the store, until {@link restore}. */
  hang(primitive: Primitive | 'all'): void {
    this._faults.set(primitive, (proceed) => this._hold().then(proceed))
  }

  /** Calls reach the store at once, and their answers come no sooner than {@link restore}. */
  muffle(primitive: Primitive | 'all'): void {
    this._faults.set(primitive, async (proceed) => {
      const answer = await proceed()
      await this._hold()
      return answer
    })
  }

  /** Calls reach the store after `delayMs`. */
  delay(primitive: Primitive | 'all', delayMs: number): void {
    this._faults.set(primitive, (proceed) => {
      const waited = new Promise<void>((resolve) => this._clock.schedule(resolve, delayMs).ref())
      return waited.then(proceed)
    })
  }

  /** Calls do not reach the store, and are answered with `answer`. */
  answer(primitive: Primitive | 'all', answer: unknown): void {
    this._faults.set(primitive, () => answer)
  }

  /** Everything works again; what hangs goes on. */
  restore(): void {
    this._faults.clear()
    for (const goOn of this._held.splice(0)) goOn()
  }

  get(key: string, encoding: Encoding): MaybePromise<unknown> {
    return this._call('get', [key, encoding], () => this._inner.get(key, encoding))
  }

  getMany(keys: readonly string[], encoding: Encoding): MaybePromise<readonly unknown[]> {
    return this._call('getMany', [keys, encoding], () => this._inner.getMany(keys, encoding))
  }

  set(key: string, value: unknown, ttlMs: number | undefined): MaybePromise<void> {
    return this._call('set', [key, value, ttlMs], () => this._inner.set(key, value, ttlMs))
  }

  setMany(entries: readonly (readonly [key: string, value: unknown])[], ttlMs: number | undefined): MaybePromise<void> {
    return this._call('setMany', [entries, ttlMs], () => this._inner.setMany(entries, ttlMs))
  }

  add(key: string, value: unknown, ttlMs: number | undefined): MaybePromise<boolean> {
    return this._call('add', [key, value, ttlMs], () => this._inner.add(key, value, ttlMs))
  }

  delete(key: string): MaybePromise<boolean> {
    return this._call('delete', [key], () => this._inner.delete(key))
  }

  deleteMany(keys: readonly string[]): MaybePromise<number> {
    return this._call('deleteMany', [keys], () => this._inner.deleteMany(keys))
  }

  exists(key: string): MaybePromise<boolean> {
    return this._call('exists', [key], () => this._inner.exists(key))
  }

  increment(key: string, delta: number, initial: unknown): MaybePromise<number | undefined> {
    return this._call('increment', [key, delta, initial], () => this._inner.increment(key, delta, initial))
  }

  expire(key: string, ttlMs: number | undefined): MaybePromise<boolean> {
    return this._call('expire', [key, ttlMs], () => this._inner.expire(key, ttlMs))
  }

  clear(prefix: string): MaybePromise<void> {
    return this._call('clear', [prefix], () => this._inner.clear(prefix))
  }

  compareAndSet(key: string, expected: unknown, value: unknown, ttlMs: ReplacedTtl): MaybePromise<boolean> {
    const proceed = () => this._inner.compareAndSet(key, expected, value, ttlMs)
    return this._call('compareAndSet', [key, expected, value, ttlMs], proceed)
  }

  compareAndDelete(key: string, expected: unknown): MaybePromise<boolean> {
    return this._call('compareAndDelete', [key, expected], () => this._inner.compareAndDelete(key, expected))
  }

  raw(command: string, args: readonly unknown[], encoding: Encoding): MaybePromise<unknown> {
    return this._call('raw', [command, args, encoding], () => this._inner.raw(command, args, encoding))
  }

  connect(): MaybePromise<void> {
    return this._call('connect', [], () => this._inner.connect?.())
  }

  close(graceMs?: number): MaybePromise<void> {
    return this._call('close', [graceMs], () => this._inner.close(graceMs))
  }

  /** @internal */
  _call<T>(primitive: Primitive, args: readonly unknown[], proceed: () => T): T {
    this.calls.push([primitive, ...args])
    const fault = this._faults.get(primitive) ?? this._faults.get('all')
    return fault === undefined ? proceed() : (fault(proceed) as T)
  }

  /** @internal */
  _failing(locks: LockStore): LockStore {
    return {
      take: (...args): MaybePromise<LockAnswer> => this._call('locks.take', args, () => locks.take(...args)),
      release: (...args): MaybePromise<boolean> => this._call('locks.release', args, () => locks.release(...args)),
      break: (...args): MaybePromise<boolean> => this._call('locks.break', args, () => locks.break(...args)),
      watch: (lockKey, call) => locks.watch(lockKey, call),
    }
  }

  /** @internal */
  _hold(): Promise<void> {
    return new Promise((resolve) => this._held.push(resolve))
  }
}
