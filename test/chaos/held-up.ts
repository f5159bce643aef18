/**
 * For how long this process was kept from running by other programs: what a heartbeat is late, less the time of the processor that the process used itself
 * since the one before. A command cannot be answered by a process that does not run; one that is busy itself is late by its own fault, and that is not taken off.
 */

const BEAT_MS = 5

export class HeldUp {
  readonly #pauses: { readonly from: number; readonly to: number; readonly usedMs: number }[] = []
  readonly #timer: NodeJS.Timeout
  #lastMs = performance.now()
  #lastUsedMs = usedMs()
  #totalMs = 0
  #longestMs = 0

  constructor() {
    this.#timer = setInterval(() => this.#beat(), BEAT_MS)
    this.#timer.unref()
  }

  /** Since this began. */
  get totalMs(): number {
    this.#beat()
    return this.#totalMs
  }

  /** The longest pause so far. */
  get longestMs(): number {
    return this.#longestMs
  }

  /**
   * Of the time between the two, how much the process was held up, rather too little than too much: all that it used itself since the heartbeat before
   * counts as used between the two. To be asked once the next heartbeat was due.
   */
  between(fromMs: number, toMs: number): number {
    return this.#pauses.reduce(
      (sum, { from, to, usedMs }) => sum + Math.max(0, Math.min(toMs, to) - Math.max(fromMs, from) - usedMs),
      0,
    )
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #beat(): void {
    const nowMs = performance.now()
    const nowUsedMs = usedMs()
    const dueMs = this.#lastMs + BEAT_MS
    // Of all threads, so that collecting garbage in the background is no excuse either.
    const used = nowUsedMs - this.#lastUsedMs
    const heldUpMs = Math.max(0, nowMs - dueMs - used)
    if (heldUpMs > 1) this.#pauses.push({ from: dueMs, to: nowMs, usedMs: used })
    // Commands do not look back further than this.
    if (this.#pauses.length > 2000) this.#pauses.splice(0, 1000)
    this.#totalMs += heldUpMs
    this.#longestMs = Math.max(this.#longestMs, heldUpMs)
    this.#lastMs = nowMs
    this.#lastUsedMs = nowUsedMs
  }
}

function usedMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
