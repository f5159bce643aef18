/** Keys, values and the order in which they are asked for, computed beforehand and the same in every process. */

export const TTL_MS = 60_000

export const keyAt = (index: number): string => flat(`user:${index}:profile`)

/** About 100 bytes, and different for every index. */
export const valueAt = (index: number): string => flat(`${index}:`.padEnd(100, 'v'))

export const makeKeys = (count: number, first = 0): string[] =>
  allFlat(Array.from({ length: count }, (_, index) => `user:${first + index}:profile`))

export const makeValues = (count: number): string[] =>
  allFlat(Array.from({ length: count }, (_, index) => `${index}:`.padEnd(100, 'v')))

/** Put together, a string is a tree of its parts, which weighs more and is slower to read: what comes from outside is not. */
const flat = (text: string): string => Buffer.from(text, 'latin1').toString('latin1')

/** The same for many of them, in a fraction of the time. */
const allFlat = (texts: readonly string[]): string[] => JSON.parse(JSON.stringify(texts)) as string[]

/** Indices of keys, the n-th most popular with a probability proportional to 1 / n^0.99. Always the same ones. */
export function zipf(length: number, keyCount: number, exponent = 0.99): Uint32Array {
  const cumulative = new Float64Array(keyCount)
  let sum = 0
  for (let rank = 0; rank < keyCount; rank++) cumulative[rank] = sum += (rank + 1) ** -exponent
  const random = seededRandom(20_260_101)
  return Uint32Array.from({ length }, () => {
    const target = random() * sum
    let low = 0
    let high = keyCount - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if ((cumulative[middle] as number) < target) low = middle + 1
      else high = middle
    }
    // Popular keys are spread over the whole range, as they would be in a program.
    return (low * 7919) % keyCount
  })
}

/** A small generator of numbers in [0, 1), always the same ones. */
function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
