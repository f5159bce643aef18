/** Rounds of two contenders in turn, and the ratio of their times within each round: what drifts on the machine drifts for both. */

export interface Workload {
  readonly id: string
  readonly title: string
  readonly referenceTitle: string
  /** One round of each does the same number of operations. */
  readonly operations: number
  reference(): Promise<unknown>
  candidate(): Promise<unknown>
}

export interface Result {
  readonly id: string
  readonly title: string
  readonly referenceTitle: string
  /** Nanoseconds per operation, median over the rounds. */
  readonly referenceNs: number
  readonly candidateNs: number
  /** Candidate's time by the reference's, per round: lower is better. */
  readonly ratio: { readonly median: number; readonly min: number; readonly max: number }
}

const WARM_UP_ROUNDS = 5

export async function measure(workload: Workload, rounds: number): Promise<Result> {
  const { id, title, referenceTitle, operations } = workload
  const referenceMs: number[] = []
  const candidateMs: number[] = []
  const time = async (run: () => Promise<unknown>, into: number[]) => {
    const startMs = performance.now()
    await run()
    into.push(performance.now() - startMs)
  }
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    const reference = () => time(() => workload.reference(), referenceMs)
    const candidate = () => time(() => workload.candidate(), candidateMs)
    // Who comes first changes, so that neither always pays for what the other left behind.
    for (const run of round % 2 === 0 ? [reference, candidate] : [candidate, reference]) await run()
    if (round < 0) referenceMs.length = candidateMs.length = 0
  }
  const ratios = candidateMs.map((ms, round) => ms / (referenceMs[round] as number))
  return {
    id,
    title,
    referenceTitle,
    referenceNs: (median(referenceMs) / operations) * 1e6,
    candidateNs: (median(candidateMs) / operations) * 1e6,
    ratio: { median: median(ratios), min: Math.min(...ratios), max: Math.max(...ratios) },
  }
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}
