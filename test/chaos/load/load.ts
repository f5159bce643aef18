/** A steady load of all commands on a Redis, made by a process of its own. */

import { type Children, startChildren } from '../../support/children.js'
import { type Program, programAt } from '../../support/program.js'
import type { Figure } from '../run.js'
import type { FromLoad, LoadOptions, ToLoad } from './messages.js'
import type { Phase, Report } from './tally.js'

type Message<Is extends FromLoad['is']> = Extract<FromLoad, { is: Is }>

/** What the load is told at most to be over, and a program that has nothing to do to end. */
const END_MS = 20_000

/** After this, nobody waits for a use that does not resume: limits are far below. */
const RESUME_MS = 30_000

export class Load implements AsyncDisposable {
  static #program: Promise<Program> | undefined
  readonly #children: Children

  private constructor(children: Children) {
    this.#children = children
  }

  /** Builds the program, once for all runs of this process; to be called before what takes time itself. */
  static prepare(): Promise<Program> {
    if (Load.#program !== undefined) return Load.#program
    const program = programAt(new URL('../programs/load.ts', import.meta.url))
    // A failure is told by `start`.
    program.then(
      (built) => process.once('exit', () => built[Symbol.dispose]()),
      () => {},
    )
    Load.#program = program
    return program
  }

  /** Resolves when the process is there and has begun. */
  static async start(options: LoadOptions): Promise<Load> {
    const program = await Load.prepare()
    const load = new Load(startChildren(program, 1, () => [JSON.stringify(options)]))
    await load.#next('started')
    return load
  }

  /** Tells the load that the store can be used now, or that it cannot be relied on. */
  enter(phase: Phase): void {
    this.#send({ do: 'enter', phase })
  }

  /** From now on, so many turns a second. */
  pace(perSecond: number): void {
    this.#send({ do: 'pace', perSecond })
  }

  /** How long after the last `up` the first command succeeded. */
  async resumed(): Promise<number> {
    let timer: NodeJS.Timeout | undefined
    const never = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('Use did not resume within 30 s')), RESUME_MS)
    })
    try {
      return (await Promise.race([this.#next('resumed'), never])).afterMs
    } finally {
      clearTimeout(timer)
    }
  }

  /** Resolves once nothing is in flight, to what was written and what the cache reads. */
  async pause(): Promise<Message<'paused'>> {
    this.#send({ do: 'pause' })
    return await this.#next('paused')
  }

  resume(): void {
    this.#send({ do: 'resume' })
  }

  /** Ends the load, closes the cache and waits for the process to end by itself. */
  async end(): Promise<{ report: Report; closeMs: number; exitMs: number; complaints: string }> {
    this.#send({ do: 'end' })
    const { report, closeMs } = await this.#next('ended')
    const [child] = this.#children
    const started = performance.now()
    const timer = setTimeout(() => child?.signal('SIGKILL'), END_MS)
    const exit = await child?.exited
    clearTimeout(timer)
    if (exit?.code !== 0) throw new Error(`The load ended with ${exit?.signal ?? exit?.code}: ${child?.complaints}`)
    return { report, closeMs, exitMs: performance.now() - started, complaints: child?.complaints ?? '' }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#children[Symbol.asyncDispose]()
  }

  #send(message: ToLoad): void {
    this.#children[0]?.send(message)
  }

  async #next<Is extends FromLoad['is']>(is: Is): Promise<Message<Is>> {
    const message = await this.#children[0]?.next<FromLoad>()
    if (message?.is !== is) throw new Error(`Expected the load to say ${is}, it said ${JSON.stringify(message)}`)
    return message as Message<Is>
  }
}

const total = (counts: Record<string, number>): number => Object.values(counts).reduce((sum, count) => sum + count, 0)

/** `ERROR A 12, ERROR B 3`, the most frequent first. */
export const kinds = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([kind, count]) => `${kind}: ${count}`)
    .join(', ') || 'none'

/** What every load has to keep, whatever is done to its server. */
export function commonFigures({ report, exitMs }: { report: Report; exitMs: number }): Figure[] {
  const { commands, answered, hits, failed, wrongReplies, wrong, unhandled, latestCommand } = report
  return [
    { name: 'commands', value: commands },
    { name: 'commands that were answered', value: answered, limit: { atLeast: 1 } },
    { name: 'values that were read and looked at', value: hits, limit: { atLeast: 1 } },
    { name: 'commands that failed while the server was down', value: total(failed.down) },
    { name: 'kinds of these failures', value: kinds(failed.down) },
    { name: 'commands that failed when it was up again, before the first answer', value: total(failed.beforeUse) },
    { name: 'unhandled rejections and uncaught errors', value: unhandled.length, limit: { exactly: 0 } },
    ...(unhandled.length === 0
      ? []
      : [{ name: 'the first of them', value: String(unhandled[0]).replaceAll('\n', ' ') }]),
    { name: 'replies that belong to another command', value: wrongReplies, limit: { exactly: 0 } },
    ...(wrong === '' ? [] : [{ name: 'the first of them', value: wrong }]),
    {
      name: 'furthest past its deadline that a command ended, less what its process was held up',
      value: report.latestNetMs,
      unit: 'ms',
      limit: { atMost: 100 },
    },
    ...(latestCommand === '' ? [] : [{ name: 'the command that was it', value: latestCommand }]),
    { name: 'the same, by the clock alone', value: report.latestMs, unit: 'ms' },
    { name: 'longest that the process was held up', value: report.heldUpMs, unit: 'ms' },
    // No limit: where it does not end by itself, the run fails.
    { name: 'the process ended by itself after', value: exitMs, unit: 'ms' },
  ]
}

/** What failed although the server was there, once it had been of use again. */
export const failuresInUse = ({ failed }: Report): Figure[] => [
  { name: 'commands that failed after use had resumed', value: total(failed.inUse), limit: { exactly: 0 } },
  { name: 'kinds of these failures', value: kinds(failed.inUse) },
]

/** The longest of several times, as a figure. */
export function longest(what: string, times: readonly number[], atMost?: number): Figure {
  const limit = atMost === undefined ? {} : { limit: { atMost } }
  return { name: `longest ${what}`, value: Math.max(...times), unit: 'ms', ...limit }
}
