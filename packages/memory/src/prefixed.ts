/** A store seen through a prefix that its callers leave away. */
import type { Backend, Encoding, MaybePromise, ReplacedTtl } from '@pycached/core'

/** For scopes beyond a backend's first: the same entries, found by building the complete key for each call. */
export class Prefixed implements Backend {
  readonly #whole: Backend
  readonly #prefix: string

  constructor(whole: Backend, prefix: string) {
    this.#whole = whole
    this.#prefix = prefix
  }

  get(key: string, encoding: Encoding): MaybePromise<unknown> {
    return this.#whole.get(this.#prefix + key, encoding)
  }

  getMany(keys: readonly string[], encoding: Encoding): MaybePromise<readonly unknown[]> {
    return this.#whole.getMany(this.#complete(keys), encoding)
  }

  set(key: string, value: unknown, ttlMs: number | undefined): MaybePromise<void> {
    return this.#whole.set(this.#prefix + key, value, ttlMs)
  }

  setMany(entries: readonly (readonly [key: string, value: unknown])[], ttlMs: number | undefined): MaybePromise<void> {
    const complete = entries.map(([key, value]) => [this.#prefix + key, value] as const)
    return this.#whole.setMany(complete, ttlMs)
  }

  add(key: string, value: unknown, ttlMs: number | undefined): MaybePromise<boolean> {
    return this.#whole.add(this.#prefix + key, value, ttlMs)
  }

  delete(key: string): MaybePromise<boolean> {
    return this.#whole.delete(this.#prefix + key)
  }

  deleteMany(keys: readonly string[]): MaybePromise<number> {
    return this.#whole.deleteMany(this.#complete(keys))
  }

  exists(key: string): MaybePromise<boolean> {
    return this.#whole.exists(this.#prefix + key)
  }

  increment(key: string, delta: number, initial: unknown): MaybePromise<number | undefined> {
    return this.#whole.increment(this.#prefix + key, delta, initial)
  }

  expire(key: string, ttlMs: number | undefined): MaybePromise<boolean> {
    return this.#whole.expire(this.#prefix + key, ttlMs)
  }

  clear(prefix: string): MaybePromise<void> {
    return this.#whole.clear(this.#prefix + prefix)
  }

  compareAndSet(key: string, expected: unknown, value: unknown, ttlMs: ReplacedTtl): MaybePromise<boolean> {
    return this.#whole.compareAndSet(this.#prefix + key, expected, value, ttlMs)
  }

  compareAndDelete(key: string, expected: unknown): MaybePromise<boolean> {
    return this.#whole.compareAndDelete(this.#prefix + key, expected)
  }

  raw(command: string, args: readonly unknown[]): MaybePromise<unknown> {
    return this.#whole.raw(command, args)
  }

  close(): MaybePromise<void> {
    return this.#whole.close()
  }

  #complete(keys: readonly string[]): string[] {
    return keys.map((key) => this.#prefix + key)
  }
}
