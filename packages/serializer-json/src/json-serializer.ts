import { BaseSerializer, DeserializationError, InvalidArgumentError, SerializationError } from '@pycached/core'
import { isDeeperThan } from './depth.js'
import { parseJson } from './parse-json.js'

/** What becomes of an integer beyond ±(2^53 − 1), which a number cannot hold exactly. */
export type BigIntegers = 'number' | 'bigint' | 'error'

export interface JsonSerializerOptions {
  /**
   * How an integer beyond ±(2^53 − 1) is read. `'number'`: as the nearest number, as `JSON.parse` does. `'bigint'`: exactly, as a
   * `BigInt`. `'error'`: not at all, with `DeserializationError`. Default `'number'`, the only one under which every number that
   * JavaScript wrote comes back as it was: it writes 1e20 as `100000000000000000000`.
   */
  bigIntegers?: BigIntegers | undefined
}

/**
 * Arrays and objects inside one another. Python's `json` gives up at about the same depth; beyond it, code that walks a value
 * overflows its stack.
 */
const MAX_DEPTH = 1000
const POLICIES: readonly string[] = ['number', 'bigint', 'error'] satisfies BigIntegers[]

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * JSON as `JSON.stringify` writes it; reads that and everything that Python's `json` writes, `NaN` and `Infinity` included.
 * Mirrors the seed's `JsonSerializer`.
 */
export class JsonSerializer extends BaseSerializer {
  readonly bigIntegers: BigIntegers

  constructor({ bigIntegers = 'number', ...unknown }: JsonSerializerOptions = {}) {
    super()
    for (const option of Object.keys(unknown)) {
      throw new InvalidArgumentError(`JsonSerializer has no option '${option}': it knows bigIntegers`, { option })
    }
    if (!POLICIES.includes(bigIntegers)) {
      throw new InvalidArgumentError(
        `bigIntegers must be 'number', 'bigint' or 'error', got ${typeof bigIntegers === 'string' ? `'${String(bigIntegers)}'` : typeof bigIntegers}`,
        { option: 'bigIntegers' },
      )
    }
    this.bigIntegers = bigIntegers
  }

  /** @throws `SerializationError` where JSON would fail, or would keep nothing of the value. */
  dumps(value: unknown): string {
    let text: string | undefined
    try {
      text = JSON.stringify(value)
    } catch (cause) {
      throw new SerializationError(`JSON cannot write this value: ${why(cause)}`, { cause })
    }
    if (text === undefined || keepsNothing(value, text)) {
      throw new SerializationError(
        `JSON keeps nothing of ${nameOf(value)}: store something made from it, or use a serializer that knows it (pickle, msgpack)`,
      )
    }
    if (isDeeperThan(text, MAX_DEPTH)) {
      throw new SerializationError(
        `the value nests more than ${MAX_DEPTH} arrays and objects, too deep to be read again`,
      )
    }
    return text
  }

  /** @throws `DeserializationError`, which says where the text stops being JSON, and shows nothing of it. */
  loads(stored: unknown): unknown {
    const text = typeof stored === 'string' ? stored : decode(stored)
    if (isDeeperThan(text, MAX_DEPTH)) {
      throw new DeserializationError(`what is stored nests more than ${MAX_DEPTH} arrays and objects`)
    }
    // Only an integer of 16 digits or more can be beyond 2^53.
    if (this.bigIntegers === 'number' || !/\d{16}/.test(text)) {
      try {
        return JSON.parse(text)
      } catch {
        // Python's NaN and Infinity, or no JSON at all; the error of JSON.parse, which quotes the text, is dropped.
      }
    }
    return parseJson(text, this.bigIntegers)
  }
}

/** JSON writes `null` for NaN and for an invalid Date, and `{}` for a Map, a Set, a RegExp, an Error, a Promise. */
function keepsNothing(value: unknown, text: string): boolean {
  if (text === 'null') return value !== null
  if (text !== '{}') return false
  const prototype: unknown = Object.getPrototypeOf(value)
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null
  return !isPlain && typeof (value as { toJSON?: unknown }).toJSON !== 'function'
}

function nameOf(value: unknown): string {
  if (typeof value !== 'object' || value === null)
    return typeof value === 'number' ? 'NaN and Infinity' : `a ${typeof value}`
  const name: unknown = Object.getPrototypeOf(value)?.constructor?.name
  return `this ${typeof name === 'string' && name !== '' ? name : 'object'}`
}

function why(cause: unknown): string {
  if (cause instanceof RangeError) return 'it is nested too deeply, or too large'
  if (cause instanceof TypeError && cause.message.includes('BigInt'))
    return 'it holds a BigInt; use text, pickle or msgpack'
  if (cause instanceof TypeError && /circular|cyclic/.test(cause.message)) return 'it holds itself; use pickle'
  return 'a toJSON or a getter of it threw'
}

function decode(stored: unknown): string {
  if (!(stored instanceof Uint8Array)) {
    throw new DeserializationError(`JSON is text, and what is stored is ${stored === null ? 'null' : typeof stored}`)
  }
  try {
    return utf8.decode(stored)
  } catch (cause) {
    throw new DeserializationError('JSON is text, and what is stored is no UTF-8', { cause })
  }
}
