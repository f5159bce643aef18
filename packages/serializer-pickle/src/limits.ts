/** The bounds of one pickle, read or written: what keeps a hostile or mistaken one from taking all memory or the stack. */
import { InvalidArgumentError } from '@pycached/core'

export interface Limits {
  /** The longest pickle, in bytes. Default 64 MiB (67,108,864). */
  readonly maxBytes: number
  /**
   * How deep containers may nest; a flat list has depth 1. Default 1000, which leaves whatever walks the value enough stack. Above
   * some thousands writing may run out of stack, which gives a `SerializationError` as well.
   */
  readonly maxDepth: number
  /** How many containers one pickle may make, and how many values it may memorize to refer back to. Default 4,000,000. */
  readonly maxObjects: number
}

/** As options: what is left away, or `undefined`, is the default. */
export type LimitOptions = { readonly [Name in keyof Limits]?: Limits[Name] | undefined }

export const DEFAULT_LIMITS: Limits = { maxBytes: 64 * 1024 * 1024, maxDepth: 1000, maxObjects: 4_000_000 }

/**
 * The longest integer, in bytes, as opcodes with a byte count may hold it: about 157,000 decimal digits. Not an option, for nothing
 * in a cache needs more, and much in JavaScript takes time quadratic in the length.
 */
export const MAX_INTEGER_BYTES = 65_536

/** The longest number in text form (protocol 0). CPython's own bound for the digits of an integer. */
export const MAX_NUMBER_TEXT = 4300

/** More than a `Map` of JavaScript can hold, or an array buffer can be long, is no bound. */
const HIGHEST = { maxBytes: 2 ** 32 - 1, maxDepth: 2 ** 24, maxObjects: 2 ** 24 }

export function resolveLimits(options: LimitOptions): Limits {
  return Object.freeze({
    maxBytes: limit('maxBytes', options.maxBytes),
    maxDepth: limit('maxDepth', options.maxDepth),
    maxObjects: limit('maxObjects', options.maxObjects),
  })
}

function limit(option: keyof Limits, value: number = DEFAULT_LIMITS[option]): number {
  if (Number.isSafeInteger(value) && value >= 1 && value <= HIGHEST[option]) return value
  throw new InvalidArgumentError(
    `${option} is a whole number from 1 to ${HIGHEST[option]}, got ${typeof value === 'number' ? value : typeof value}`,
    { option },
  )
}
