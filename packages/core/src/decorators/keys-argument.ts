/** Where a call of a `multiCached` function has its keys, and the same call with fewer of them. */
import { kindOf } from '../describe.js'
import { InvalidArgumentError } from '../errors.js'

/** The name of a property of the options argument, or the index of the argument that is the keys. */
export type KeysFrom = string | number

export interface KeysArgument {
  /** Each key once, in the order asked; `undefined` where the call leaves the argument away, so that the function's default holds. */
  keysOf(args: readonly unknown[]): readonly unknown[] | undefined
  /** The arguments with other keys: a `Set` where there was one, else an array. What the caller gave is not changed. */
  withKeys(args: readonly unknown[], keys: readonly unknown[]): readonly unknown[]
}

/** @throws `InvalidArgumentError` for what can name no argument. */
export function keysArgument(from: KeysFrom): KeysArgument {
  if (typeof from === 'string' && from !== '') return new KeysProperty(from)
  if (typeof from === 'number' && Number.isInteger(from) && from >= 0) return new KeysAt(from)
  throw new InvalidArgumentError(
    "multiCached takes where the keys are first: the index of the argument, or the name of the options argument's property",
    { option: 'keysFrom' },
  )
}

class KeysAt implements KeysArgument {
  readonly #index: number

  constructor(index: number) {
    this.#index = index
  }

  keysOf(args: readonly unknown[]): readonly unknown[] | undefined {
    return unique(args[this.#index], `argument ${this.#index + 1}`)
  }

  withKeys(args: readonly unknown[], keys: readonly unknown[]): readonly unknown[] {
    return replaceAt(args, this.#index, like(args[this.#index], keys))
  }
}

class KeysProperty implements KeysArgument {
  readonly #name: string

  constructor(name: string) {
    this.#name = name
  }

  keysOf(args: readonly unknown[]): readonly unknown[] | undefined {
    const options = args[this.#indexIn(args)] as Record<string, unknown> | undefined
    return unique(options?.[this.#name], `'${this.#name}'`)
  }

  withKeys(args: readonly unknown[], keys: readonly unknown[]): readonly unknown[] {
    const index = this.#indexIn(args)
    const options = args[index] as Record<string, unknown>
    const blank = Object.create(Object.getPrototypeOf(options)) as object
    return replaceAt(args, index, Object.assign(blank, options, { [this.#name]: like(options[this.#name], keys) }))
  }

  /** The first argument that has the property; -1 if none has. */
  #indexIn(args: readonly unknown[]): number {
    return args.findIndex((one) => typeof one === 'object' && one !== null && !Array.isArray(one) && this.#name in one)
  }
}

function unique(keys: unknown, where: string): readonly unknown[] | undefined {
  if (keys === undefined) return undefined
  if (typeof keys !== 'string' && typeof (keys as Iterable<unknown> | null)?.[Symbol.iterator] === 'function') {
    return [...new Set(keys as Iterable<unknown>)]
  }
  throw new InvalidArgumentError(`${where} must be an array, a Set or another iterable of keys, got ${kindOf(keys)}`, {
    option: 'keysFrom',
  })
}

function like(original: unknown, keys: readonly unknown[]): unknown {
  return original instanceof Set ? new Set(keys) : [...keys]
}

function replaceAt(args: readonly unknown[], index: number, value: unknown): unknown[] {
  const copy = [...args]
  copy[index] = value
  return copy
}
