/** `HitMissRatioPlugin`: how many of the keys that were asked for were found. */
import { BasePlugin, checkOptions, type HookedCache } from '@pycached/core'

/** Figures since the cache got the plugin. */
export interface HitMissRatio {
  /** Keys that were read: one for each `get`, one for each key of each `multiGet`. */
  readonly total: number
  /** Those of them that were found: a stored `null` is one, the `default` of a `get` is not. */
  readonly hits: number
  /** From 0 to 1; 0 while nothing was read. */
  readonly hitRatio: number
}

/**
 * Gives its cache `cache.hitMissRatio`, a snapshot each time. Mirrors the Python library's `HitMissRatioPlugin`.
 *
 * Every cache has figures of its own, also where caches share one plugin. Reads that fail count neither way; `exists` is no read.
 */
export class HitMissRatioPlugin extends BasePlugin {
  /** @internal */
  readonly _counts = new WeakMap<HookedCache, { total: number; hits: number }>()

  /** There are no options: any is refused. */
  constructor(options: Record<string, never> = {}) {
    super()
    checkOptions(options, [], 'HitMissRatioPlugin')
  }

  override attach(cache: HookedCache): void {
    const counts = this._counts.get(cache) ?? { total: 0, hits: 0 }
    this._counts.set(cache, counts)
    const snapshot = (): HitMissRatio => {
      const { total, hits } = counts
      return { total, hits, hitRatio: total === 0 ? 0 : hits / total }
    }
    Object.defineProperty(cache, 'hitMissRatio', { get: snapshot, configurable: true })
  }

  override postGet(cache: HookedCache, _args: unknown, { hits }: { readonly hits: number }): void {
    this._count(cache, 1, hits)
  }

  override postMultiGet(
    cache: HookedCache,
    [keys]: readonly [keys: readonly string[], ...unknown[]],
    { hits }: { readonly hits: number },
  ): void {
    this._count(cache, keys.length, hits)
  }

  /** @internal */
  _count(cache: HookedCache, read: number, found: number): void {
    const counts = this._counts.get(cache)
    if (counts === undefined) return
    counts.total += read
    counts.hits += found
  }
}
