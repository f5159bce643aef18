/** `NullSerializer`: values as they are. */
import { BaseSerializer, checkOptions, type Encoding, InvalidArgumentError } from '@pycached/core'

export interface NullSerializerOptions {
  /**
   * The form in which a store of text and bytes gives back what it keeps: `'utf-8'` text, `null` bytes. A store that keeps any
   * value, as memory does, pays no regard to it. Default `'utf-8'`.
   */
  encoding?: Encoding | undefined
}

/**
 * Hands every value to the store as it is, and back. Mirrors the Python library's `NullSerializer`.
 *
 * In memory this keeps the very object, with its identity. Redis keeps only text and bytes: it refuses everything else with
 * `SerializationError`, and bytes that are no UTF-8 cannot be read with the default encoding (`DeserializationError`).
 */
export class NullSerializer extends BaseSerializer {
  override readonly encoding: Encoding

  constructor(options: NullSerializerOptions = {}) {
    super()
    checkOptions(options, ['encoding'], 'NullSerializer')
    const { encoding = 'utf-8' } = options
    if (encoding !== 'utf-8' && encoding !== null) {
      throw new InvalidArgumentError(
        `encoding must be 'utf-8' (the store gives text) or null (bytes), got ${typeof encoding === 'string' ? `'${String(encoding)}'` : typeof encoding}`,
        { option: 'encoding' },
      )
    }
    this.encoding = encoding
  }

  dumps(value: unknown): unknown {
    return value
  }

  loads(stored: unknown): unknown {
    return stored
  }
}
