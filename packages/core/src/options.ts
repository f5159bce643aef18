/** Cache options → resolved and frozen, validated once, when a cache is made. */
import { type Clock, systemClock } from './clock.js'
import { describe, kindOf } from './describe.js'
import { type Duration, toTimeoutMs, toTtlMs } from './duration.js'
import { InvalidArgumentError } from './errors.js'
import { checkNamespace, type KeyBuilder } from './key.js'
import type { Plugin } from './plugin.js'
import { type Class, nearestOf, resolveClassPath } from './registry.js'
import { processOf } from './runtime.js'
import type { Serializer } from './serializer.js'

/** A class path or class, with the constructor options of what it makes beside it. Plain data where the class is a path. */
export interface ComponentConfig<T = object> {
  class: string | Class<T>
  [option: string]: unknown
}

/** A serializer or plugin: made already, or what to make it from. */
export type Component<T extends object> = T | Class<T> | string | ComponentConfig<T>

/** The constructor options of every cache. Each can be read back as a property of the cache. */
export interface CacheOptions {
  /** What turns values into what the store keeps. Default: the backend's own (memory: null, Redis: JSON). */
  serializer?: Component<Serializer> | undefined
  /** Called around every command, in this order. Default none. */
  plugins?: Iterable<Component<Plugin>> | undefined
  /** Put before every key, with a colon. Default none. */
  namespace?: string | null | undefined
  /** Replaces the rule `namespace:key`. */
  keyBuilder?: KeyBuilder | undefined
  /** The deadline of each command. Default 5 s; `0` and `null` disable it. */
  timeout?: Duration | null | undefined
  /** How long values live unless a command says otherwise. Default, and `null`: they never expire. */
  ttl?: Duration | null | undefined
  /** `false`: commands answer without touching the store. Default `true`; the environment's `CACHE_DISABLE=1` wins. */
  enabled?: boolean | undefined
  /** The time that deadlines and expiry go by, for tests. Default: the process's monotonic clock. */
  clock?: Clock | undefined
}

export interface ResolvedOptions {
  readonly serializer: Serializer
  readonly plugins: readonly Plugin[]
  readonly namespace: string | undefined
  readonly keyBuilder: KeyBuilder | undefined
  readonly timeoutMs: number | undefined
  readonly ttlMs: number | undefined
  readonly enabled: boolean
  readonly clock: Clock
}

/** Every option that a cache knows, with how its text in a URL's query is read; `null` where it cannot stand in a URL. */
export type OptionParsers = Readonly<Record<string, ((text: string, option: string) => unknown) | null>>

const DEFAULT_TIMEOUT_MS = 5000

export function resolveOptions(options: CacheOptions, defaultSerializer: () => Serializer): ResolvedOptions {
  const { serializer, plugins = [], namespace, keyBuilder, ttl, enabled = true, clock = systemClock } = options
  if (namespace !== undefined && namespace !== null) checkNamespace(namespace)
  checkFunction('keyBuilder', keyBuilder, ' (key, namespace) => string')
  checkBoolean('enabled', enabled)
  if (typeof clock?.now !== 'function' || typeof clock.schedule !== 'function') {
    throw invalid('clock', 'an object with now() and schedule(callback, delayMs)', clock)
  }
  return Object.freeze({
    serializer: serializer === undefined ? defaultSerializer() : resolveSerializer(serializer),
    plugins: resolvePlugins(plugins),
    namespace: namespace ?? undefined,
    keyBuilder,
    timeoutMs: timeoutMsOf(options),
    ttlMs: toTtlMs(ttl, undefined),
    enabled: enabled && processOf()?.env?.CACHE_DISABLE !== '1',
    clock,
  })
}

/** The deadline of commands in milliseconds, `undefined` where they have none: for stores that wait for something themselves. */
export function timeoutMsOf({ timeout }: Pick<CacheOptions, 'timeout'>): number | undefined {
  return toTimeoutMs(timeout, DEFAULT_TIMEOUT_MS)
}

/** Throws `InvalidArgumentError`: text such as `'false'` would count as true. */
export function checkBoolean(option: string, value: unknown): asserts value is boolean {
  if (typeof value !== 'boolean') throw invalid(option, 'true or false', value)
}

/** Throws `InvalidArgumentError` unless the option is a function or was not given. */
export function checkFunction(option: string, value: unknown, signature = ''): void {
  if (value !== undefined && typeof value !== 'function') throw invalid(option, `a function${signature}`, value)
}

export function resolveSerializer(component: Component<Serializer>): Serializer {
  const serializer = resolveComponent(component, 'serializer')
  const { dumps, loads, encoding } = serializer as Partial<Serializer>
  if (typeof dumps !== 'function' || typeof loads !== 'function' || (encoding !== null && encoding !== 'utf-8')) {
    throw invalid('serializer', "an object with dumps(value), loads(stored) and encoding ('utf-8' or null)", serializer)
  }
  return serializer
}

