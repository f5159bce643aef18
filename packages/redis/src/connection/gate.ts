/**
 * Who may use a client that is perhaps not connected: calls pass at once where it is, wait for an attempt that has good prospects, and are
 * refused at once where the last attempt failed and another call is making the next one.
 *
 * Nothing is attempted that no call asked for, except with an offline queue, whose calls wait for as many attempts as it takes.
 */
import { setTimeout as schedule } from 'node:timers'
import { BackendUnavailableError } from '@pycached/core'

/**
 * `disconnected`: not yet connected, or the connection was lost; the next command connects. `unreachable`: the last attempt failed; the
 * next command makes the next one, and those that come meanwhile are refused. `closed`: by `close()`.
 */
export type ConnectionState = 'disconnected' | 'connecting' | 'connected' | 'unreachable' | 'closed'

export interface GateOptions {
  /** One attempt to connect; rejects with the reason of its failure. */
  readonly open: () => Promise<void>
  /** Whether calls wait, too, while the server is known to be out of reach. */
  readonly offlineQueue: boolean
  /** How long a call may wait here; who made it has given it up by then. */
  readonly patienceMs: number
  readonly onChange: (state: ConnectionState, cause: unknown) => void
}

interface Waiter {
  readonly call: () => void
  readonly reject: (error: unknown) => void
  readonly sinceMs: number
}

/** Between two attempts for those in the offline queue. */
const FIRST_RETRY_MS = 50
const LAST_RETRY_MS = 1000

export class Gate {
  readonly #options: GateOptions
  #state: ConnectionState = 'disconnected'
  #waiters: Waiter[] = []
  #failure: unknown
  /** Whether the attempt before the one that is under way failed. */
  #isDoubtful = false
  #retry: NodeJS.Timeout | undefined
  #retryMs = FIRST_RETRY_MS

  constructor(options: GateOptions) {
    this.#options = options
  }

  get state(): ConnectionState {
    return this.#state
  }

  /** `call` at once, or in its turn once the client is connected. */
  pass<T>(call: () => Promise<T>): Promise<T> {
    if (this.#state === 'connected') return call()
    if (this.#state === 'closed') return Promise.reject(new Error('the connection was closed'))
    const isRefused = this.#state === 'connecting' && this.#isDoubtful && !this.#options.offlineQueue
    if (isRefused) return Promise.reject(this.#refusal())
    return new Promise((resolve, reject) => {
      const inTurn = () => {
        try {
          call().then(resolve, reject)
        } catch (error) {
          reject(error)
        }
      }
      this.#waiters.push({ call: inTurn, reject, sinceMs: performance.now() })
      if (this.#state !== 'connecting') this.#attempt()
    })
  }

  /** The connection is lost. */
  lose(cause: unknown): void {
    if (this.#state === 'connected') this.#change('disconnected', cause)
  }

  /** Refuses whatever waits, and all that comes. */
  close(): void {
    clearTimeout(this.#retry)
    this.#change('closed')
    this.#rejectAll(new Error('the connection was closed'))
  }

  #attempt(): void {
    clearTimeout(this.#retry)
    this.#retry = undefined
    this.#isDoubtful = this.#state === 'unreachable'
    this.#change('connecting')
    this.#options.open().then(
      () => this.#succeed(),
      (error) => this.#fail(error),
    )
  }

  #succeed(): void {
    if (this.#state === 'closed') return
    this.#retryMs = FIRST_RETRY_MS
    this.#failure = undefined
    this.#change('connected')
    this.#dropLate()
    // All in one turn: nothing that is called from now on comes between them.
    for (const waiter of this.#waiters.splice(0)) waiter.call()
  }

  #fail(error: unknown): void {
    if (this.#state === 'closed') return
    this.#failure = error
    this.#change('unreachable', error)
    if (!this.#options.offlineQueue) return this.#rejectAll(error)
    this.#dropLate()
    if (this.#waiters.length === 0) return
    // It keeps the process alive: who waits may have no deadline that does.
    this.#retry = schedule(() => this.#attemptAgain(), this.#retryMs)
    this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS)
  }

  #attemptAgain(): void {
    this.#dropLate()
    if (this.#waiters.length > 0) this.#attempt()
  }

  /** Whom nobody waits for any more: a write that was given up long ago is not made up for. */
  #dropLate(): void {
    const nowMs = performance.now()
    const late = this.#waiters.findIndex(({ sinceMs }) => nowMs - sinceMs < this.#options.patienceMs)
    const dropped = this.#waiters.splice(0, late === -1 ? this.#waiters.length : late)
    for (const { reject } of dropped) reject(this.#refusal())
  }

  #rejectAll(error: unknown): void {
    for (const { reject } of this.#waiters.splice(0)) reject(error)
  }

  #refusal(): BackendUnavailableError {
    const why = this.#failure instanceof Error ? ` (${this.#failure.message})` : ''
    return new BackendUnavailableError(
      `the server is out of reach${why}, and another command is trying to connect: nothing was sent`,
      { cause: this.#failure },
    )
  }

  #change(state: ConnectionState, cause?: unknown): void {
    this.#state = state
    this.#options.onChange(state, cause)
  }
}
