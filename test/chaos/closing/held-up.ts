/**
 * For how long this process was kept from running by other programs: what passes between two ticks beyond their distance, less the time
 * of the processor that it used itself. A busy machine then makes nothing look late, and a busy process does.
 */

const TICK_MS = 5

export class HeldUp {
  #totalMs = 0
  #lastMs = performance.now()
  #lastUsedMs = usedMs()

  constructor() {
    setInterval(() => this.#tick(), TICK_MS).unref()
  }

  /** Since this began. */
  get totalMs(): number {
    this.#tick()
    return this.#totalMs
  }

  #tick(): void {
    const nowMs = performance.now()
    const nowUsedMs = usedMs()
    this.#totalMs += Math.max(0, nowMs - this.#lastMs - TICK_MS - (nowUsedMs - this.#lastUsedMs))
    this.#lastMs = nowMs
    this.#lastUsedMs = nowUsedMs
  }
}

function usedMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
