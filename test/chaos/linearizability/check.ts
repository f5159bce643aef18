/**
 * Is there an order of the operations, each at one moment between its call and its answer, in which one cache that does one thing at a
 * time would give these answers?
 *
 * The search of Wing and Gong with the memory that Lowe added: of the operations that may come next one is tried, and never again from a
 * set of operations and a state that once led nowhere. Histories are taken apart by keys before, since each key alone being linearizable
 * makes the whole so; keys that a command of several keys takes in one step stay together.
 */
import type { History, Operation } from './history.js'
import { EMPTY, next, type State, stateText } from './model.js'

export type Verdict =
  | { readonly accepted: true; readonly steps: number }
  /** `part` cannot be put in order. */
  | { readonly accepted: false; readonly part: History; readonly steps: number }

export interface CheckOptions {
  /** By how much clocks of clients and store may differ for the end of a time to live. Default 0. */
  readonly slackMs?: number
  /** More are not made. Default 1,000,000. */
  readonly maxSteps?: number
}

/** More orders than were to be tried: shorter histories, or fewer operations at once, have fewer. */
export class NoVerdictError extends Error {}

/** @throws `NoVerdictError` where an order was neither found nor excluded within `maxSteps`. */
export function check(history: History, { slackMs = 0, maxSteps = 1_000_000 }: CheckOptions = {}): Verdict {
  let steps = 0
  for (const part of parts(history)) {
    const search = new Search(part, slackMs * 1e6, maxSteps - steps)
    const found = search.run()
    steps += search.steps
    if (!found) return { accepted: false, part: part.map(({ operation }) => operation), steps }
  }
  return { accepted: true, steps }
}

interface Placed {
  readonly operation: Operation
  /** Places within the part. */
  readonly after: readonly number[]
}

/** By keys, in order of the calls. What may or may not have happened, and changes nothing, is left away. */
function parts(history: History): Placed[][] {
  const parents = new Map<string, string>()
  const rootOf = (key: string): string => {
    const parent = parents.get(key) ?? key
    return parent === key ? key : rootOf(parent)
  }
  for (const { command } of history) {
    for (const key of command.keys) parents.set(rootOf(key), rootOf(command.keys[0]))
  }
  const byRoot = new Map<string, number[]>()
  for (const [index, { command, answer }] of history.entries()) {
    if (answer === undefined && READS.has(command.name)) continue
    const root = rootOf(command.keys[0])
    byRoot.set(root, [...(byRoot.get(root) ?? []), index])
  }
  return [...byRoot.values()].map((indexes) => {
    const sorted = indexes.sort((a, b) => history[a]!.calledNs - history[b]!.calledNs)
    const places = new Map(sorted.map((index, place) => [index, place]))
    return sorted.map((index) => {
      const operation = history[index]!
      // What failed may never have happened, and then nothing comes after it.
      const before = operation.after.filter((other) => history[other]!.answer !== undefined)
      return { operation, after: before.flatMap((other) => places.get(other) ?? []) }
    })
  })
}

const READS: ReadonlySet<string> = new Set(['get', 'exists', 'multiGet', 'acquire'])

class Search {
  steps = 0
  readonly #part: readonly Placed[]
  readonly #slackNs: number
  readonly #maxSteps: number
  readonly #done: boolean[]
  readonly #deadEnds = new Set<string>()

  constructor(part: readonly Placed[], slackNs: number, maxSteps: number) {
    this.#part = part
    this.#slackNs = slackNs
    this.#maxSteps = maxSteps
    this.#done = part.map(() => false)
  }

  run(state: State = EMPTY): boolean {
    const candidates = this.#candidates()
    if (candidates === undefined) return true
    const here = `${this.#doneText()} ${stateText(state)}`
    if (this.#deadEnds.has(here)) return false
    if (++this.steps > this.#maxSteps) throw new NoVerdictError()
    const branches = candidates.flatMap((place) =>
      next(state, this.#part[place]!.operation, this.#slackNs).map((after) => ({ place, after })),
    )
    // What is right here and changes nothing can only stand in the way of the others later: there is no need to try them instead.
    const free = branches.find(
      ({ place, after }) => after === state && this.#part[place]!.operation.answer !== undefined,
    )
    for (const { place, after } of free === undefined ? branches : [free]) {
      this.#done[place] = true
      const found = this.run(after)
      this.#done[place] = false
      if (found) return true
    }
    this.#deadEnds.add(here)
    return false
  }

  /** Those that may come next: nothing that has not had its turn was answered before they were called. `undefined`: all had it. */
  #candidates(): number[] | undefined {
    let firstAnswerNs = Number.POSITIVE_INFINITY
    for (const [place, { operation }] of this.#part.entries()) {
      if (!this.#done[place] && operation.answer !== undefined) {
        firstAnswerNs = Math.min(firstAnswerNs, operation.answer.atNs)
      }
    }
    if (firstAnswerNs === Number.POSITIVE_INFINITY) return undefined
    const candidates: number[] = []
    const failed: number[] = []
    for (const [place, { operation, after }] of this.#part.entries()) {
      if (operation.calledNs > firstAnswerNs) break
      if (this.#done[place] || !after.every((other) => this.#done[other])) continue
      if (operation.answer === undefined) failed.push(place)
      else candidates.push(place)
    }
    // Most often what was answered first happened first. And where an order can be found without what failed, it is found sooner.
    candidates.sort((a, b) => this.#part[a]!.operation.answer!.atNs - this.#part[b]!.operation.answer!.atNs)
    return [...candidates, ...failed]
  }

  #doneText(): string {
    let text = ''
    for (const done of this.#done) text += done ? '1' : '0'
    return text
  }
}
