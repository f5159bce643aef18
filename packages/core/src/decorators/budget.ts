/**
 * How long one decorated call may wait for its cache: one `timeout` for all of its commands together. The function's own time and that
 * of other callers are no part of it.
 */
import type { CacheState } from '../command.js'
import { Alarm } from '../deadline.js'
import { type Duration, toSeconds, toTimeoutMs } from '../duration.js'
import { CacheTimeoutError } from '../errors.js'

/** What is left is rounded down to so many parts of the whole: deadlines of one length wait in one list. */
const PARTS = 64

export class Budget {
  readonly #owner: string
  readonly #key: string | undefined
  readonly #state: CacheState
  readonly #timeout: Duration | null | undefined
  /** `undefined`: there is no limit. */
  readonly #limitMs: number | undefined
  #spentMs: number

  /**
   * @param owner the decorator's name, and the call's key if it has one: for errors
   * @param timeout instead of the cache's own
   */
  constructor(
    owner: string,
    key: string | undefined,
    state: CacheState,
    timeout: Duration | null | undefined,
    spentMs: number,
  ) {
    this.#owner = owner
    this.#key = key
    this.#state = state
    this.#timeout = timeout
    this.#limitMs = toTimeoutMs(timeout, state.timeoutMs)
    this.#spentMs = spentMs
  }

  /**
   * A command's answer, if it comes while something is left; else the command goes on, and nobody waits for it. Where nothing is left it
   * is not sent.
   *
   * @throws (rejects) `CacheTimeoutError`, and what the command rejects with
   */
  within<T>(command: string, writes: boolean, send: () => Promise<T>): Promise<T> {
    const leftMs = this.#leftMs()
    if (leftMs === 0) return Promise.reject(this.#unsent(command))
    const { inFlight } = this.#state
    const answer = send()
    // What was answered at once took no time, and needs no clock.
    if (leftMs === undefined || this.#state.inFlight === inFlight) return answer
    return new Promise((resolve, reject) => {
      const end = new Alarm(() => {
        this.#spentMs = Number.POSITIVE_INFINITY
        reject(this.#unanswered(command, writes))
      })
      const stop = this.stopwatch()
      // As long as nothing is spent, the command's own deadline is this one.
      if (this.#spentMs > 0) this.#state.deadlines.add(end, leftMs)
      answer
        .finally(() => {
          stop()
          this.#state.deadlines.remove(end)
        })
        .then(resolve, reject)
    })
  }

  /** Whether nothing is left. */
  get isSpent(): boolean {
    return this.#leftMs() === 0
  }

  /** Begins to spend. The function ends it; what is `free` (milliseconds) counts for nothing. */
  stopwatch(): (freeMs?: number) => void {
    const { clock } = this.#state
    const startMs = clock.now()
    return (freeMs = 0) => {
      this.#spentMs += Math.max(0, clock.now() - startMs - freeMs)
    }
  }

  /**
   * What is left, as the `timeout` of a command.
   *
   * @throws `CacheTimeoutError` where nothing is
   */
  timeoutLeft(command: string): Duration | null | undefined {
    const leftMs = this.#leftMs()
    if (leftMs === 0) throw this.#unsent(command)
    return leftMs === undefined || this.#spentMs === 0 ? this.#timeout : toSeconds(leftMs)
  }

  #leftMs(): number | undefined {
    const limitMs = this.#limitMs
    if (limitMs === undefined || this.#spentMs === 0) return limitMs
    return Math.max(0, Math.floor((1 - this.#spentMs / limitMs) * PARTS)) * (limitMs / PARTS)
  }

  #unsent(command: string): CacheTimeoutError {
    const message = `${command} was not sent: nothing was left of ${this.#described()}`
    return new CacheTimeoutError(message, { key: this.#key })
  }

  #unanswered(command: string, mayHaveExecuted: boolean): CacheTimeoutError {
    const consequence = mayHaveExecuted ? ' (it was sent, so the store may have been changed)' : ''
    const message = `${command} had no answer within what was left of ${this.#described()}${consequence}`
    return new CacheTimeoutError(message, { key: this.#key, mayHaveExecuted })
  }

  #described(): string {
    return `the ${toSeconds(this.#limitMs as number)} s that one call of ${this.#owner} may wait for its cache`
  }
}
