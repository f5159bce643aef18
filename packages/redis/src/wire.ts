/** Stored values and keys ↔ what goes over the wire. Text is UTF-8 in both directions, and nothing is replaced silently. */
import { isUtf8 } from 'node:buffer'
import { isUint8Array } from 'node:util/types'
import { DeserializationError, type Encoding, InvalidArgumentError, SerializationError } from '@pycached/core'
import type { RedisArgument } from './redis-like.js'

/** Throws `InvalidArgumentError` for a key that has no UTF-8 form: two such keys would become one. */
export function checkKey(key: string): string {
  if (isWellFormed(key)) return key
  throw new InvalidArgumentError('a key must be well-formed text, and this one has half of a surrogate pair', {
    option: 'key',
  })
}

/** Throws `SerializationError` for what Redis cannot keep: anything but text and bytes. */
export function toArgument(value: unknown): string | Buffer {
  if (typeof value === 'string') {
    if (isWellFormed(value)) return value
    throw new SerializationError(
      'the text has half of a surrogate pair, which UTF-8 cannot hold: repair it (toWellFormed()), or use a serializer that escapes it, such as JsonSerializer',
    )
  }
  if (isUint8Array(value)) return toBuffer(value)
  throw new SerializationError(
    `Redis keeps text and bytes, got ${value === null ? 'null' : typeof value}: use a serializer that makes one of them, such as JsonSerializer or PickleSerializer`,
  )
}

/**
 * An argument of `raw`, where the caller knows what the command takes. Anything but text, numbers and bytes is refused: ioredis makes
 * `''` of `undefined`, and an object that has no text stops its automatic pipelines for good.
 */
export function toRawArgument(value: unknown): RedisArgument {
  if (typeof value === 'string' || typeof value === 'number') return value
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  if (isUint8Array(value)) return toBuffer(value)
  throw new InvalidArgumentError(
    `arguments of a Redis command are text, numbers, bytes and arrays of them; got ${value === null ? 'null' : typeof value}`,
    { option: 'args' },
  )
}

/** The stored value, `undefined` for a miss. Throws `DeserializationError`, naming the key, for bytes that are not the text asked for. */
export function fromReply(reply: Buffer | null, encoding: Encoding, key: string): string | Uint8Array | undefined {
  if (reply === null) return undefined
  // A copy: the reply is a window on everything that the socket read at once, and would keep all of it in memory.
  if (encoding === null) return new Uint8Array(reply)
  const text = reply.toString('utf8')
  // Decoding puts U+FFFD for what it cannot read. Where there is none, nothing was replaced, and bytes need no second look.
  if (text.includes('\uFFFD') && !isUtf8(reply)) {
    throw new DeserializationError(
      'what is stored is no text in UTF-8: it was written as bytes, so read it with the serializer that wrote it',
      { key },
    )
  }
  return text
}

/** `SET`'s words for a time to live. */
export function ttlWords(ttlMs: number | undefined): RedisArgument[] {
  return ttlMs === undefined ? [] : ['PX', ttlMs]
}

/** Integers come as text where the user's client has `stringNumbers`. */
export function isOne(reply: unknown): boolean {
  return Number(reply) === 1
}

/** The same bytes, not a copy of them. */
function toBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}

/** `String.prototype.isWellFormed`, which Node has since 20 and the types of ES2023 have not. */
function isWellFormed(text: string): boolean {
  return (text as unknown as { isWellFormed(): boolean }).isWellFormed()
}
