/** What every cache is: the commands over one pipeline, whatever the backend. Each is documented at `CacheCommands`. */
import type { Backend } from './backend.js'
import type { CommandOptions, GetOptions, ReadOptions, WriteOptions } from './cache-commands.js'
import { closeState } from './close.js'
import type { CacheState } from './command.js'
import * as commands from './commands.js'
import { Deadlines } from './deadline.js'
import { type Duration, toSeconds } from './duration.js'
import { attachPlugins } from './hooks.js'
import { type KeyBuilder, KeySpace } from './key.js'
import {
  CACHE_OPTIONS,
  type CacheOptions,
  type Component,
  checkBoolean,
  checkOptions,
  type OptionParsers,
  resolveOptions,
  resolvePlugins,
} from './options.js'
import { run, runGet } from './pipeline.js'
import type { HookedCache, Plugin } from './plugin.js'
import type { Serializer } from './serializer.js'

/** Recognises caches of every installed copy. */
const BRAND = Symbol.for('pycached.cache')

export interface UrlHost {
  readonly host: string
  readonly port: number | undefined
}

/** The URL's parts that say where the store is, percent-decoded. */
export interface UrlAddress {
  readonly scheme: string
  readonly host: string | undefined
  readonly port: number | undefined
  /** All hosts of `scheme://a:1,b:2`, the first one included; one at most unless the class has {@link CacheClass.severalHosts}. */
  readonly hosts: readonly UrlHost[]
  /** Without the leading slash; `''` where there is none. */
  readonly path: string
  readonly username: string | undefined
  readonly password: string | undefined
}

export abstract class BaseCache implements HookedCache {
  /** The options that the class knows; a subclass adds its own: `{ ...BaseCache.options, port: parseOption.number }`. */
  static readonly options: OptionParsers = CACHE_OPTIONS
  /** @internal Not enumerable, so that printing a cache shows its options and not its insides. */
  declare readonly _state: CacheState
  /** The store below: primitives on complete keys and stored values, without namespace, serializer, plugins and deadline. */
  readonly backend: Backend
  readonly serializer: Serializer
  readonly namespace: string | undefined
  readonly keyBuilder: KeyBuilder | undefined
  /** The deadline of each command in seconds; `undefined` if there is none. */
  readonly timeout: number | undefined
  /** How long values live unless a command says otherwise, in seconds; `undefined` means that they never expire. */
  readonly ttl: number | undefined

  static {
    Object.defineProperty(this.prototype, BRAND, { value: true })
  }

  /** `options` are all that the user gave, the subclass's own included: unknown ones throw `InvalidArgumentError`. */
  protected constructor(backend: Backend, options: CacheOptions, defaultSerializer: () => Serializer) {
    checkOptions(options, Object.keys(new.target.options), new.target.name)
    const resolved = resolveOptions(options, defaultSerializer)
    const { serializer, plugins, namespace, keyBuilder, timeoutMs, ttlMs, enabled, clock } = resolved
    this.backend = backend
    this.serializer = serializer
    this.namespace = namespace
    this.keyBuilder = keyBuilder
    this.timeout = timeoutMs === undefined ? undefined : toSeconds(timeoutMs)
    this.ttl = ttlMs === undefined ? undefined : toSeconds(ttlMs)
    const state: CacheState = {
      cache: this,
      backend,
      keys: new KeySpace(backend, namespace, keyBuilder),
      serializer,
      timeoutMs,
      ttlMs,
      clock,
      deadlines: new Deadlines(clock),
      plugins,
      enabled,
      closed: false,
      closing: undefined,
      inFlight: 0,
      onDrained: undefined,
      plainIntegers: undefined,
    }
    Object.defineProperty(this, '_state', { value: state })
    attachPlugins(this, plugins, [])
  }

  add(key: string, value: unknown, options?: WriteOptions): Promise<true> {
    return run(this._state, commands.ADD, key, value, options)
  }

  get<T = unknown>(key: string, options?: GetOptions<undefined>): Promise<T | undefined>
  get<T = unknown, D = unknown>(key: string, options: GetOptions<D>): Promise<T | D>
  get(key: string, options?: GetOptions): Promise<unknown> {
    return options === undefined ? runGet(this._state, key) : run(this._state, commands.GET, key, undefined, options)
  }

