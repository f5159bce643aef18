/** Aliases → caches: a configuration that can be pure data, and the instances made from it. */
import type { BaseCache, CacheClass } from './base-cache.js'
import { makeCache } from './cache.js'
import { describe } from './describe.js'
import { InvalidArgumentError, UnknownAliasError } from './errors.js'
import { type CacheOptions, checkRecord } from './options.js'
import { nearestOf } from './registry.js'

/** One alias: the cache's class (or class path, or type name) and its constructor options. */
export interface AliasConfig extends CacheOptions {
  cache: string | CacheClass
  [option: string]: unknown
}

export type CachesConfig = Record<string, AliasConfig>

const OUT_OF_THE_BOX: CachesConfig = {
  default: {
    cache: 'pycached.SimpleMemoryCache',
    serializer: { class: 'pycached.serializers.StringSerializer' },
  },
}

/** A registry of aliases. `caches` is the process's own; `new Caches()` is one more, which shares nothing with it. */
export class Caches {
  /** @internal */
  _config: ReadonlyMap<string, AliasConfig>
  /** @internal */
  readonly _instances = new Map<string, BaseCache>()
  /** @internal Instances whose alias was replaced: still to be closed by `close`. */
  readonly _forgotten = new Set<BaseCache>()

  /** Without a configuration: `default` is a memory cache with the string serializer. */
  constructor(config: CachesConfig = OUT_OF_THE_BOX) {
    this._config = checkConfig(config)
  }

  /** Replaces the whole configuration, which must have the alias `default`, and forgets the instances. Nothing is made yet. */
  setConfig(config: CachesConfig): void {
    const checked = checkConfig(config)
    for (const alias of this._instances.keys()) this._forget(alias)
    this._config = checked
  }

  /** Adds or replaces one alias; its old instance is forgotten (and closed by {@link close}). */
  add(alias: string, config: AliasConfig): void {
    const checked = checkAlias(alias, config)
    this._forget(alias)
    this._config = new Map([...this._config, [alias, checked]])
  }

  /** A deep copy of the configuration. Classes and instances in it are the same ones. */
  getConfig(): CachesConfig {
    return copy(Object.fromEntries(this._config))
  }

  /** A deep copy of one alias's configuration. @throws `UnknownAliasError` */
  getAliasConfig(alias: string): AliasConfig {
    return copy(this._configOf(alias))
  }

  /** The alias's cache: made at the first call, then always the same instance. @throws `UnknownAliasError`, `ClassPathError`, … */
  get<C extends BaseCache = BaseCache>(alias: string): C {
    let cache = this._instances.get(alias)
    if (cache === undefined) {
      cache = this.create(alias)
      this._instances.set(alias, cache)
    }
    return cache as C
  }

  /** A new cache at each call, from an alias or from a configuration; `overrides` win. Whoever calls closes it. */
  create<C extends BaseCache = BaseCache>(
    aliasOrConfig: string | AliasConfig,
    overrides: CacheOptions & Record<string, unknown> = {},
  ): C {
    const config =
      typeof aliasOrConfig === 'string' ? this._configOf(aliasOrConfig) : checkAlias('create', aliasOrConfig)
    checkRecord(overrides, 'the overrides of create')
    const { cache, ...options } = { ...copy(config), ...overrides }
    return makeCache(cache, options, 'cache') as C
  }

  /** Closes every instance that {@link get} made, forgotten ones too. Afterwards `get` makes new ones. */
  async close(): Promise<void> {
    const open = [...this._instances.values(), ...this._forgotten]
    this._instances.clear()
    this._forgotten.clear()
    const results = await Promise.allSettled(open.map((cache) => cache.close()))
    const failed = results.filter((result) => result.status === 'rejected').map((result) => result.reason as unknown)
    if (failed.length === 1) throw failed[0]
    if (failed.length > 1)
      throw new AggregateError(failed, `${failed.length} caches failed to close: ${failed.map(describe).join('; ')}`)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** @internal */
  _configOf(alias: string): AliasConfig {
    const config = this._config.get(alias)
    if (config !== undefined) return config
    const known = [...this._config.keys()]
    const nearest = nearestOf(String(alias), known)
    const hint = nearest === undefined ? 'known are' : `did you mean '${nearest}'? Known are`
    throw new UnknownAliasError(`unknown alias '${String(alias)}': ${hint} ${known.join(', ')}`, {
      option: 'alias',
    })
  }

  /** @internal */
  _forget(alias: string): void {
    const cache = this._instances.get(alias)
    if (cache === undefined) return
    this._instances.delete(alias)
    this._forgotten.add(cache)
  }
}

/** The process's registry of aliases. */
export const caches = new Caches()

function checkConfig(config: CachesConfig): ReadonlyMap<string, AliasConfig> {
  if (!isPlainObject(config))
    throw new InvalidArgumentError('a configuration is an object { alias: { cache, …options } }', { option: 'config' })
  if (!Object.hasOwn(config, 'default')) {
    throw new InvalidArgumentError("a configuration needs the alias 'default'", { option: 'config' })
  }
  return new Map(Object.entries(config).map(([alias, one]) => [alias, checkAlias(alias, one)]))
}

function checkAlias(alias: string, config: AliasConfig): AliasConfig {
  if (typeof alias !== 'string' || alias === '') {
    throw new InvalidArgumentError('an alias must be text that is not empty', { option: 'alias' })
  }
  if (isPlainObject(config) && (typeof config.cache === 'string' || typeof config.cache === 'function'))
    return copy(config)
  throw new InvalidArgumentError(
    `the configuration of '${alias}' must be an object with 'cache', a class path or a class`,
    { option: 'config' },
  )
}

/** Plain objects and arrays are copied, deeply; classes, functions and instances are what they are. */
function copy<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copy) as T
  if (!isPlainObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, copy(one)])) as T
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
