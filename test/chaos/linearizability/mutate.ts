/** Histories made wrong, to see that the check notices: each changes one thing in a real one, after which it is wrong for sure. */

import type { Random } from '../random.js'
import type { Command, History, Operation } from './history.js'

export type Mutation = (history: History, random: Random) => History | undefined

/** Some read gets a value that nobody wrote. */
export const withInventedValue: Mutation = (history, random) => {
  const read = pickRead(history, random)
  return read === undefined ? undefined : replaced(history, read.index, answered(read.operation, -1))
}

/** Some write is left away whose value was read: values are written once. */
export const withoutWriteThatWasRead: Mutation = (history, random) => {
  const read = pickRead(history, random, (value) => history.some(({ command }) => writes(command, value)))
  if (read === undefined) return undefined
  const index = history.findIndex(({ command }) => writes(command, read.operation.answer?.value as number))
  const write = history[index] as Operation
  // In its place something that changes nothing, so that what comes after it in the list keeps its number.
  const nothing: Operation = {
    ...write,
    command: { name: 'get', keys: write.command.keys } as Command,
    answer: undefined,
  }
  return replaced(history, index, nothing)
}

/** Some increment answers once more what another one of the same key did, in a history of nothing but gets and increments. */
export const withRepeatedSum: Mutation = (history, random) => {
  const isCounter = history.every(({ command }) => command.name === 'increment' || command.name === 'get')
  if (!isCounter) return undefined
  const sums = history.flatMap((operation, index) =>
    operation.command.name === 'increment' && operation.answer !== undefined ? [{ operation, index }] : [],
  )
  if (sums.length === 0) return undefined
  const [first, second] = [random.pick(sums), random.pick(sums)]
  if (first.operation.command.keys[0] !== second.operation.command.keys[0] || first === second) return undefined
  return replaced(history, second.index, answered(second.operation, first.operation.answer?.value as number))
}

function pickRead(history: History, random: Random, wanted: (value: number) => boolean = () => true) {
  const reads = history.flatMap((operation, index) => {
    const value = operation.command.name === 'get' ? operation.answer?.value : undefined
    return typeof value === 'number' && wanted(value) ? [{ operation, index }] : []
  })
  return reads.length === 0 ? undefined : random.pick(reads)
}

function writes(command: Command, value: number): boolean {
  return 'value' in command ? command.value === value : 'values' in command && command.values.includes(value)
}

function answered(operation: Operation, value: number): Operation {
  return { ...operation, answer: { value, atNs: operation.answer?.atNs ?? Number.NaN } }
}

function replaced(history: History, index: number, operation: Operation): History {
  return history.map((one, place) => (place === index ? operation : one))
}