export function resolvePlugins(components: Iterable<Component<Plugin>>): readonly Plugin[] {
  if (typeof components === 'string' || typeof components?.[Symbol.iterator] !== 'function') {
    throw invalid('plugins', 'an array of plugins', components)
  }
  return Object.freeze(Array.from(components, resolvePlugin))
}

function resolvePlugin(component: Component<Plugin>): Plugin {
  const plugin = resolveComponent(component, 'plugins')
  // A plugin's hooks are all optional, but data alone is none: most likely a mistyped `{ class }`.
  const isPlain = Object.getPrototypeOf(plugin) === Object.prototype && Object.keys(plugin).length > 0
  const hasHooks = Object.values(plugin).some((hook) => typeof hook === 'function')
  if (!Array.isArray(plugin) && (!isPlain || hasHooks)) return plugin
  throw invalid('plugins', 'an array of plugins (instances, classes, class paths, { class, …its options })', component)
}

/** Throws `InvalidArgumentError` naming the known options, unless `options` is an object that has only such. For every `owner` of options. */
export function checkOptions(options: object, known: readonly string[], owner: string): void {
  if (!isRecord(options)) throw invalid(`the options of ${owner}`, 'an object', options)
  for (const name in options) {
    if (!known.includes(name)) throw unknownOption(name, known, owner)
  }
}

/** Throws `InvalidArgumentError` for what {@link checkOptions} would not take for options at all. */
export function checkRecord(options: unknown, what: string): asserts options is object {
  if (!isRecord(options)) throw invalid(what, 'an object', options)
}

/** No array and no Map: nobody would look at what is in them. */
function isRecord(options: unknown): options is object {
  return typeof options === 'object' && options !== null && !Array.isArray(options) && !(options instanceof Map)
}

export function unknownOption(name: string, known: readonly string[], owner: string): InvalidArgumentError {
  const nearest = nearestOf(name, known)
  const hint = nearest === undefined ? 'it' : `did you mean ${nearest}? It`
  const knows = known.length === 0 ? 'takes none' : `knows ${known.join(', ')}`
  return new InvalidArgumentError(`${owner} has no option '${name}': ${hint} ${knows}`, { option: name })
}

/** Readers of an option's text in a URL's query. */
export const parseOption = {
  text: (text: string) => text,
  list: (text: string) => text.split(',').filter((item) => item !== ''),
  number: (text: string, option: string): number => {
    const number = Number(text)
    if (text.trim() === '' || Number.isNaN(number)) throw invalid(option, 'a number', text)
    return number
  },
  boolean: (text: string, option: string): boolean => {
    if (text === 'true' || text === '1') return true
    if (text === 'false' || text === '0') return false
    throw invalid(option, 'true, false, 1 or 0', text)
  },
  /** A number of seconds, or text with its unit, whose syntax the option's owner checks. */
  duration: (text: string): Duration =>
    text.trim() === '' || Number.isNaN(Number(text)) ? (text as Duration) : Number(text),
}

/** The options of every cache. A backend's class adds its own to them. */
export const CACHE_OPTIONS: OptionParsers = Object.freeze({
  serializer: parseOption.text,
  plugins: parseOption.list,
  namespace: parseOption.text,
  keyBuilder: null,
  timeout: parseOption.duration,
  ttl: parseOption.duration,
  enabled: parseOption.boolean,
  clock: null,
})

function resolveComponent<T extends object>(component: Component<T>, option: string): T {
  if (typeof component === 'string')
    return make<T>(resolveClassPath(component, option) as Class<T>, undefined, component, option)
  if (typeof component === 'function') return make(component, undefined, component.name, option)
  if (typeof component !== 'object' || component === null) {
    throw invalid(option, 'an instance, a class, a class path, or { class, …its options }', component)
  }
  if (!isComponentConfig<T>(component)) return component
  const { class: target, ...own } = component
  const resolved = typeof target === 'string' ? (resolveClassPath(target, option) as Class<T>) : target
  return make(
    resolved,
    Object.keys(own).length === 0 ? undefined : own,
    typeof target === 'string' ? target : target.name,
    option,
  )
}

function isComponentConfig<T extends object>(component: T | ComponentConfig<T>): component is ComponentConfig<T> {
  const { class: target } = component as { class?: unknown }
  return typeof target === 'string' || typeof target === 'function'
}

function make<T>(target: Class<T>, own: object | undefined, name: string, option: string): T {
  try {
    return own === undefined ? new target() : new target(own as never)
  } catch (cause) {
    if (cause instanceof InvalidArgumentError) throw cause
    throw new InvalidArgumentError(`cannot make ${name} with the options given: ${describe(cause)}`, { option, cause })
  }
}

function invalid(option: string, expected: string, got: unknown): InvalidArgumentError {
  const shown = typeof got === 'string' ? `'${got}'` : kindOf(got)
  return new InvalidArgumentError(`${option} must be ${expected}; got ${shown}`, { option })
}
