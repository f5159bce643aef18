/** Keys, values and a Zipf-distributed sequence of accesses, computed beforehand. */

export const KEY_COUNT = 100_000
export const keys = Array.from({ length: KEY_COUNT }, (_, index) => `user:${index}:profile`)
export const value = 'v'.repeat(100)

/** Indices of keys, the n-th most popular with a probability proportional to 1 / n^0.99. Always the same ones. */
export function zipf(length: number, exponent = 0.99): Uint32Array {
  const cumulative = new Float64Array(KEY_COUNT)
  let sum = 0
  for (let rank = 0; rank < KEY_COUNT; rank++) cumulative[rank] = sum += (rank + 1) ** -exponent
  const random = mulberry32(20_260_101)
  return Uint32Array.from({ length }, () => {
    const target = random() * sum
    let low = 0
    let high = KEY_COUNT - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if ((cumulative[middle] as number) < target) low = middle + 1
      else high = middle
    }
    // Popular keys are spread over the whole range, as they would be in a program.
    return (low * 7919) % KEY_COUNT
  })
}

/** A small seeded generator of numbers in [0, 1). */
function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
