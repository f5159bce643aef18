/** A serializer that fails on demand. */
import type { Encoding, Serializer } from '@pycached/core'

/** Writes and reads JSON, unless told otherwise. */
export class FailingSerializer implements Serializer {
  readonly encoding: Encoding = 'utf-8'
  /** Thrown by `dumps`, unless it is `undefined`. */
  dumpsError: unknown
  /** Thrown by `loads`, unless it is `undefined`. */
  loadsError: unknown
  /** What `dumps` returns instead of text, unless it is `undefined`: a wrong kind, for instance. */
  dumpsAnswer: unknown

  dumps(value: unknown): unknown {
    if (this.dumpsError !== undefined) throw this.dumpsError
    return this.dumpsAnswer === undefined ? JSON.stringify(value) : this.dumpsAnswer
  }

  loads(stored: unknown): unknown {
    if (this.loadsError !== undefined) throw this.loadsError
    return JSON.parse(stored as string)
  }
}
