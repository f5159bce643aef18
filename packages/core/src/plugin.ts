/** The contract of a hook: what plugins may do around every command. */
import type { Backend, MaybePromise } from './backend.js'
import type { CacheCommands, CommandArgs, CommandName, CommandResults } from './cache-commands.js'
import type { KeyBuilder } from './key.js'
import type { Serializer } from './serializer.js'

/**
 * The cache that a hook is called for: all that is public of `BaseCache`, so that a hook may name either type. A command called
 * on it runs its own hooks.
 */
export interface HookedCache extends CacheCommands, AsyncDisposable {
  readonly backend: Backend
  readonly serializer: Serializer
  readonly namespace: string | undefined
  readonly keyBuilder: KeyBuilder | undefined
  readonly timeout: number | undefined
  readonly ttl: number | undefined
  readonly plugins: readonly Plugin[]
  enabled: boolean
  buildKey(key: string, namespace?: string | null): string
  close(): Promise<void>
}

/** What a `post` hook gets: the command's result, and the time it took from before the first `pre` hook, in seconds. */
export interface Outcome<Name extends CommandName = CommandName> {
  readonly ret: CommandResults[Name]
  readonly took: number
  /** For `get` and `multiGet`: how many of the keys asked for were found. A `default` is no hit, a stored `null` is one. */
  readonly hits: Name extends 'get' | 'multiGet' ? number : undefined
}

type Args<Name extends CommandName> = Readonly<CommandArgs[Name]>

/**
 * Hooks, all optional, awaited in the order of the plugins and inside the command's timeout. `args` is the frozen array of the
 * call's arguments.
 *
 * A hook that throws fails the call with `PluginError`, which says whether the command had already run. Hooks do not run for
 * commands of a disabled or closed cache.
 */
export interface Plugin {
  /**
   * Called when a cache gets the plugin, before any of its commands. In the cache's constructor the fields of its subclass are not set
   * yet. What it throws is thrown there.
   */
  attach?(cache: HookedCache): void
  preAdd?(cache: HookedCache, args: Args<'add'>): MaybePromise<void>
  postAdd?(cache: HookedCache, args: Args<'add'>, outcome: Outcome<'add'>): MaybePromise<void>
  preGet?(cache: HookedCache, args: Args<'get'>): MaybePromise<void>
  postGet?(cache: HookedCache, args: Args<'get'>, outcome: Outcome<'get'>): MaybePromise<void>
  preSet?(cache: HookedCache, args: Args<'set'>): MaybePromise<void>
  postSet?(cache: HookedCache, args: Args<'set'>, outcome: Outcome<'set'>): MaybePromise<void>
  preMultiGet?(cache: HookedCache, args: Args<'multiGet'>): MaybePromise<void>
  postMultiGet?(cache: HookedCache, args: Args<'multiGet'>, outcome: Outcome<'multiGet'>): MaybePromise<void>
  preMultiSet?(cache: HookedCache, args: Args<'multiSet'>): MaybePromise<void>
  postMultiSet?(cache: HookedCache, args: Args<'multiSet'>, outcome: Outcome<'multiSet'>): MaybePromise<void>
  preExists?(cache: HookedCache, args: Args<'exists'>): MaybePromise<void>
  postExists?(cache: HookedCache, args: Args<'exists'>, outcome: Outcome<'exists'>): MaybePromise<void>
  preIncrement?(cache: HookedCache, args: Args<'increment'>): MaybePromise<void>
  postIncrement?(cache: HookedCache, args: Args<'increment'>, outcome: Outcome<'increment'>): MaybePromise<void>
  preExpire?(cache: HookedCache, args: Args<'expire'>): MaybePromise<void>
  postExpire?(cache: HookedCache, args: Args<'expire'>, outcome: Outcome<'expire'>): MaybePromise<void>
  preDelete?(cache: HookedCache, args: Args<'delete'>): MaybePromise<void>
  postDelete?(cache: HookedCache, args: Args<'delete'>, outcome: Outcome<'delete'>): MaybePromise<void>
  preMultiDelete?(cache: HookedCache, args: Args<'multiDelete'>): MaybePromise<void>
  postMultiDelete?(cache: HookedCache, args: Args<'multiDelete'>, outcome: Outcome<'multiDelete'>): MaybePromise<void>
  preClear?(cache: HookedCache, args: Args<'clear'>): MaybePromise<void>
  postClear?(cache: HookedCache, args: Args<'clear'>, outcome: Outcome<'clear'>): MaybePromise<void>
  preRaw?(cache: HookedCache, args: Args<'raw'>): MaybePromise<void>
  postRaw?(cache: HookedCache, args: Args<'raw'>, outcome: Outcome<'raw'>): MaybePromise<void>
  /** Told of every failure, timeouts and aborts included. What it throws or rejects with is reported as a process warning. */
  onError?(cache: HookedCache, command: CommandName, args: readonly unknown[], error: unknown): MaybePromise<void>
  /**
   * Surrounds hooks and command, for tracing: calls `next()` exactly once and returns what it resolves to. The first plugin's is the outermost.
   */
  around?(
    cache: HookedCache,
    command: CommandName,
    args: readonly unknown[],
    next: () => Promise<unknown>,
  ): Promise<unknown>
}

/** A base to extend. It has no behaviour of its own: what a plugin does not define costs nothing. */
export class BasePlugin {}
// Declared by merging, so that the hooks are types only: a plugin's instance has just those that it defines.
export interface BasePlugin extends Plugin {}
