/** One call that has to compute, and what it may still ask of its cache. */
import type { BaseCache } from '../base-cache.js'
import { DeserializationError } from '../errors.js'
import { Budget } from './budget.js'
import type { CacheSource } from './cache-source.js'
import type { Computation } from './computations.js'
import type { Report } from './failures.js'

/** What all calls of a decorated function share. */
export interface Origin {
  /** The decorator's name, for messages. */
  readonly owner: string
  readonly source: CacheSource
  readonly report: Report
}

export class Miss {
  readonly cache: BaseCache
  readonly key: string
  readonly self: unknown
  readonly args: readonly unknown[]
  readonly reads: boolean
  /** Whether others may have the result too: the call neither leaves out looking up nor storing. */
  readonly shared: boolean
  /** Whether the result may be stored. Not after a failure: then nothing more is awaited. */
  writes: boolean
  /** What the call may still wait for its cache. */
  readonly budget: Budget
  /** Set while the function runs for a result that is to be stored, or that others wait for. */
  computation: Computation | undefined = undefined
  readonly #report: Report
  #told = false

  constructor(
    { owner, source, report }: Origin,
    cache: BaseCache,
    key: string,
    self: unknown,
    args: readonly unknown[],
    reads: boolean,
    writes: boolean,
    spentMs: number,
  ) {
    this.cache = cache
    this.key = key
    this.self = self
    this.args = args
    this.reads = reads
    this.shared = reads && writes
    this.writes = writes
    this.budget = new Budget(owner, key, cache._state, source.timeout, spentMs)
    this.#report = report
  }

  /** Tells the first failure of the call. What cannot be read is no failure of the store: it is replaced. */
  fail(error: unknown): void {
    if (!this.#told) this.#report(error, this.key, this.cache._state.clock)
    this.#told = true
    this.writes &&= error instanceof DeserializationError
  }
}
