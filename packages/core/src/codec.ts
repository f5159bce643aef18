/** Values ↔ stored values: every call of a serializer, with its failures wrapped and its results checked. */
import type { Encoding } from './backend.js'
import { describe } from './describe.js'
import { DeserializationError, InvalidArgumentError, SerializationError } from './errors.js'
import type { Serializer } from './serializer.js'

/** What `dumpsFn`, else the serializer, makes of a value. */
export function encode(
  serializer: Serializer,
  key: string,
  value: unknown,
  dumpsFn: ((value: never) => unknown) | undefined,
): unknown {
  // No promise can resolve to a thenable, so `get` could never give it back: query builders are such.
  if (value === undefined || isThenable(value)) throw noValue(key, value)
  let stored: unknown
  try {
    stored = dumpsFn === undefined ? serializer.dumps(value) : dumpsFn(value as never)
  } catch (cause) {
    throw unwritable(key, cause)
  }
  if (isThenable(stored)) throw notSynchronous('dumps', stored, key, SerializationError)
  // A serializer may pass a value through; whether the store can keep it is the store's to say.
  if (!Object.is(stored, value) && !isOfEncoding(stored, serializer.encoding))
    throw wrongKind(key, stored, serializer.encoding)
  return stored
}

function noValue(key: string, value: unknown): InvalidArgumentError {
  const message =
    value === undefined
      ? 'undefined means a miss and cannot be stored: store null, or delete the key'
      : 'the value is a promise (it has then): await it, then store what it resolves to'
  return new InvalidArgumentError(message, { key, option: 'value' })
}

function unwritable(key: string, cause: unknown): SerializationError {
  if (cause instanceof SerializationError) return withKey(cause, key)
  return new SerializationError(`cannot serialize the value: ${describe(cause)}`, { key, cause })
}

/** What `loadsFn`, else the serializer, makes of a stored value. */
export function decode(
  serializer: Serializer,
  key: string,
  stored: unknown,
  loadsFn: ((stored: never) => unknown) | undefined,
): unknown {
  let value: unknown
  try {
    value = loadsFn === undefined ? serializer.loads(stored) : loadsFn(stored as never)
  } catch (cause) {
    throw unreadable(key, cause)
  }
  if (value instanceof Promise) throw notSynchronous('loads', value, key, DeserializationError)
  return value
}

function unreadable(key: string, cause: unknown): DeserializationError {
  if (cause instanceof DeserializationError) return withKey(cause, key)
  return new DeserializationError(
    `cannot read what is stored (written by another serializer, or damaged?): ${describe(cause)}`,
    { key, cause },
  )
}

/**
 * Whether the serializer writes integers as stores count them: as decimal text, or as the number itself. Asked of the
 * serializer, by letting it write one.
 */
export function writesPlainIntegers(serializer: Serializer): boolean {
  if (serializer.encoding === null) return false
  try {
    const stored = serializer.dumps(-42)
    return stored === '-42' || stored === -42
  } catch {
    return false
  }
}

function isOfEncoding(stored: unknown, encoding: Encoding): boolean {
  return encoding === null ? ArrayBuffer.isView(stored) : typeof stored === 'string'
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}

/** Nobody will look at that promise: its failure must be no unhandled rejection. */
function notSynchronous<E>(
  method: string,
  promise: PromiseLike<unknown>,
  key: string,
  kind: new (message: string, details: { key: string }) => E,
): E {
  promise.then(undefined, () => {})
  return new kind(`the serializer's ${method} must be synchronous; got a promise`, { key })
}

function wrongKind(key: string, stored: unknown, encoding: Encoding): SerializationError {
  const got = ArrayBuffer.isView(stored)
    ? 'bytes'
    : typeof stored === 'string'
      ? 'text'
      : stored === null
        ? 'null'
        : typeof stored
  const advice = got === 'bytes' ? ' (a serializer that writes bytes has encoding null)' : ''
  const expected =
    encoding === null ? 'bytes (Uint8Array), for its encoding is null' : "text, for its encoding is 'utf-8'"
  return new SerializationError(`the serializer's dumps must return ${expected}; got ${got}${advice}`, { key })
}

function withKey<E extends SerializationError | DeserializationError>(error: E, key: string): E {
  error.key ??= key
  return error
}
