/** Medians and ratios of rounds. */

export interface Summary {
  readonly median: number
  readonly min: number
  readonly max: number
}

export function summary(numbers: readonly number[]): Summary {
  if (numbers.length === 0) throw new RangeError('There is no median of no numbers')
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] as number
  return {
    median: sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2,
    min: sorted[0] as number,
    max: sorted.at(-1) as number,
  }
}

/** Each by the reference's of the same round: what drifts on the machine drifts for both. Rounds that one of them lacks are left out. */
export function ratios(rounds: readonly (number | undefined)[], reference: readonly (number | undefined)[]): number[] {
  return rounds.flatMap((value, round) => {
    const base = reference[round]
    return value === undefined || base === undefined || base === 0 ? [] : [value / base]
  })
}
