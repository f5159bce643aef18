/** Seeded random numbers: every run generates the same workloads. */

export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed | 0
  }

  /** From 0, below 1. Mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let bits = this.#state
    bits = Math.imul(bits ^ (bits >>> 15), bits | 1)
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61)
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number from 0, below `end`. */
  below(end: number): number {
    return Math.floor(this.next() * end)
  }

  /** Draws ranks from 0, below `count`: rank r as often as 1 / (r + 1) ** exponent says. */
  zipf(count: number, exponent: number): () => number {
    const sums = new Float64Array(count)
    let sum = 0
    for (let rank = 0; rank < count; rank++) {
      sum += (rank + 1) ** -exponent
      sums[rank] = sum
    }
    return () => {
      const drawn = this.next() * sum
      let low = 0
      let high = count - 1
      while (low < high) {
        const middle = (low + high) >> 1
        if ((sums[middle] as number) < drawn) low = middle + 1
        else high = middle
      }
      return low
    }
  }

  /** The numbers from 0, below `count`, in any order. */
  shuffled(count: number): Int32Array {
    const numbers = Int32Array.from({ length: count }, (_, number) => number)
    for (let last = count - 1; last > 0; last--) {
      const other = this.below(last + 1)
      const number = numbers[last] as number
      numbers[last] = numbers[other] as number
      numbers[other] = number
    }
    return numbers
  }
}
