/**
 * A hill climber for the size of a window: it goes on in one direction while the hit ratio rises from sample to sample, and turns
 * round when it falls. Steps get smaller, until a large change of the hit ratio says that the accesses are others now.
 */

/** Of the capacity. */
const FIRST_STEP = 0.0625
const DECAY = 0.98
/** The change of the hit ratio that makes the next step as large as the first one. */
const RESTART = 0.05

export class WindowClimber {
  readonly #sample: number
  readonly #firstStep: number
  readonly #most: number
  /** With its fraction: steps of small caches are parts of an entry, and must add up. */
  #size: number
  /** The first step is a smaller window. */
  #step: number
  #hits = 0
  #accesses = 0
  #hitRatio = 0

  /** For a window of `size` entries at first, from one to `most`. Looks at the hit ratio after every `sample` accesses. */
  constructor(capacity: number, sample: number, size: number, most: number) {
    this.#sample = sample
    this.#firstStep = capacity * FIRST_STEP
    this.#step = -this.#firstStep
    this.#size = size
    this.#most = most
  }

  /** Takes note of an access. The size that the window is to have from now on, in whole entries. */
  sizeAfter(isHit: boolean): number {
    this.#accesses++
    if (isHit) this.#hits++
    if (this.#accesses === this.#sample) this.#climb()
    return Math.floor(this.#size)
  }

  #climb(): void {
    const hitRatio = this.#hits / this.#accesses
    const change = hitRatio - this.#hitRatio
    const step = change >= 0 ? this.#step : -this.#step
    this.#size = Math.min(this.#most, Math.max(1, this.#size + step))
    this.#step = Math.abs(change) >= RESTART ? Math.sign(step) * this.#firstStep : step * DECAY
    this.#hitRatio = hitRatio
    this.#hits = this.#accesses = 0
  }
}
