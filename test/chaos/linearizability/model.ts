/** What a cache is, said as simply as possible: from one state to the states that an operation may leave behind, given its answer. */

import type { Answer, Command, Life, Operation, Stored } from './history.js'

/** A stored value, gone for sure after `lastNs`, and perhaps from `firstNs` on: when it was given its time to live is not known exactly. */
export interface Cell {
  readonly value: number
  readonly firstNs: number
  readonly lastNs: number
}

export interface State {
  /** By key; a key that is not there is missing. */
  readonly cells: Readonly<Record<string, Cell>>
  /** What the optimistic locks read, by ticket. */
  readonly read: Readonly<Record<number, Stored>>
}

export const EMPTY: State = { cells: {}, read: {} }

/** Every state that may follow; none where no cache in this state gives this answer. What has no answer gave any. */
export function next(state: State, operation: Operation, slackNs: number): State[] {
  const { command, answer } = operation
  const endNs = answer?.atNs ?? Number.POSITIVE_INFINITY
  return withExpired(state, command.keys, operation.calledNs, endNs).flatMap((before) => {
    const [after, value] = step(before, command, deadlines(operation.calledNs, endNs, slackNs))
    return answer === undefined || isSame(answer.value, value) ? [after] : []
  })
}

/** The states in which the operation may find its keys, as far as time alone decides. */
function withExpired(state: State, keys: readonly string[], fromNs: number, toNs: number): State[] {
  let states = [state]
  for (const key of new Set(keys)) {
    const cell = state.cells[key]
    if (cell === undefined || cell.firstNs === Number.POSITIVE_INFINITY || toNs < cell.firstNs) continue
    const isGone = fromNs > cell.lastNs
    states = states.flatMap((one) => (isGone ? [without(one, key)] : [one, without(one, key)]))
  }
  return states
}

type Deadlines = (ttlMs: number | undefined) => Pick<Cell, 'firstNs' | 'lastNs'>

function deadlines(calledNs: number, endNs: number, slackNs: number): Deadlines {
  return (ttlMs) =>
    ttlMs === undefined
      ? { firstNs: Number.POSITIVE_INFINITY, lastNs: Number.POSITIVE_INFINITY }
      : { firstNs: calledNs + ttlMs * 1e6 - slackNs, lastNs: endNs + ttlMs * 1e6 + slackNs }
}

/** The next state, and the answer. */
function step(state: State, command: Command, due: Deadlines): [State, Answer] {
  const [key] = command.keys as readonly [string]
  const cell = state.cells[key]
  switch (command.name) {
    case 'get':
      return [state, cell?.value]
    case 'exists':
      return [state, cell !== undefined]
    case 'delete':
      return [without(state, key), cell === undefined ? 0 : 1]
    case 'set':
      return [put(state, key, command.value, due(command.ttlMs)), true]
    case 'add':
      return cell === undefined ? [put(state, key, command.value, due(command.ttlMs)), true] : [state, false]
    case 'increment': {
      const sum = (cell?.value ?? 0) + command.delta
      return [put(state, key, sum, cell ?? due(undefined)), sum]
    }
    case 'expire':
      return cell === undefined ? [state, false] : [put(state, key, cell.value, due(command.ttlMs)), true]
    case 'acquire':
      return [{ ...state, read: { ...state.read, [command.ticket]: cell?.value } }, undefined]
    case 'cas': {
      // Nobody asks for it again, and two states that differ in nothing else are one.
      const { [command.ticket]: expected, ...read } = state.read
      return replace({ ...state, read }, key, expected, command.value, undefined, due)
    }
    case 'compareAndSet':
      return replace(state, key, command.expected, command.value, command.ttlMs, due)
    case 'multiGet':
      return [state, command.keys.map((one) => state.cells[one]?.value)]
    case 'multiSet':
      return [command.keys.reduce((all, one, i) => put(all, one, command.values[i]!, due(undefined)), state), true]
    case 'multiDelete': {
      const found = new Set(command.keys.filter((one) => state.cells[one] !== undefined))
      return [[...found].reduce(without, state), found.size]
    }
  }
}

function replace(
  state: State,
  key: string,
  expected: Stored,
  value: number,
  life: Life,
  due: Deadlines,
): [State, boolean] {
  const cell = state.cells[key]
  if (cell?.value !== expected) return [state, false]
  const kept = life === 'keep' ? (cell ?? due(undefined)) : due(life)
  return [put(state, key, value, kept), true]
}

function put(state: State, key: string, value: number, { firstNs, lastNs }: Pick<Cell, 'firstNs' | 'lastNs'>): State {
  return { ...state, cells: { ...state.cells, [key]: { value, firstNs, lastNs } } }
}

function without(state: State, key: string): State {
  const { [key]: _, ...cells } = state.cells
  return { ...state, cells }
}

function isSame(told: Answer, right: Answer): boolean {
  if (!Array.isArray(told) || !Array.isArray(right)) return told === right
  return told.length === right.length && told.every((one, index) => one === right[index])
}

/** What two states have to have in common to be one. */
export function stateText({ cells, read }: State): string {
  const order = Object.keys(cells).sort()
  const text = order.map((key) => `${key}=${cells[key]!.value},${cells[key]!.firstNs},${cells[key]!.lastNs}`)
  return `${text.join(';')}|${JSON.stringify(read)}`
}
