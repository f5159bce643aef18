/** What the messages of this package say of the things concerned: kinds and names, never values. */
import { DeserializationError, SerializationError } from '@pycached/core'

const MAX_NAME = 100

/** A name from a pickle: whatever bytes somebody stored, so shortened and escaped before it reaches a terminal. */
export function quoteName(name: string): string {
  const shown = name.length > MAX_NAME ? `${name.slice(0, MAX_NAME)}…` : name
  return /^[\w.]+…?$/.test(shown) ? shown : JSON.stringify(shown)
}

/** The name of an object's class, as far as one can be told without running its code. */
export function classNameOf(prototype: object): string {
  const constructor = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value as unknown
  const name =
    typeof constructor === 'function' ? Object.getOwnPropertyDescriptor(constructor, 'name')?.value : undefined
  return typeof name === 'string' && name !== '' ? name : 'an anonymous class'
}

/** A value that cannot be written; where it is in what was to be written is found out only then. */
export class UnwritableValue extends Error {
  readonly value: unknown
  constructor(value: unknown, problem: string) {
    super(problem)
    this.value = value
  }
}

/** What is wrong with the whole, and not with one value in it. */
export class LimitExceeded extends Error {
  readonly option: string
  constructor(option: string, problem: string) {
    super(problem)
    this.option = option
  }
}

export function serializationFailure(
  error: unknown,
  pathTo: (value: unknown) => string | undefined,
): SerializationError {
  if (error instanceof SerializationError) return error
  if (error instanceof UnwritableValue) {
    const path = pathTo(error.value)
    return new SerializationError(`cannot pickle ${path ?? 'the value'}: ${error.message}`)
  }
  if (error instanceof LimitExceeded) {
    return new SerializationError(`cannot pickle the value: ${error.message}; raise ${error.option}`, {
      option: error.option,
    })
  }
  if (isStackOverflow(error)) {
    return new SerializationError('cannot pickle the value: it nests deeper than the stack allows; lower maxDepth', {
      option: 'maxDepth',
      cause: error,
    })
  }
  return new SerializationError('cannot pickle the value: code of its own threw, such as a getter or a reducer', {
    cause: error,
  })
}

export function deserializationFailure(error: unknown, at: number): DeserializationError {
  if (error instanceof DeserializationError) return error
  return new DeserializationError(`cannot read the pickle at byte ${at}: the runtime cannot hold its value`, {
    cause: error,
  })
}

function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError && /call stack|recursion/i.test(error.message)
}
