/** `JsonSerializer`: values as JSON text. */
import {
  BaseSerializer,
  checkOptions,
  DeserializationError,
  InvalidArgumentError,
  SerializationError,
} from '@pycached/core'
import { hasFewBrackets, textIsDeeper, valueIsDeeper } from './depth.js'
import { type BigIntegers, parseJson } from './parse-json.js'

export interface JsonSerializerOptions {
  /**
   * How an integer beyond ±(2^53 − 1) is read, which a number cannot hold exactly. `'number'`: as the nearest number, as
   * `JSON.parse` does. `'bigint'`: exactly, as a `BigInt`. `'error'`: not at all, with `DeserializationError`. Default `'number'`,
   * the only one under which every number that JavaScript wrote comes back as it was: it writes 1e20 as `100000000000000000000`.
   */
  bigIntegers?: BigIntegers | undefined
}

/** Arrays and objects inside one another. Python's `json` gives up at about the same depth. */
const MAX_DEPTH = 1000
const BIG_INTEGERS: readonly unknown[] = ['number', 'bigint', 'error'] satisfies BigIntegers[]

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * JSON as `JSON.stringify` writes it; reads that and everything that Python's `json` writes, `NaN` and `Infinity` included.
 * Mirrors the Python library's `JsonSerializer`.
 */
export class JsonSerializer extends BaseSerializer {
  readonly bigIntegers: BigIntegers

  constructor(options: JsonSerializerOptions = {}) {
    super()
    checkOptions(options, ['bigIntegers'], 'JsonSerializer')
    const { bigIntegers = 'number' } = options
    if (!BIG_INTEGERS.includes(bigIntegers)) {
      const got = typeof bigIntegers === 'string' ? `'${String(bigIntegers)}'` : typeof bigIntegers
      throw new InvalidArgumentError(`bigIntegers must be 'number', 'bigint' or 'error', got ${got}`, {
        option: 'bigIntegers',
      })
    }
    this.bigIntegers = bigIntegers
  }

  /** @throws `SerializationError` where JSON would fail, or would keep nothing of the value. */
  dumps(value: unknown): string {
    let text: string | undefined
    try {
      text = JSON.stringify(value)
    } catch (cause) {
      throw new SerializationError(`JSON cannot write this value: ${reasonOf(cause)}`, { cause })
    }
    if (text === undefined || keepsNothing(value, text)) {
      throw new SerializationError(
        `JSON keeps nothing of ${nameOf(value)}: store something made from it, or use a serializer that knows it (pickle, msgpack)`,
        { cause: new TypeError(`JSON.stringify gives ${text}`) },
      )
    }
    if (!hasFewBrackets(text, MAX_DEPTH) && textIsDeeper(text, MAX_DEPTH)) {
      throw new SerializationError(
        `the value nests more than ${MAX_DEPTH} arrays and objects, too deep to be read again`,
        { cause: new RangeError('nested too deeply') },
      )
    }
    return text
  }

  /** @throws `DeserializationError`, which says where the text stops being JSON, and shows nothing of it. */
  loads(stored: unknown): unknown {
    try {
      const text = typeof stored === 'string' ? stored : decode(stored)
      // Only an integer of 16 digits or more can be beyond 2^53.
      const value =
        this.bigIntegers === 'number' || !/\d{16}/.test(text) ? parse(text) : parseExactly(text, this.bigIntegers)
      if (hasFewBrackets(text, MAX_DEPTH) || !valueIsDeeper(value, MAX_DEPTH)) return value
      throw new RangeError(`more than ${MAX_DEPTH} arrays and objects inside one another`)
    } catch (cause) {
      throw new DeserializationError(`what is stored cannot be read as JSON: ${(cause as Error).message}`, { cause })
    }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Python's NaN and Infinity, or no JSON at all. The error is dropped, for it quotes the text.
    return parseExactly(text, 'number')
  }
}

function parseExactly(text: string, bigIntegers: BigIntegers): unknown {
  return parseJson(text, bigIntegers, MAX_DEPTH)
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
  if (typeof value === 'number') return 'NaN or Infinity'
  if (typeof value !== 'object' || value === null) return `a ${typeof value}`
  const name: unknown = Object.getPrototypeOf(value)?.constructor?.name
  return `this ${typeof name === 'string' && name !== '' ? name : 'object'}`
}

/** The engines say it each in its own words. */
function reasonOf(cause: unknown): string {
  if (cause instanceof RangeError) return 'it is nested too deeply, or too large'
  if (cause instanceof TypeError && cause.message.includes('BigInt'))
    return 'it holds a BigInt; use text, pickle or msgpack'
  if (cause instanceof TypeError && /circular|cyclic/.test(cause.message)) return 'it holds itself; use pickle'
  return 'a toJSON or a getter of it threw'
}

function decode(stored: unknown): string {
  if (stored instanceof Uint8Array) return utf8.decode(stored)
  throw new TypeError(`it is no text but ${stored === null ? 'null' : typeof stored}`)
}
