/**
 * How long the process itself did nothing: a heartbeat that comes late says so. A command cannot be answered by a process that does not run, so what it was
 * held up is told apart from what it took.
 */

const BEAT_MS = 5

export class HeldUp {
  readonly #pauses: { readonly from: number; readonly to: number }[] = []
  readonly #timer: NodeJS.Timeout
  #last = performance.now()
  #longestMs = 0

  constructor() {
    this.#timer = setInterval(() => this.#beat(), BEAT_MS)
    this.#timer.unref()
  }

  /** The longest pause so far. */
  get longestMs(): number {
    return this.#longestMs
  }

  /** Of the time between the two, how much the process was held up. To be asked once the next heartbeat was due. */
  between(from: number, to: number): number {
    return this.#pauses.reduce(
      (sum, pause) => sum + Math.max(0, Math.min(to, pause.to) - Math.max(from, pause.from)),
      0,
    )
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #beat(): void {
    const now = performance.now()
    const due = this.#last + BEAT_MS
    if (now - due > 1) this.#pauses.push({ from: due, to: now })
    // Commands do not look back further than this.
    if (this.#pauses.length > 2000) this.#pauses.splice(0, 1000)
    this.#longestMs = Math.max(this.#longestMs, now - due)
    this.#last = now
  }
}
