/**
 * A circuit breaker: after failures of the store in a row commands are refused at once; after a while one of them tries again, and an
 * answer lets all pass.
 *
 * An outcome counts only if its command began after the last failure that counted: many commands that break together are one failure, and
 * an answer that was on its way when the store went silent does not tell that it is back.
 */
import { BackendUnavailableError, type Clock, toMs } from '@pycached/core'
import { check, isObject } from '../options/check.js'
import type { RedisCacheOptions } from '../options/redis-options.js'

/** `closed`: commands pass. `open`: they are refused. `half-open`: one of them is trying, the others are refused. */
export type BreakerState = 'closed' | 'open' | 'half-open'

/** A circuit breaker, to look at. */
export interface CircuitBreaker {
  readonly state: BreakerState
  /** How many failures in a row open it. */
  readonly failures: number
  /** How long it refuses commands before one may try again, in seconds. */
  readonly resetAfter: number
}

export interface BreakerSettings {
  readonly failures: number
  readonly resetAfterMs: number
  /** How long one that tries may take, before another one may: its caller may have gone without a word. */
  readonly trialMs: number
  readonly clock: Clock
  readonly onChange: (state: BreakerState, cause: unknown) => void
}

const DEFAULT_FAILURES = 3
const DEFAULT_RESET_AFTER = '1s'

export class Breaker implements CircuitBreaker {
  readonly #settings: BreakerSettings
  #state: BreakerState = 'closed'
  #inARow = 0
  #lastFailureMs = Number.NEGATIVE_INFINITY
  #lastFailure: unknown
  /** When it was opened, or half opened. */
  #sinceMs = 0

  constructor(settings: BreakerSettings) {
    this.#settings = settings
  }

  get state(): BreakerState {
    return this.#state
  }

  get failures(): number {
    return this.#settings.failures
  }

  get resetAfter(): number {
    return this.#settings.resetAfterMs / 1000
  }

  /** When the command began. Throws `BackendUnavailableError` where it is refused. */
  enter(): number {
    const nowMs = this.#settings.clock.now()
    if (this.#state === 'closed') return nowMs
    const limitMs = this.#state === 'open' ? this.#settings.resetAfterMs : this.#settings.trialMs
    if (nowMs - this.#sinceMs < limitMs) throw this.#refusal()
    this.#change('half-open', nowMs)
    return nowMs
  }

  /** The store answered a command that began then, be it with an error of that command. */
  succeed(beganMs: number): void {
    if (beganMs <= this.#lastFailureMs) return
    this.#inARow = 0
    if (this.#state !== 'closed') this.#change('closed', beganMs)
  }

  /** The store failed a command that began then. */
  fail(beganMs: number, cause: unknown): void {
    if (beganMs <= this.#lastFailureMs) return
    const nowMs = this.#settings.clock.now()
    this.#lastFailureMs = nowMs
    this.#lastFailure = cause
    if (++this.#inARow >= this.failures || this.#state === 'half-open') this.#change('open', nowMs, cause)
  }

  /** The command that began then did not get to the store: if it was to try, another one may. */
  leave(beganMs: number): void {
    if (this.#state !== 'half-open' || this.#sinceMs !== beganMs) return
    this.#change('open', beganMs - this.#settings.resetAfterMs)
  }

  #refusal(): BackendUnavailableError {
    const { message = '' } = (this.#lastFailure ?? {}) as { message?: string }
    const why = message === '' ? '' : ` (${message})`
    return new BackendUnavailableError(
      `the circuit breaker is ${this.#state} since the store failed${why}: nothing was sent`,
      { cause: this.#lastFailure },
    )
  }

  #change(state: BreakerState, nowMs: number, cause?: unknown): void {
    this.#sinceMs = nowMs
    if (state === this.#state) return
    this.#state = state
    this.#settings.onChange(state, cause)
  }
}

/** The settings of the circuit breaker, `undefined` where there is none. */
export function breakerOf({
  breaker = false,
}: RedisCacheOptions): { failures: number; resetAfterMs: number } | undefined {
  check(
    typeof breaker === 'boolean' || isObject(breaker),
    'breaker',
    'true, false or { failures, resetAfter }',
    breaker,
  )
  if (breaker === false) return undefined
  const { failures = DEFAULT_FAILURES, resetAfter = DEFAULT_RESET_AFTER, ...others } = breaker === true ? {} : breaker
  const [other] = Object.keys(others)
  check(other === undefined, 'breaker', `{ failures, resetAfter }, and there is no '${other}'`, breaker)
  check(Number.isSafeInteger(failures) && failures > 0, 'breaker', 'with failures that are an integer from 1', failures)
  return { failures, resetAfterMs: toMs(resetAfter, 'breaker') }
}
