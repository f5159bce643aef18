/** What a memory cache can be told beside the options of every cache. */
import { type CacheOptions, InvalidArgumentError } from '@pycached/core'
import { sizeOf as exactSizeOf, roughSizeOf } from './size-of.js'

/** Why a value left the cache. */
export type EvictionReason =
  /** To make room: the bound was reached. */
  | 'evicted'
  /** Its time to live was over. */
  | 'expired'
  /** `delete`, `multiDelete`, `clear`, or the release of a lock. */
  | 'deleted'
  /** Another value took its place: `set`, `multiSet`, `increment`, `OptimisticLock.cas`. */
  | 'replaced'

/**
 * Called once for every value that left the cache, in order, before the caller of the command that was the cause goes on. What it
 * throws is a process warning. `close` tells nothing.
 *
 * @param key - complete, with its namespace (`main:user`).
 * @param value - as it was stored: what the serializer wrote, the value itself with the default serializer.
 */
export type OnEvict = (key: string, value: unknown, reason: EvictionReason) => void

/**
 * How much of a bound a value takes, in bytes: 0 or more, finite. `value` and `key` are as {@link OnEvict} has them. It is called in the
 * middle of a command, and must not use the cache.
 */
export type SizeOf = (value: unknown, key: string) => number

/** The options of `SimpleMemoryCache`. */
export interface SimpleMemoryCacheOptions extends CacheOptions {
  /** How many entries there may be, 1 or more; `Infinity`: any number. Never exceeded. Default 1,000,000. */
  maxEntries?: number | undefined
  /**
   * How many bytes all values together may take, 1 or more; `Infinity`: any number. Never exceeded. A larger value is refused
   * (`SerializationError`), and what was there stays. Keys and the entries themselves come on top: about 100 bytes each, and the
   * characters of the key. Default 268,435,456 (256 MiB), for which a character of text counts as one byte.
   */
  maxBytes?: number | undefined
  /**
   * The size of one value. Default: exact for text (in UTF-8) and binary data; 8 for other primitives; an estimate for objects, from
   * their first 64 elements. Values that are counted by it are best not changed once they are stored.
   */
  sizeOf?: SizeOf | undefined
  /**
   * What goes first where there is no more room. Default `'adaptive'`: what was used once goes before what is used again and again,
   * and how much room either gets is learned. `'lru'`: what was used least recently.
   */
  eviction?: 'adaptive' | 'lru' | undefined
  /** Default none. */
  onEvict?: OnEvict | undefined
}

/** The options, checked and with their defaults. */
export interface Bounds {
  readonly maxEntries: number
  readonly maxBytes: number
  readonly sizeOf: SizeOf
  /** Whether `sizeOf` is the user's, and wants complete keys and its answers checked. */
  readonly isOwnSizeOf: boolean
  readonly eviction: 'adaptive' | 'lru'
  readonly onEvict: OnEvict | undefined
}

const MAX_ENTRIES = 1_000_000
const MAX_BYTES = 2 ** 28

export function resolveBounds(options: SimpleMemoryCacheOptions): Bounds {
  const {
    maxEntries = MAX_ENTRIES,
    maxBytes = MAX_BYTES,
    // A default that nobody asked for may cost less than it would have to be exact.
    sizeOf = options.maxBytes === undefined ? roughSizeOf : exactSizeOf,
    eviction = 'adaptive',
    onEvict,
  } = options
  checkBound('maxEntries', maxEntries)
  checkBound('maxBytes', maxBytes)
  if (typeof sizeOf !== 'function') throw invalid('sizeOf', 'a function (value, key) => bytes', sizeOf)
  if (eviction !== 'adaptive' && eviction !== 'lru') throw invalid('eviction', "'adaptive' or 'lru'", eviction)
  if (onEvict !== undefined && typeof onEvict !== 'function') {
    throw invalid('onEvict', 'a function (key, value, reason) => void', onEvict)
  }
  return Object.freeze({ maxEntries, maxBytes, sizeOf, isOwnSizeOf: options.sizeOf !== undefined, eviction, onEvict })
}

function checkBound(option: string, bound: unknown): void {
  if (typeof bound === 'number' && bound >= 1 && (Number.isSafeInteger(bound) || bound === Infinity)) return
  throw invalid(option, 'a whole number from 1, or Infinity', bound)
}

function invalid(option: string, expected: string, got: unknown): InvalidArgumentError {
  const shown = typeof got === 'string' ? `'${got}'` : typeof got === 'number' ? String(got) : typeof got
  return new InvalidArgumentError(`${option} must be ${expected}; got ${shown}`, { option })
}
