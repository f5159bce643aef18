/** The contract of a workload: what every contender does in a round, and what is measured of it. */

import type { Contender } from './contender.js'

export interface Workload {
  /** As in the tables: `M1`, `R2.64`. `--only R2` means all that start so. */
  readonly id: string
  readonly title: string
  /** What is done, in a sentence or two. */
  readonly what: string
  /** The member that a contender needs to take part. */
  readonly needs: 'memory' | 'memoryLoader' | 'redis' | 'redisLoader' | 'codec'
  readonly figures: readonly Figure[]
  readonly full: Scale
  readonly quick: Scale
  /** A process for each round, where the state of the process is what is measured. Default: one for all rounds of a contender. */
  readonly fresh?: boolean
  /** So many processes of a contender do the round at the same time. Default: 1. */
  readonly processes?: number
  /** In the contender's process. `undefined`: it cannot do this. */
  prepare(task: Task): Promise<Prepared | undefined>
  /** What several processes measured, in one. */
  combine?(measured: readonly Measured[]): Measured
}

export interface Scale {
  readonly rounds: number
  readonly warmUpRounds: number
  /** Per round. */
  readonly operations: number
  /** Different keys, where a workload chooses among them. */
  readonly keys: number
}

/** One thing that is measured. */
export interface Figure {
  readonly name: string
  readonly title: string
  readonly unit: Unit
  /** The contender whose figure of the same round is 1; without one, figures are shown as they are. */
  readonly reference?: string
  /** What ours should not exceed: of the ratio if there is a reference, else of the figure. */
  readonly target?: number
}

export type Unit = 'ns' | 'ms' | 'B' | 'MB' | 'entries' | 'loads' | '× load'

export interface Task {
  readonly contender: Contender
  readonly scale: Scale
  /** Only where the contender needs it; '' otherwise. */
  readonly redisUrl: string
  /** The server was started for this run: what it notes of itself can be reset and read. */
  readonly ownRedis: boolean
  /** The same for all processes of a contender in a workload, and nobody else's. */
  readonly namespace: string
  /** What every namespace of the run starts with. */
  readonly runNamespace: string
}

export interface Prepared {
  /** Not measured; the garbage is collected after it. */
  before?(round: number): Promise<void>
  run(round: number): Promise<Measured>
  /** Not measured: throws if the round did not do what it should have done. */
  check?(round: number): Promise<void>
  close(): Promise<void>
}

/** By the name of the figure; `cpu` is processor time in the unit of `time`. */
export type Measured = Readonly<Record<string, number>>

/** Wall time and processor time of a round in ns per operation, threads of the engine included. */
export async function timed(operations: number, run: () => Promise<unknown>): Promise<{ time: number; cpu: number }> {
  const usedBefore = process.cpuUsage()
  const startMs = performance.now()
  await run()
  const tookMs = performance.now() - startMs
  const used = process.cpuUsage(usedBefore)
  return { time: (tookMs * 1e6) / operations, cpu: ((used.user + used.system) * 1e3) / operations }
}

/** The figure of workloads that measure how long an operation takes. */
export const timePerOperation = (reference: string, target?: number, title = 'time per operation'): Figure => ({
  name: 'time',
  title,
  unit: 'ns',
  reference,
  ...(target === undefined ? {} : { target }),
})
