import { gunzipSync, gzipSync } from 'node:zlib'
import { BaseSerializer, checkOptions, InvalidArgumentError } from '@pycached/core'

export interface GzipJsonSerializerOptions {
  /** How hard to compress: 0 (not at all) to 9 (best, slowest). Default 6. */
  level?: number | undefined
  /** The largest JSON text, in bytes, that is read; what would become larger is refused. Default 64 MiB. */
  maxBytes?: number | undefined
}

/** JSON, compressed with gzip: bytes, so its `encoding` is `null`. */
export class GzipJsonSerializer extends BaseSerializer {
  override readonly encoding = null
  readonly level: number
  readonly maxBytes: number

  constructor(options: GzipJsonSerializerOptions = {}) {
    super()
    checkOptions(options, ['level', 'maxBytes'], 'GzipJsonSerializer')
    const { level = 6, maxBytes = 64 * 2 ** 20 } = options
    if (!Number.isInteger(level) || level < 0 || level > 9) {
      throw new InvalidArgumentError('level must be an integer from 0 to 9', { option: 'level' })
    }
    if (!Number.isSafeInteger(maxBytes) || maxBytes < 1) {
      throw new InvalidArgumentError('maxBytes must be a positive integer', { option: 'maxBytes' })
    }
    this.level = level
    this.maxBytes = maxBytes
  }

  /** Whatever this throws, the cache wraps in `SerializationError`. */
  dumps(value: unknown): Uint8Array {
    const json: string | undefined = JSON.stringify(value)
    if (json === undefined) throw new TypeError(`JSON has no form for a ${typeof value}`)
    return gzipSync(json, { level: this.level })
  }

  /** Whatever this throws, the cache wraps in `DeserializationError`. A small payload may stand for a huge text: hence the limit. */
  loads(stored: Uint8Array): unknown {
    return JSON.parse(gunzipSync(stored, { maxOutputLength: this.maxBytes }).toString())
  }
}
