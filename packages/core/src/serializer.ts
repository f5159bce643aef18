/** The contract of a codec: any value ↔ what a backend stores. */
import type { Encoding } from './backend.js'

/**
 * What a cache asks of a serializer: these three, nothing more. Extending {@link BaseSerializer} is not required.
 *
 * Both functions are synchronous and may throw anything: the cache wraps it in `SerializationError` or `DeserializationError`.
 */
export interface Serializer {
  /** The form that {@link dumps} returns and {@link loads} gets: `'utf-8'` text, `null` bytes (`Uint8Array`). */
  readonly encoding: Encoding
  /** Text or bytes as `encoding` says, or the very value it was given (only stores that keep any value can take that). */
  dumps(value: unknown): unknown
  /** The value. Never called for a miss. */
  loads(stored: unknown): unknown
}

/** A base to extend: text unless `encoding` is overridden. Mirrors the Python library's `BaseSerializer`. */
export abstract class BaseSerializer implements Serializer {
  readonly encoding: Encoding = 'utf-8'
  abstract dumps(value: unknown): unknown
  abstract loads(stored: unknown): unknown
}
