/** A run: every wanted workload, its contenders in turn, round by round. */

import type { Contender } from '../contender.js'
import type { Measured, Workload } from '../workload.js'
import { ContenderProcess } from './contender-process.js'
import type { Assignment } from './messages.js'
import { rotated } from './rotation.js'

export interface Entrant {
  readonly contender: Contender
  /** Path of its module. */
  readonly path: string
}

export interface RunOptions {
  readonly workloads: readonly Workload[]
  readonly entrants: readonly Entrant[]
  readonly quick: boolean
  /** Instead of each workload's own number. */
  readonly rounds?: number
  readonly redisUrl: string
  readonly ownRedis: boolean
  readonly runNamespace: string
  progress(text: string): void
}

/** What one contender did in one workload. */
export interface Outcome {
  readonly entrant: Entrant
  /** By round; `undefined` for one that failed. */
  readonly rounds: readonly Measured[]
  /** Why it has no rounds, or not all of them. */
  readonly failed?: string
}

export interface WorkloadOutcome {
  readonly workload: Workload
  readonly tookMs: number
  readonly outcomes: readonly Outcome[]
}

export async function run(options: RunOptions): Promise<WorkloadOutcome[]> {
  const outcomes: WorkloadOutcome[] = []
  for (const workload of options.workloads) {
    const startMs = performance.now()
    const done = await runWorkload(workload, options)
    outcomes.push({ workload, tookMs: performance.now() - startMs, outcomes: done })
  }
  return outcomes
}

/** Who has spent so long on the rounds of a workload does no more of them: some need minutes for what takes others a second. */
const ROUNDS_MS = 30_000

interface Runner {
  readonly entrant: Entrant
  readonly assignment: Assignment
  readonly rounds: Measured[]
  spentMs: number
  process?: ContenderProcess | undefined
  absent?: true
  failed?: string
}

async function runWorkload(workload: Workload, options: RunOptions): Promise<Outcome[]> {
  const own = options.quick ? workload.quick : workload.full
  const scale = { ...own, rounds: options.rounds ?? own.rounds }
  const { redisUrl, ownRedis, runNamespace } = options
  const runners = options.entrants
    .filter(
      ({ contender }) => contender[workload.needs] !== undefined && (contender.only?.includes(workload.id) ?? true),
    )
    .map((entrant, index): Runner => {
      const namespace = `${runNamespace}.${workload.id.replace('.', '-')}.${index}`
      const place = { redisUrl, ownRedis, namespace, runNamespace }
      return {
        entrant,
        rounds: [],
        spentMs: 0,
        assignment: { contender: entrant.path, workload: workload.id, scale, ...place },
      }
    })
  const taking = () => runners.filter((runner) => runner.absent === undefined && runner.failed === undefined)
  const tell = (what: string, runner?: Runner) =>
    options.progress(
      `${workload.id} ${workload.title}: ${what}${runner === undefined ? '' : `, ${runner.entrant.contender.name}`}`,
    )

  const start = async (runner: Runner) =>
    guarded(runner, async () => {
      tell('starting', runner)
      runner.process = await ContenderProcess.start(runner.assignment, workload)
      if (runner.process === undefined) runner.absent = true
    })
  const round = async (runner: Runner, number: number, warmUp: boolean) =>
    guarded(runner, async () => {
      const startMs = performance.now()
      const measured = await runner.process?.round(number)
      runner.spentMs += performance.now() - startMs
      if (!warmUp && measured !== undefined) runner.rounds.push(measured)
    })
  const end = async (runner: Runner) => {
    await guarded(runner, async () => runner.process?.end())
    runner.process = undefined
  }

  try {
    if (!workload.fresh) await atATime(STARTS_AT_A_TIME, runners, start)
    for (let number = -scale.warmUpRounds; number < scale.rounds; number++) {
      const warmUp = number < 0
      for (const runner of rotated(taking(), number + scale.warmUpRounds)) {
        if (runner.spentMs > ROUNDS_MS && runner.rounds.length > 0) continue
        tell(warmUp ? 'warming up' : `round ${number + 1} of ${scale.rounds}`, runner)
        if (workload.fresh) await start(runner)
        if (runner.process !== undefined) await round(runner, number + scale.warmUpRounds, warmUp)
        if (workload.fresh) await end(runner)
      }
    }
    await atATime(STARTS_AT_A_TIME, taking(), end)
  } finally {
    for (const runner of runners) runner.process?.kill()
  }
  return runners
    .filter(({ absent }) => absent === undefined)
    .map(({ entrant, rounds, failed }) => ({ entrant, rounds, ...(failed === undefined ? {} : { failed }) }))
}

/** Starting is not measured, so that it can go on beside another start. */
const STARTS_AT_A_TIME = 2

async function atATime<T>(count: number, list: readonly T[], step: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...list]
  const work = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await step(item)
  }
  await Promise.all(Array.from({ length: count }, work))
}

/** A contender that fails is out of the workload, with its reason; the others go on. */
async function guarded(runner: Runner, step: () => Promise<unknown>): Promise<void> {
  try {
    await step()
  } catch (error) {
    runner.failed = error instanceof Error ? error.message : String(error)
    runner.process?.kill()
    runner.process = undefined
  }
}
