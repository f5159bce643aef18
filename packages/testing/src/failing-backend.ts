/** A store that fails on demand. */
import {
  type Backend,
  type Clock,
  type Encoding,
  type MaybePromise,
  type ReplacedTtl,
  systemClock,
} from '@pycached/core'

/** The name of one primitive of a backend. */
export type Primitive = Exclude<keyof Backend, 'scope'>

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
  readonly #inner: Backend
  readonly #clock: Clock
  readonly #faults = new Map<Primitive | 'all', Fault>()
  #held: (() => void)[] = []

  /** `clock` measures the delays. */
  constructor(inner: Backend, clock: Clock = systemClock) {
    this.#inner = inner
    this.#clock = clock
  }

  /** Calls reject with `error`; with `now` they throw it at once, as a synchronous store does. */
  fail(primitive: Primitive | 'all', error: unknown, { now = false }: { now?: boolean } = {}): void {
    this.#faults.set(primitive, () => {
      if (now) throw error
      return Promise.reject(error)
    })
  }

  /** Calls get no answer, and do not reach the store, until {@link restore}. */
  hang(primitive: Primitive | 'all'): void {
    this.#faults.set(primitive, (proceed) => this.#hold().then(proceed))
  }

  /** Calls reach the store at once, and their answers come no sooner than {@link restore}. */
  muffle(primitive: Primitive | 'all'): void {
    this.#faults.set(primitive, async (proceed) => {
      const answer = await proceed()
      await this.#hold()
      return answer
    })
  }

  /** Calls reach the store after `delayMs`. */
  delay(primitive: Primitive | 'all', delayMs: number): void {
    this.#faults.set(primitive, (proceed) => {
      const waited = new Promise<void>((resolve) => this.#clock.schedule(resolve, delayMs).ref())
      return waited.then(proceed)
    })
  }

  /** Calls do not reach the store, and are answered with `answer`. */
  answer(primitive: Primitive | 'all', answer: unknown): void {
    this.#faults.set(primitive, () => answer)
  }

  /** Everything works again; what hangs goes on. */
  restore(): void {
    this.#faults.clear()
    for (const goOn of this.#held.splice(0)) goOn()
  }

  get(key: string, encoding: Encoding): MaybePromise<unknown> {
    return this.#call('get', [key, encoding], () => this.#inner.get(key, encoding))
  }

  getMany(keys: readonly string[], encoding: Encoding): MaybePromise<readonly unknown[]> {
    return this.#call('getMany', [keys, encoding], () => this.#inner.getMany(keys, encoding))
  }

  set(key: string, value: unknown, ttlMs: number | undefined): MaybePromise<void> {
    return this.#call('set', [key, value, ttlMs], () => this.#inner.set(key, value, ttlMs))
  }

  setMany(entries: readonly (readonly [key: string, value: unknown])[], ttlMs: number | undefined): MaybePromise<void> {
    return this.#call('setMany', [entries, ttlMs], () => this.#inner.setMany(entries, ttlMs))
  }

  add(key: string, value: unknown, ttlMs: number | undefined): MaybePromise<boolean> {
    return this.#call('add', [key, value, ttlMs], () => this.#inner.add(key, value, ttlMs))
  }

  delete(key: string): MaybePromise<boolean> {
    return this.#call('delete', [key], () => this.#inner.delete(key))
  }

  deleteMany(keys: readonly string[]): MaybePromise<number> {
    return this.#call('deleteMany', [keys], () => this.#inner.deleteMany(keys))
  }

  exists(key: string): MaybePromise<boolean> {
    return this.#call('exists', [key], () => this.#inner.exists(key))
  }

  increment(key: string, delta: number, initial: unknown): MaybePromise<number | undefined> {
    return this.#call('increment', [key, delta, initial], () => this.#inner.increment(key, delta, initial))
  }

  expire(key: string, ttlMs: number | undefined): MaybePromise<boolean> {
    return this.#call('expire', [key, ttlMs], () => this.#inner.expire(key, ttlMs))
  }

  clear(prefix: string): MaybePromise<void> {
    return this.#call('clear', [prefix], () => this.#inner.clear(prefix))
  }

  compareAndSet(key: string, expected: unknown, value: unknown, ttlMs: ReplacedTtl): MaybePromise<boolean> {
    const proceed = () => this.#inner.compareAndSet(key, expected, value, ttlMs)
    return this.#call('compareAndSet', [key, expected, value, ttlMs], proceed)
  }

  compareAndDelete(key: string, expected: unknown): MaybePromise<boolean> {
    return this.#call('compareAndDelete', [key, expected], () => this.#inner.compareAndDelete(key, expected))
  }

  raw(command: string, args: readonly unknown[]): MaybePromise<unknown> {
    return this.#call('raw', [command, args], () => this.#inner.raw(command, args))
  }

  close(): MaybePromise<void> {
    return this.#call('close', [], () => this.#inner.close())
  }

  #call<T>(primitive: Primitive, args: readonly unknown[], proceed: () => T): T {
    this.calls.push([primitive, ...args])
    const fault = this.#faults.get(primitive) ?? this.#faults.get('all')
    return fault === undefined ? proceed() : (fault(proceed) as T)
  }

  #hold(): Promise<void> {
    return new Promise((resolve) => this.#held.push(resolve))
  }
}
