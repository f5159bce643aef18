/**
 * The time for many commands in a row: what the clock said holds for a number of commands of the same turn of the event loop.
 *
 * It is used only for entries that live longer than {@link HORIZON_MS} from there. So nothing expired is served, unless the process was
 * blocked or stopped for longer than that between two commands of one burst; and the reading ends with its turn.
 */
import type { Clock } from '@pycached/core'

export const HORIZON_MS = 32_768
/** Readings that come this close to each other are a burst, after so many of them. */
const BURST_GAP_MS = 0.25
const BURST_LENGTH = 8
/** Commands that one reading serves at most. */
const USES = 64

export class RecentTime {
  /** How many more commands may use {@link lastMs}. */
  usesLeft = 0
  lastMs = Number.NEGATIVE_INFINITY
  readonly #clock: Clock
  #burst = 0
  #turnEnds = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  read(): number {
    const nowMs = this.#clock.now()
    // A clock that stands still is not that of the process, and may jump within a turn.
    this.#burst = nowMs > this.lastMs && nowMs - this.lastMs < BURST_GAP_MS ? this.#burst + 1 : 0
    this.lastMs = nowMs
    this.usesLeft = this.#burst >= BURST_LENGTH && this.#endWithTurn() ? USES : 0
    return nowMs
  }

  /** Whether the end of this turn will be noticed. */
  #endWithTurn(): boolean {
    if (this.#turnEnds) return true
    if (this.#clock.afterTurn === undefined) return false
    this.#turnEnds = true
    this.#clock.afterTurn(() => {
      this.#turnEnds = false
      this.usesLeft = 0
    })
    return true
  }
}