  set(key: string, value: unknown, options?: WriteOptions): Promise<true> {
    return run(this._state, commands.SET, key, value, options)
  }

  multiGet<T = unknown>(keys: Iterable<string>, options?: ReadOptions): Promise<(T | undefined)[]> {
    return run(this._state, commands.MULTI_GET, keys as readonly string[], undefined, options) as Promise<
      (T | undefined)[]
    >
  }

  multiSet(pairs: Iterable<readonly [key: string, value: unknown]>, options?: WriteOptions): Promise<true> {
    return run(this._state, commands.MULTI_SET, pairs as readonly (readonly [string, unknown])[], undefined, options)
  }

  exists(key: string, options?: CommandOptions): Promise<boolean> {
    return run(this._state, commands.EXISTS, key, undefined, options)
  }

  increment(key: string, delta?: number, options?: CommandOptions): Promise<number> {
    return run(this._state, commands.INCREMENT, key, delta, options)
  }

  expire(key: string, ttl: Duration | null, options?: CommandOptions): Promise<boolean> {
    return run(this._state, commands.EXPIRE, key, ttl, options)
  }

  delete(key: string, options?: CommandOptions): Promise<number> {
    return run(this._state, commands.DELETE, key, undefined, options)
  }

  multiDelete(keys: Iterable<string>, options?: CommandOptions): Promise<number> {
    return run(this._state, commands.MULTI_DELETE, keys as readonly string[], undefined, options)
  }

  clear(options?: CommandOptions): Promise<true> {
    return run(this._state, commands.CLEAR, undefined, undefined, options)
  }

  raw(command: string, ...args: unknown[]): Promise<unknown> {
    return run(this._state, commands.RAW, command, args, undefined)
  }

  /** What a key is stored under, synchronously. Throws `InvalidArgumentError` for a key that no command would take. */
  buildKey(key: string, namespace?: string | null): string {
    return this._state.keys.build(key, namespace)
  }

  /**
   * Opens what the first command would open, for programs that want to fail at their start. Nothing happens where the store is open
   * already, has nothing to open, or while the cache is disabled. One round trip where there is a server, which has then answered.
   *
   * @throws `BackendError` with the reason as `cause`, `CacheTimeoutError` after `timeout`, `CacheClosedError`
   */
  connect(options?: Pick<CommandOptions, 'timeout' | 'signal'>): Promise<void> {
    return run(this._state, commands.CONNECT, undefined, undefined, options)
  }

  /**
   * Refuses further commands, waits for those in flight (no longer than the cache's `timeout` in all, 5 s where it has none), then frees
   * everything that the cache opened. Never rejects because a command did. Closing twice is closing once.
   *
   * @throws `BackendError`, `CacheTimeoutError` where the store cannot be closed
   */
  close(): Promise<void> {
    return closeState(this._state)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** Frozen; assign a new array to change it: `cache.plugins = [...cache.plugins, plugin]`. */
  get plugins(): readonly Plugin[] {
    return this._state.plugins
  }

  set plugins(plugins: Iterable<Component<Plugin>>) {
    const resolved = resolvePlugins(plugins)
    attachPlugins(this, resolved, this._state.plugins)
    this._state.plugins = resolved
  }

  /** `false`: every command answers without touching the store, and the program computes everything afresh. */
  get enabled(): boolean {
    return this._state.enabled
  }

  set enabled(enabled: boolean) {
    checkBoolean('enabled', enabled)
    this._state.enabled = enabled
  }
}

export function isCache(value: unknown): value is BaseCache {
  return typeof value === 'object' && value !== null && (value as { [BRAND]?: unknown })[BRAND] === true
}

export function isCacheClass(value: unknown): value is CacheClass {
  return typeof value === 'function' && isCache(value.prototype)
}

/** A cache's class, as `new Cache`, aliases and decorators take it. */
export interface CacheClass<C extends BaseCache = BaseCache> {
  new (options?: never): C
  readonly name: string
  readonly options: OptionParsers
  /** The options that a URL's address stands for; a class without it takes URLs such as `scheme:` or `scheme://?ttl=10s` only. */
  addressOptions?(address: UrlAddress): object
  /** Whether a URL may name several hosts: `acme://a:1,b:2`. Others are refused. */
  readonly severalHosts?: boolean
}
