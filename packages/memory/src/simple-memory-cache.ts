/** `SimpleMemoryCache`: a cache inside the process. */
import { BaseCache, checkOptions, type OptionParsers, parseOption, systemClock } from '@pycached/core'
import { NullSerializer } from '@pycached/serializer-null'
import { MemoryBackend } from './memory-backend.js'
import { type OnEvict, resolveBounds, type SimpleMemoryCacheOptions, type SizeOf } from './memory-options.js'

/**
 * A cache whose store is its own, in this process. Mirrors the Python library's `SimpleMemoryCache`.
 *
 * With the default `NullSerializer` a value is kept as it is: no copy is made, so that `get` gives back the very object that `set` was
 * given, and whoever changes that object changes what is cached.
 */
export class SimpleMemoryCache extends BaseCache {
  static override readonly options: OptionParsers = {
    ...BaseCache.options,
    maxEntries: parseOption.number,
    maxBytes: parseOption.number,
    sizeOf: null,
    eviction: parseOption.text,
    onEvict: null,
  }
  /** How many entries there may be. */
  readonly maxEntries: number
  /** How many bytes all values together may take. */
  readonly maxBytes: number
  /** The size of one value, in bytes. */
  readonly sizeOf: SizeOf
  /** What goes first where there is no more room. */
  readonly eviction: 'adaptive' | 'lru'
  readonly onEvict: OnEvict | undefined

  constructor(options: SimpleMemoryCacheOptions = {}) {
    checkOptions(options, Object.keys(new.target.options), new.target.name)
    const bounds = resolveBounds(options)
    super(new MemoryBackend(options.clock ?? systemClock, bounds), options, () => new NullSerializer())
    this.maxEntries = bounds.maxEntries
    this.maxBytes = bounds.maxBytes
    this.sizeOf = bounds.sizeOf
    this.eviction = bounds.eviction
    this.onEvict = bounds.onEvict
  }
}
