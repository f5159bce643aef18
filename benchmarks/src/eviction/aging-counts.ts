/** Counts of how often each key was accessed of late: exact ones of four bits, which are halved from time to time. */

const MAX_COUNT = 15

export class AgingCounts {
  readonly #counts: Uint8Array
  /** The halving up to which a count is right: only those that are looked at are halved. */
  readonly #halvings: Int32Array
  readonly #sample: number
  #halving = 0
  #added = 0

  /** For keys below `keys`. All counts are halved when `sample` was added to them, and then each time that it is so again. */
  constructor(keys: number, sample: number) {
    this.#counts = new Uint8Array(keys)
    this.#halvings = new Int32Array(keys)
    this.#sample = sample
  }

  of(key: number): number {
    const missed = this.#halving - (this.#halvings[key] as number)
    if (missed > 0) {
      this.#counts[key] = (this.#counts[key] as number) >> Math.min(missed, 8)
      this.#halvings[key] = this.#halving
    }
    return this.#counts[key] as number
  }

  add(key: number): void {
    const count = this.of(key)
    if (count === MAX_COUNT) return
    this.#counts[key] = count + 1
    this.#added++
    if (this.#added < this.#sample) return
    this.#halving++
    this.#added >>= 1
  }
}
