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
}

type PreHooks = {
  [Name in CommandName as `pre${Capitalize<Name>}`]?: (
    cache: HookedCache,
    args: Readonly<CommandArgs[Name]>,
  ) => MaybePromise<void>
}

type PostHooks = {
  [Name in CommandName as `post${Capitalize<Name>}`]?: (
    cache: HookedCache,
    args: Readonly<CommandArgs[Name]>,
    outcome: Outcome<Name>,
  ) => MaybePromise<void>
}

/**
 * Hooks, all optional, awaited in the order of the plugins and inside the command's timeout. `args` is the frozen array of the
 * call's arguments.
 *
 * A hook that throws fails the call with `PluginError`, which says whether the command had already run. Hooks do not run for
 * commands of a disabled or closed cache.
 */
export interface Plugin extends PreHooks, PostHooks {
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
