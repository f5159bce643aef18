/** What became of the commands of a load. */

import { isPycachedError } from '@pycached/core'
import { HeldUp } from '../held-up.js'
import type { Call } from './commands.js'

/** While `up`, the store can be used, as far as who breaks it knows. */
export type Phase = 'up' | 'down'

/**
 * When a command failed: it met a time in which the store was `down`, or it was called and failed while the store was up, before
 * or after the first success.
 */
export type When = 'down' | 'beforeUse' | 'inUse'

export interface Report {
  readonly commands: number
  readonly answered: number
  /** `get`s that found a value: what the check of replies is about. */
  readonly hits: number
  /** Kind of error → how many. */
  readonly failed: Record<When, Record<string, number>>
  /** How long after the beginning of an `up` a command failed that was called in it. */
  readonly longestTroubleMs: number
  /** Replies that cannot have been given to their commands, and the first of them. */
  readonly wrongReplies: number
  readonly wrong: string
  /** Furthest past its deadline that a command was told, as the clock says, and less what the process was held up meanwhile. */
  readonly latestMs: number
  readonly latestNetMs: number
  readonly latestCommand: string
  readonly heldUpMs: number
  readonly unhandled: readonly string[]
}

const ofTurn = () => new Promise((resolve) => setTimeout(resolve, 20))

export class Tally {
  readonly #deadlineMs: number
  readonly #heldUp = new HeldUp()
  readonly #failed: Record<When, Record<string, number>> = { down: {}, beforeUse: {}, inUse: {} }
  readonly #wrong: string[] = []
  readonly #unhandled: string[] = []
  readonly #onResumed: (afterMs: number) => void
  #commands = 0
  #answered = 0
  #hits = 0
  #phase: Phase = 'up'
  #epoch = 0
  #upSince = 0
  #resumed = true
  #troubleMs = 0
  #latestMs = 0
  #latestNetMs = 0
  #latestCommand = ''

  /** Tells how long after the beginning of each `up` the first command of it succeeded. */
  constructor(deadlineMs: number, onResumed: (afterMs: number) => void) {
    this.#deadlineMs = deadlineMs
    this.#onResumed = onResumed
    for (const event of ['unhandledRejection', 'uncaughtException'] as const) {
      process.on(event, (reason: unknown) =>
        this.#unhandled.push(`${event}: ${(reason as Error)?.stack ?? String(reason)}`),
      )
    }
  }

  enter(phase: Phase): void {
    this.#phase = phase
    this.#epoch++
    this.#upSince = performance.now()
    this.#resumed = phase === 'down'
  }

  readonly call: Call = async (name, call, belongs) => {
    const [epoch, started] = [this.#epoch, performance.now()]
    this.#commands++
    try {
      const reply = await call()
      this.#inTime(name, started)
      this.#answered++
      if (name === 'get' && reply !== undefined) this.#hits++
      if (!belongs(reply)) this.#noteWrong(`${name}: ${JSON.stringify(reply)}`)
      if (epoch === this.#epoch && this.#phase === 'up') this.#noteResumed()
      return reply
    } catch (error) {
      this.#inTime(name, started)
      this.#noteFailure(error, epoch === this.#epoch && this.#phase === 'up')
      return undefined
    }
  }

  report(): Report {
    this.#heldUp.stop()
    return {
      commands: this.#commands,
      answered: this.#answered,
      hits: this.#hits,
      failed: this.#failed,
      longestTroubleMs: this.#troubleMs,
      wrongReplies: this.#wrong.length,
      wrong: this.#wrong[0] ?? '',
      latestMs: this.#latestMs,
      latestNetMs: this.#latestNetMs,
      latestCommand: this.#latestCommand,
      heldUpMs: this.#heldUp.longestMs,
      unhandled: this.#unhandled.slice(0, 10),
    }
  }

  #noteResumed(): void {
    if (this.#resumed) return
    this.#resumed = true
    this.#onResumed(performance.now() - this.#upSince)
  }

  #noteFailure(error: unknown, withinUp: boolean): void {
    const when = !withinUp ? 'down' : this.#resumed ? 'inUse' : 'beforeUse'
    if (withinUp) this.#troubleMs = Math.max(this.#troubleMs, performance.now() - this.#upSince)
    const kind = kindOf(error)
    this.#failed[when][kind] = (this.#failed[when][kind] ?? 0) + 1
  }

  #noteWrong(what: string): void {
    this.#wrong.push(what.slice(0, 300))
  }

  /** A command that is told late may only have been told so because nothing ran; that is known at the next heartbeat. */
  #inTime(name: string, started: number): void {
    const [dueMs, now] = [started + this.#deadlineMs, performance.now()]
    if (now <= dueMs) return
    if (now - dueMs > this.#latestMs) this.#latestMs = now - dueMs
    void ofTurn().then(() => {
      const netMs = now - dueMs - this.#heldUp.between(dueMs, now)
      if (netMs <= this.#latestNetMs) return
      this.#latestNetMs = netMs
      this.#latestCommand = name
    })
  }
}

/** The code of the error, and what the server or the system called the cause: `PYCACHED_BACKEND ECONNREFUSED`. */
export function kindOf(error: unknown): string {
  if (!isPycachedError(error)) return `no error of ours: ${String(error)}`
  const cause = error.cause as (Error & { code?: unknown }) | undefined
  // ERR begins what has no name of its own; of what a script met, Redis 6 puts the name far behind: `ERR Error running script …: -READONLY …`.
  const word = /(?:^|: -)(?!ERR\b)([A-Z]{3,})\b/.exec(cause?.message ?? '')?.[1]
  const reason =
    typeof cause?.code === 'string' ? cause.code : (word ?? cause?.message.slice(0, 90).replace(/\d+/g, 'n'))
  return reason === undefined ? error.code : `${error.code} ${reason}`
}
