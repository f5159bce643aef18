/** The processes of one contender in one workload, as the run sees them: one thing at a time, and a reason when it fails. */

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Measured, Workload } from '../workload.js'
import type { Answer, Assignment, Order } from './messages.js'

/** No answer for so long is a failure: what hangs must not hang the run. */
const PATIENCE_MS = 180_000

/** Beside this module in the bundle. */
const CHILD = new URL('./child.js', import.meta.url)

export class ContenderProcess {
  readonly #children: readonly ChildProcess[]
  readonly #workload: Workload

  private constructor(children: readonly ChildProcess[], workload: Workload) {
    this.#children = children
    this.#workload = workload
  }

  /** `undefined`: the contender cannot do this workload. */
  static async start(assignment: Assignment, workload: Workload): Promise<ContenderProcess | undefined> {
    const children = Array.from({ length: workload.processes ?? 1 }, () =>
      fork(fileURLToPath(CHILD), [], { execArgv: ['--expose-gc'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }),
    )
    const started = new ContenderProcess(children, workload)
    try {
      const answers = await Promise.all(children.map((child) => ask(child, { kind: 'prepare', assignment })))
      if (answers.every(({ kind }) => kind === 'ready')) return started
      await started.end()
      return undefined
    } catch (error) {
      started.kill()
      throw error
    }
  }

  async round(round: number): Promise<Measured> {
    const answers = await Promise.all(this.#children.map((child) => ask(child, { kind: 'round', round })))
    const measured = answers.flatMap((answer) => (answer.kind === 'measured' ? [answer.measured] : []))
    return this.#workload.combine?.(measured) ?? (measured[0] as Measured)
  }

  async end(): Promise<void> {
    const running = this.#children.filter((child) => child.exitCode === null && child.signalCode === null)
    const exits = running.map((child) => once(child, 'exit'))
    try {
      await Promise.all(this.#children.map((child) => ask(child, { kind: 'end' })))
      await Promise.all(exits)
    } finally {
      this.kill()
    }
  }

  kill(): void {
    for (const child of this.#children) child.kill('SIGKILL')
  }
}

function ask(child: ChildProcess, order: Order): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => {
      settle()
      reject(new Error(reason))
    }
    const timer = setTimeout(() => fail(`no answer after ${PATIENCE_MS / 1000} s`), PATIENCE_MS)
    const onMessage = (answer: Answer) => {
      if (answer.kind === 'failed') {
        fail(answer.reason)
        return
      }
      settle()
      resolve(answer)
    }
    const onExit = (code: number | null, signal: string | null) => fail(`its process ended with ${signal ?? code}`)
    const settle = () => {
      clearTimeout(timer)
      child.off('message', onMessage)
      child.off('exit', onExit)
    }
    child.once('exit', onExit)
    child.on('message', onMessage)
    child.send(order, (error) => {
      if (error !== null) fail(error.message)
    })
  })
}
