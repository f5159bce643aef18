/** The serializer: options in, values to pickles and back. */
import { BaseSerializer, checkOptions, DeserializationError, InvalidArgumentError } from '@pycached/core'
import { ByteBuffer } from './byte-buffer.js'
import { ByteReader } from './byte-reader.js'
import type { NaiveDates } from './datetime.js'
import { deserializationFailure, serializationFailure } from './errors.js'
import { type LimitOptions, type Limits, resolveLimits } from './limits.js'
import { PickleOutput } from './pickle-output.js'
import { Pickler } from './pickler.js'
import { namesFor, RESERVED_NAMES } from './python-names.js'
import { type Reducer, ReducerTable } from './reducer.js'
import { StringCache } from './string-cache.js'
import { Unpickler, type UnpicklerSettings } from './unpickler.js'
import { pathTo } from './value-path.js'

export interface PickleSerializerOptions extends LimitOptions {
  /** The classes, beside the built-in ones, whose instances may be written and read. Default: none. */
  readonly reducers?: Iterable<Reducer> | undefined
  /**
   * How a Python datetime without a time zone is understood: `'utc'`, or `'local'`, the time zone of this process. Default `'utc'`.
   */
  readonly naiveDates?: NaiveDates | undefined
}

const KNOWN_OPTIONS = ['reducers', 'naiveDates', 'maxBytes', 'maxDepth', 'maxObjects']

/**
 * Any JavaScript value with its type, as a pickle that Python reads. Reading builds data and runs nothing; it refuses every name that is
 * neither built in nor registered by a reducer.
 *
 * @throws `InvalidArgumentError` (constructor) for unknown or impossible options.
 */
export class PickleSerializer extends BaseSerializer {
  override readonly encoding = null
  /** @internal */
  readonly _settings: UnpicklerSettings
  /** @internal */
  readonly _buffer: ByteBuffer
  /** @internal */
  _isWriting = false
  /** @internal */
  readonly _strings = new StringCache()

  constructor(options: PickleSerializerOptions = {}) {
    super()
    checkOptions(options, KNOWN_OPTIONS, 'PickleSerializer')
    checkValues(options)
    const { reducers = [], naiveDates = 'utc', ...limits } = options
    const table = new ReducerTable(reducers, RESERVED_NAMES)
    this._settings = { reducers: table, names: namesFor(table), naiveDates, limits: resolveLimits(limits) }
    this._buffer = new ByteBuffer(this._settings.limits.maxBytes)
  }

  /**
   * The pickle, protocol 4, in bytes that are the caller's own.
   *
   * @throws `SerializationError` saying which part of the value cannot be written, and why.
   */
  dumps(value: unknown): Uint8Array<ArrayBuffer> {
    const { reducers, limits } = this._settings
    // A reducer may itself use this serializer while it is being used.
    const buffer = this._isWriting ? new ByteBuffer(limits.maxBytes) : this._buffer
    const isOuter = buffer === this._buffer
    if (isOuter) this._isWriting = true
    try {
      new Pickler(new PickleOutput(buffer), reducers, limits).dump(value)
      return buffer.copy()
    } catch (error) {
      throw serializationFailure(error, (wanted) => pathTo(wanted, value))
    } finally {
      buffer.reset()
      if (isOuter) this._isWriting = false
    }
  }

  /**
   * The value of a pickle of protocol 0 to 5. What follows its end is not looked at, as in Python.
   *
   * @throws `DeserializationError` saying what was found at which byte.
   */
  loads(stored: unknown): unknown {
    const input = new ByteReader(bytesOf(stored, this._settings.limits), this._strings)
    try {
      return new Unpickler(input, this._settings).load()
    } catch (error) {
      throw deserializationFailure(error, input.at)
    }
  }
}

function bytesOf(stored: unknown, { maxBytes }: Limits): Uint8Array {
  // By what it is, not by its class, which is another one in every realm.
  if (!(stored instanceof Uint8Array) && Object.prototype.toString.call(stored) !== '[object Uint8Array]') {
    throw new DeserializationError(
      `a pickle is bytes (Uint8Array), got ${stored === null ? 'null' : typeof stored}: does the store keep bytes?`,
    )
  }
  const bytes = stored as Uint8Array
  if (bytes.length > maxBytes) {
    throw new DeserializationError(`the pickle has ${bytes.length} bytes, more than maxBytes, ${maxBytes}`, {
      option: 'maxBytes',
    })
  }
  return bytes
}

function checkValues({ naiveDates, reducers }: PickleSerializerOptions): void {
  if (naiveDates !== undefined && naiveDates !== 'utc' && naiveDates !== 'local') {
    throw new InvalidArgumentError(`naiveDates is 'utc' or 'local', got ${String(naiveDates)}`, {
      option: 'naiveDates',
    })
  }
  if (
    reducers !== undefined &&
    typeof (reducers as Partial<Iterable<Reducer>> | null)?.[Symbol.iterator] !== 'function'
  ) {
    throw new InvalidArgumentError('reducers is a list of { class, module, name, reduce, build }', {
      option: 'reducers',
    })
  }
}
