/** What the check says of many histories, and of the same ones made wrong. */

import { Random } from '../random.js'
import { check, NoVerdictError, type Verdict } from './check.js'
import { type History, historyText } from './history.js'
import { type Mutation, withInventedValue, withoutWriteThatWasRead, withRepeatedSum } from './mutate.js'
import { SLACK_MS } from './scenes.js'

const MUTATIONS: readonly Mutation[] = [withInventedValue, withoutWriteThatWasRead, withRepeatedSum]

/** A history in which many commands failed may have that many orders; hardly any has. */
const STEPS = 2_000_000
const MUTANT_STEPS = 1000

export class Tally {
  histories = 0
  operations = 0
  failed = 0
  rejected = 0
  /** With more orders than the check tries. */
  undecided = 0
  /** Without those of which there was no verdict. */
  mutants = 0
  rejectedMutants = 0
  checkingMs = 0
  readonly #random: Random

  constructor(seed: number) {
    this.#random = new Random(seed)
  }

  add(history: History, title: string): void {
    const startMs = performance.now()
    this.histories++
    this.operations += history.length
    const failed = history.filter(({ answer }) => answer === undefined).length
    this.failed += failed
    const verdict = verdictOf(history, STEPS)
    if (verdict === undefined) this.undecided++
    if (verdict?.accepted === false) {
      if (this.rejected++ === 0)
        console.error(`A history of ${title} that no single cache can give:\n${historyText(verdict.part)}`)
    }
    // Each wrong history has to be searched to its end, which failures make long.
    if (verdict?.accepted === true && failed === 0) {
      for (const mutation of MUTATIONS) this.#addMutant(mutation(history, this.#random))
    }
    this.checkingMs += performance.now() - startMs
  }

  /** To say no, all orders have to be tried, which may be too many. */
  #addMutant(mutant: History | undefined): void {
    if (mutant === undefined) return
    const verdict = verdictOf(mutant, MUTANT_STEPS)
    if (verdict === undefined) return
    this.mutants++
    if (!verdict.accepted) this.rejectedMutants++
  }
}

/** `undefined` after so many steps without one. */
function verdictOf(history: History, maxSteps: number): Verdict | undefined {
  try {
    return check(history, { slackMs: SLACK_MS, maxSteps })
  } catch (error) {
    if (error instanceof NoVerdictError) return undefined
    throw error
  }
}
