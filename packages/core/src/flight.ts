/** One command that waits for its store or its hooks: settled once, by its answer, its deadline or its caller's signal. */
import { offAbort, onAbort } from './abort.js'
import type { CommandOptions } from './cache-commands.js'
import type { CacheState, Command } from './command.js'
import { Waiting } from './deadline.js'
import { describe } from './describe.js'
import { toSeconds, toTimeoutMs } from './duration.js'
import { BackendError, CacheTimeoutError, isPycachedError } from './errors.js'

/** There is one per command, and many at once: it has no function of its own unless there is a signal. */
export class Flight<First, Second, Options extends CommandOptions, Result> extends Waiting {
  /** V8 drops what it compiled for a class if nothing of it is left when garbage is collected, as between two bursts of commands. */
  static readonly kept = new Flight({ inFlight: 0 } as CacheState, {} as never, '', '', undefined, nothing, nothing)
  readonly #state: CacheState
  readonly #command: Command<First, Second, Options, Result>
  readonly #first: First
  readonly #second: Second
  readonly #options: Options | undefined
  readonly #timeoutMs: number | undefined
  readonly #resolve: (result: Result) => void
  readonly #reject: (error: unknown) => void
  readonly #onAbort: (() => void) | undefined
  /** Whether the caller has its answer: whoever still works for it may stop. */
  settled = false
  /** Whether the backend was called. */
  sent = false
  /** Told of the failure before the caller is; set where hooks run. */
  onFailure: ((error: unknown) => void) | undefined = undefined

  constructor(
    state: CacheState,
    command: Command<First, Second, Options, Result>,
    first: First,
    second: Second,
    options: Options | undefined,
    resolve: (result: Result) => void,
    reject: (error: unknown) => void,
  ) {
    super()
    this.#state = state
    this.#command = command
    this.#first = first
    this.#second = second
    this.#options = options
    const timeoutMs = options === undefined ? state.timeoutMs : toTimeoutMs(options.timeout, state.timeoutMs)
    this.#timeoutMs = timeoutMs
    this.#resolve = resolve
    this.#reject = reject
    state.inFlight++
    if (timeoutMs !== undefined) state.deadlines.add(this, timeoutMs)
    const signal = options?.signal
    if (signal === undefined) return
    this.#onAbort = () => this.#rejectWith(signal.reason)
    onAbort(signal, this.#onAbort)
  }

  /** What the store answered: the caller gets what the command makes of it. */
  answer(stored: unknown): void {
    if (this.settled) return
    try {
      this.succeed(this.#command.finish(this.#state, stored as never, this.#first, this.#second, this.#options))
    } catch (error) {
      this.fail(error)
    }
  }

  succeed(result: Result): void {
    if (this.#settle()) this.#resolve(result)
  }

  /** What the store or a hook threw. */
  fail(thrown: unknown): void {
    this.#rejectWith(toOurError(thrown, this.#command, this.#first))
  }

  expire(): void {
    const { name, writes, keyed } = this.#command
    const mayHaveExecuted = writes && this.sent
    if (this.sent) this.#state.backend.unanswered?.(this.#timeoutMs as number)
    const consequence = mayHaveExecuted ? ' (it was sent, so the store may have been changed)' : ''
    this.#rejectWith(
      new CacheTimeoutError(`${name} had no answer within ${toSeconds(this.#timeoutMs as number)} s${consequence}`, {
        key: keyed ? (this.#first as string) : undefined,
        mayHaveExecuted,
      }),
    )
  }

  #rejectWith(error: unknown): void {
    if (!this.#settle()) return
    this.onFailure?.(error)
    this.#reject(error)
  }

  #settle(): boolean {
    if (this.settled) return false
    this.settled = true
    const state = this.#state
    state.deadlines.remove(this)
    if (this.#onAbort !== undefined) offAbort(this.#options?.signal as AbortSignal, this.#onAbort)
    if (--state.inFlight === 0) state.onDrained?.()
    return true
  }
}

function nothing(): void {}

/** Our own errors as they are, about the key as the caller wrote it; everything else is the store's. */
export function toOurError(
  thrown: unknown,
  command: { readonly name: string; readonly keyed: boolean },
  first: unknown,
): unknown {
  const key = command.keyed && typeof first === 'string' ? first : undefined
  if (isPycachedError(thrown)) {
    if (key !== undefined) thrown.key = key
    return thrown
  }
  return new BackendError(`${command.name} failed in the store: ${describe(thrown)}`, { key, cause: thrown })
}
