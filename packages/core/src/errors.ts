/**
 * Every error of the library: one class, one name and one stable `code` each. `docs/errors.md` documents them one by one,
 * and a test holds that page and this table to each other.
 */

/** Error class → code. Codes never change once released; catch by code where several copies of the library may be installed. */
export const ERROR_CODES = {
  KeyExistsError: 'PYCACHED_KEY_EXISTS',
  ClassPathError: 'PYCACHED_CLASS_PATH',
  InvalidCacheTypeError: 'PYCACHED_INVALID_CACHE_TYPE',
  UnknownAliasError: 'PYCACHED_UNKNOWN_ALIAS',
  SerializationError: 'PYCACHED_SERIALIZATION',
  DeserializationError: 'PYCACHED_DESERIALIZATION',
  OptimisticLockError: 'PYCACHED_OPTIMISTIC_LOCK',
  LockLostError: 'PYCACHED_LOCK_LOST',
  CacheTimeoutError: 'PYCACHED_TIMEOUT',
  BackendError: 'PYCACHED_BACKEND',
  BackendUnavailableError: 'PYCACHED_BACKEND_UNAVAILABLE',
  CacheClosedError: 'PYCACHED_CACHE_CLOSED',
  PluginError: 'PYCACHED_PLUGIN',
  InvalidArgumentError: 'PYCACHED_INVALID_ARGUMENT',
  InvalidDurationError: 'PYCACHED_INVALID_DURATION',
  NotAnIntegerError: 'PYCACHED_NOT_AN_INTEGER',
} as const

export type ErrorName = keyof typeof ERROR_CODES
export type ErrorCode = (typeof ERROR_CODES)[ErrorName]

/** What an error is about, beside its message. Values that were cached are never part of it. */
export interface ErrorDetails {
  /** The key as the caller wrote it, without the namespace. */
  key?: string | undefined
  /** The option or argument concerned. */
  option?: string | undefined
  /** What was thrown below. */
  cause?: unknown
}

/** Shared by every installed copy, so that {@link isPycachedError} recognises the errors of all of them. */
const BRAND = Symbol.for('pycached.error')

/**
 * Puts name, code and brand on the prototype: there before the constructor captures the stack, so that a stack trace
 * starts with the right name, and independent of what a minifier does to class names.
 */
function identify(errorClass: { prototype: Error }, name: string, code?: ErrorCode): void {
  const shared = { name, [BRAND]: true, ...(code !== undefined && { code }) }
  for (const property of Reflect.ownKeys(shared) as (keyof typeof shared)[]) {
    Object.defineProperty(errorClass.prototype, property, {
      value: shared[property],
      configurable: true,
      writable: true,
    })
  }
}

function attach(error: { key?: string | undefined; option?: string | undefined }, details: ErrorDetails): void {
  if (details.key !== undefined) error.key = details.key
  if (details.option !== undefined) error.option = details.option
}

function causeOf(details: ErrorDetails): ErrorOptions | undefined {
  return details.cause === undefined ? undefined : { cause: details.cause }
}

/** What goes wrong at run time. */
export class PycachedError extends Error {
  declare readonly code: ErrorCode
  declare key?: string
  declare option?: string
  static {
    identify(this, 'PycachedError')
  }
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, causeOf(details))
    attach(this, details)
  }
}

/** Misuse: the call itself is wrong, and would be wrong again. */
export class PycachedTypeError extends TypeError {
  declare readonly code: ErrorCode
  declare key?: string
  declare option?: string
  static {
    identify(this, 'PycachedTypeError')
  }
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, causeOf(details))
    attach(this, details)
  }
}

/** `add` found the key in the cache. Nothing was written. */
export class KeyExistsError extends PycachedError {
  declare readonly code: typeof ERROR_CODES.KeyExistsError
  static {
    identify(this, 'KeyExistsError', ERROR_CODES.KeyExistsError)
  }
}

/** A class path names no class, or not one of the kind that was asked for. */
export class ClassPathError extends PycachedError {
  declare readonly code: typeof ERROR_CODES.ClassPathError
  static {
    identify(this, 'ClassPathError', ERROR_CODES.ClassPathError)
  }
}

/** `new Cache(type)` or a URL scheme names no known kind of cache. */
export class InvalidCacheTypeError extends PycachedError {
  declare readonly code: typeof ERROR_CODES.InvalidCacheTypeError
  static {
    identify(this, 'InvalidCacheTypeError', ERROR_CODES.InvalidCacheTypeError)
  }
}

/** `caches` has no such alias. */
export class UnknownAliasError extends PycachedError {
  declare readonly code: typeof ERROR_CODES.UnknownAliasError
  static {
    identify(this, 'UnknownAliasError', ERROR_CODES.UnknownAliasError)
  }
}

