/** `StringSerializer`: values as text. */
import { BaseSerializer, checkOptions, DeserializationError, SerializationError } from '@pycached/core'

/** There are none; the constructor refuses any. */
export type StringSerializerOptions = Record<string, never>

/** `ignoreBOM` keeps a leading U+FEFF, which is part of the text. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Writes `String(value)` and reads text. Mirrors the Python library's `StringSerializer`: what was stored comes back as text, whatever it
 * was before (`1` as `'1'`, `[1, 2]` as `'1,2'`, a plain object as `'[object Object]'`).
 */
export class StringSerializer extends BaseSerializer {
  constructor(options: StringSerializerOptions = {}) {
    super()
    checkOptions(options, [], 'StringSerializer')
  }

  /** @throws `SerializationError` for what JavaScript cannot turn into text: an object without a prototype, a `toString` that throws. */
  dumps(value: unknown): string {
    try {
      return String(value)
    } catch (cause) {
      throw new SerializationError(
        `StringSerializer cannot write this ${typeof value}: String(value) throws. Store text made from it, or use another serializer`,
        { cause },
      )
    }
  }

  /** @throws `DeserializationError` for bytes that are no UTF-8, and for what is neither text nor bytes. */
  loads(stored: unknown): string {
    if (typeof stored === 'string') return stored
    try {
      return utf8.decode(bytesOf(stored))
    } catch (cause) {
      throw new DeserializationError(`what is stored cannot be read as text: ${(cause as Error).message}`, { cause })
    }
  }
}

function bytesOf(stored: unknown): Uint8Array {
  if (stored instanceof Uint8Array) return stored
  throw new TypeError(`it is ${stored === null ? 'null' : typeof stored}`)
}
