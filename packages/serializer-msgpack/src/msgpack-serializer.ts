/** `MsgPackSerializer`: values as MessagePack. */
import { BaseSerializer, checkOptions, DeserializationError, SerializationError } from '@pycached/core'
import { readMsgPack } from './read.js'
import { Unwritable, writeMsgPack } from './write.js'

/** There are none; the constructor refuses any. */
export type MsgPackSerializerOptions = Record<string, never>

/**
 * Plain MessagePack, which Python's `msgpack` reads and writes too. Mirrors the Python library's `MsgPackSerializer`.
 *
 * What the format has no form for is refused, never changed: a `Set`, an instance of a class, `undefined` in an array, an integer
 * beyond 64 bits, a lone surrogate.
 */
export class MsgPackSerializer extends BaseSerializer {
  override readonly encoding = null

  constructor(options: MsgPackSerializerOptions = {}) {
    super()
    checkOptions(options, [], 'MsgPackSerializer')
  }

  /** @throws `SerializationError` naming the type that the format has no form for. */
  dumps(value: unknown): Uint8Array {
    try {
      return writeMsgPack(value)
    } catch (cause) {
      const reason = cause instanceof Unwritable ? cause.message : 'a getter of it threw, or it is too large'
      throw new SerializationError(`MessagePack cannot write this value: ${reason}`, { cause })
    }
  }

  /** @throws `DeserializationError` for anything but one complete value of at most 512 levels. */
  loads(stored: unknown): unknown {
    try {
      return readMsgPack(bytesOf(stored))
    } catch (cause) {
      throw new DeserializationError(`what is stored cannot be read as MessagePack: ${(cause as Error).message}`, {
        cause,
      })
    }
  }
}

function bytesOf(stored: unknown): Uint8Array {
  if (stored instanceof Uint8Array) return stored
  throw new TypeError(
    `it is no bytes but ${typeof stored === 'string' ? 'text' : stored === null ? 'null' : typeof stored}`,
  )
}