/** The serializer cannot write this value. Nothing was written. */
export class SerializationError extends PycachedError {
  declare readonly code: typeof ERROR_CODES.SerializationError
  static {
    identify(this, 'SerializationError', ERROR_CODES.SerializationError)
  }
}

/** The serializer cannot read what is stored. What is stored stays as it is. */
export class DeserializationError extends PycachedError {
  declare readonly code: typeof ERROR_CODES.DeserializationError
  static {
    identify(this, 'DeserializationError', ERROR_CODES.DeserializationError)
  }
}

/** `OptimisticLock.cas` found another value than the one its `acquire` had read. Nothing was written. */
export class OptimisticLockError extends PycachedError {
  declare readonly code: typeof ERROR_CODES.OptimisticLockError
  static {
    identify(this, 'OptimisticLockError', ERROR_CODES.OptimisticLockError)
  }
}

/** The reason with which a lock's signal aborts: the lock is not, or no longer, the holder's. */
export class LockLostError extends PycachedError {
  declare readonly code: typeof ERROR_CODES.LockLostError
  static {
    identify(this, 'LockLostError', ERROR_CODES.LockLostError)
  }
}

/** A command's deadline passed before its answer came. */
export class CacheTimeoutError extends PycachedError {
  declare readonly code: typeof ERROR_CODES.CacheTimeoutError
  /** Whether the store may have been changed, or may still be, by the command that was given up. */
  readonly mayHaveExecuted: boolean
  static {
    identify(this, 'CacheTimeoutError', ERROR_CODES.CacheTimeoutError)
  }
  constructor(message: string, details: ErrorDetails & { mayHaveExecuted?: boolean } = {}) {
    super(message, details)
    this.mayHaveExecuted = details.mayHaveExecuted ?? false
  }
}

/** The store failed; `cause` is its own error. */
export class BackendError extends PycachedError {
  declare readonly code: typeof ERROR_CODES.BackendError | typeof ERROR_CODES.BackendUnavailableError
  static {
    identify(this, 'BackendError', ERROR_CODES.BackendError)
  }
}

/**
 * The store is known to be out of reach, so that it was not asked: the command certainly did nothing. `cause`, where there is one, is the failure
 * that told.
 */
export class BackendUnavailableError extends BackendError {
  declare readonly code: typeof ERROR_CODES.BackendUnavailableError
  static {
    identify(this, 'BackendUnavailableError', ERROR_CODES.BackendUnavailableError)
  }
}

/** The cache was closed before the command. */
export class CacheClosedError extends PycachedError {
  declare readonly code: typeof ERROR_CODES.CacheClosedError
  static {
    identify(this, 'CacheClosedError', ERROR_CODES.CacheClosedError)
  }
}

/** A plugin's hook threw; `cause` is what it threw. */
export class PluginError extends PycachedError {
  declare readonly code: typeof ERROR_CODES.PluginError
  /** The class name of the plugin. */
  readonly plugin: string
  /** The hook that threw, for instance `preSet`. */
  readonly hook: string
  /** Whether the command had already run: its effect on the store stays. */
  readonly commandRan: boolean
  static {
    identify(this, 'PluginError', ERROR_CODES.PluginError)
  }
  constructor(message: string, details: ErrorDetails & { plugin: string; hook: string; commandRan: boolean }) {
    super(message, details)
    this.plugin = details.plugin
    this.hook = details.hook
    this.commandRan = details.commandRan
  }
}

/** A key, value, option or argument that no cache accepts. Nothing was sent to the store. */
export class InvalidArgumentError extends PycachedTypeError {
  declare readonly code: typeof ERROR_CODES.InvalidArgumentError
  static {
    identify(this, 'InvalidArgumentError', ERROR_CODES.InvalidArgumentError)
  }
}

/** A duration that is not a positive number of seconds or a string such as `'10s'`. Nothing was sent to the store. */
export class InvalidDurationError extends PycachedTypeError {
  declare readonly code: typeof ERROR_CODES.InvalidDurationError
  static {
    identify(this, 'InvalidDurationError', ERROR_CODES.InvalidDurationError)
  }
}

/** `increment` met a value that is no integer, or would leave the integers that a number holds exactly. The value stays. */
export class NotAnIntegerError extends PycachedTypeError {
  declare readonly code: typeof ERROR_CODES.NotAnIntegerError
  static {
    identify(this, 'NotAnIntegerError', ERROR_CODES.NotAnIntegerError)
  }
}

/** Whether `error` is one of this library's, from this or any other installed copy. */
export function isPycachedError(error: unknown): error is PycachedError | PycachedTypeError {
  return typeof error === 'object' && error !== null && (error as { [BRAND]?: unknown })[BRAND] === true
}
