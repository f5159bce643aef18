/** Writes down what happens in one history: every command with the moments of its call and of its answer. */

import { KeyExistsError, OptimisticLockError, PycachedError } from '@pycached/core'
import type { Answer, Command, Operation } from './history.js'

/** One command of a burst, and whether the cache promises its place among those of the burst that share a key with it. */
export interface Placed {
  readonly index: number
  readonly ordered: boolean
}

export class Recorder {
  readonly operations: Operation[] = []
  /** How often which error came. */
  readonly failures = new Map<string, number>()

  /** The answer, or `undefined` where it failed. `burst` are the commands of the same client in the same tick, before this one. */
  async record(
    client: string,
    command: Command,
    ordered: boolean,
    burst: Placed[],
    call: () => Promise<Answer>,
  ): Promise<Answer> {
    const index = this.operations.length
    const after = ordered ? burst.filter((other) => other.ordered && this.#share(other.index, command)) : []
    burst.push({ index, ordered })
    const calledNs = nowNs()
    const operation = { command, calledNs, answer: undefined, client, after: after.map((other) => other.index) }
    this.operations.push(operation)
    try {
      return this.#answer(index, await call())
    } catch (error) {
      // These two say what happened: they are answers.
      if (error instanceof KeyExistsError || error instanceof OptimisticLockError) return this.#answer(index, false)
      const code = error instanceof PycachedError ? error.code : String(error)
      this.failures.set(code, (this.failures.get(code) ?? 0) + 1)
      return undefined
    }
  }

  #answer(index: number, value: Answer): Answer {
    const answered = { ...(this.operations[index] as Operation), answer: { value, atNs: nowNs() } }
    this.operations[index] = answered
    return value
  }

  #share(index: number, { keys }: Command): boolean {
    return this.operations[index]?.command.keys.some((key) => keys.includes(key)) === true
  }
}

/** All processes of a machine have this clock in common. Exact up to 100 days after its start. */
function nowNs(): number {
  return Number(process.hrtime.bigint())
}
