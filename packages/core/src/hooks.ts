/** A command with plugins: `around` of each, outermost first; inside, every `pre` hook, the command, every `post` hook. */
import type { CommandName, CommandOptions } from './cache-commands.js'
import type { CacheState, Command } from './command.js'
import { describe } from './describe.js'
import { toSeconds } from './duration.js'
import { PluginError } from './errors.js'
import type { Flight } from './flight.js'
import type { HookedCache, Outcome, Plugin } from './plugin.js'
import { warn } from './runtime.js'

type AnyOutcome = Outcome<'get' | 'set'>
type AnyHook = (cache: HookedCache, args: readonly unknown[], outcome?: AnyOutcome) => unknown

export async function runHooked<First, Second, Options extends CommandOptions, Result>(
  state: CacheState,
  command: Command<First, Second, Options, Result>,
  first: First,
  second: Second,
  options: Options | undefined,
  flight: Flight<First, Second, Options, Result>,
): Promise<Result> {
  const { cache, clock, plugins } = state
  const name = command.hooks as CommandName
  // What was collected is the library's own copy, and not even a hook may change what the command is about.
  if (command.collect !== undefined) Object.freeze(first)
  const args = Object.freeze(command.args(first, second, options))
  flight.onFailure = (error) => tellPlugins(state, name, args, error)
  let ran = false

  const inner = async (): Promise<unknown> => {
    const startMs = clock.now()
    await callHooks(plugins, hookName('pre', name), false, cache, args)
    // The caller is gone: nothing may be written in its name any more.
    if (flight.settled) return undefined
    flight.sent = true
    const answer = await command.call(state, first, second, options)
    const ret = command.finish(state, answer as never, first, second, options)
    ran = true
    if (flight.settled) return ret
    const hits = command.hits?.(answer as never)
    const outcome = Object.freeze({ ret, took: toSeconds(clock.now() - startMs), hits })
    await callHooks(plugins, hookName('post', name), true, cache, args, outcome)
    return ret
  }

  let next = inner
  for (const plugin of [...plugins].reverse()) {
    if (plugin.around !== undefined) next = surround(plugin, name, state, args, next, () => ran)
  }
  return (await next()) as Result
}

/** Tells the plugins that the cache did not have before. */
export function attachPlugins(cache: HookedCache, plugins: readonly Plugin[], before: readonly Plugin[]): void {
  for (const plugin of plugins) if (!before.includes(plugin)) plugin.attach?.(cache)
}

/** `onError` of every plugin. The failure is the caller's: what a plugin makes of it must neither hide nor delay it. */
export function tellPlugins(
  { cache, plugins }: CacheState,
  name: CommandName | undefined,
  args: readonly unknown[],
  error: unknown,
): void {
  if (name === undefined) return
  for (const plugin of plugins) {
    if (plugin.onError === undefined) continue
    try {
      Promise.resolve(plugin.onError(cache, name, args, error)).catch((thrown) => warnOf(plugin, thrown))
    } catch (thrown) {
      warnOf(plugin, thrown)
    }
  }
}

async function callHooks(
  plugins: readonly Plugin[],
  hook: string,
  commandRan: boolean,
  cache: HookedCache,
  args: readonly unknown[],
  outcome?: AnyOutcome,
): Promise<void> {
  for (const plugin of plugins) {
    const method = plugin[hook as keyof Plugin] as AnyHook | undefined
    if (method === undefined) continue
    try {
      await method.call(plugin, cache, args, outcome)
    } catch (cause) {
      throw pluginError(plugin, hook, commandRan, cause)
    }
  }
}

/** `plugin.around` about `next`, keeping apart what it throws itself and what it lets through from inside. */
function surround(
  plugin: Plugin,
  name: CommandName,
  { cache }: CacheState,
  args: readonly unknown[],
  next: () => Promise<unknown>,
  commandRan: () => boolean,
): () => Promise<unknown> {
  return async () => {
    let called = false
    let inside: { thrown: unknown } | undefined
    const once = async (): Promise<unknown> => {
      if (called) throw new Error('next() was called twice')
      called = true
      try {
        return await next()
      } catch (thrown) {
        inside = { thrown }
        throw thrown
      }
    }
    try {
      const result = await plugin.around?.(cache, name, args, once)
      if (!called) throw new Error('next() was not called')
      return result
    } catch (thrown) {
      throw inside !== undefined && inside.thrown === thrown
        ? thrown
        : pluginError(plugin, 'around', commandRan(), thrown)
    }
  }
}

function pluginError(plugin: object, hook: string, commandRan: boolean, cause: unknown): PluginError {
  const plugged = nameOf(plugin)
  const when = commandRan ? 'after the command had run' : 'before the command ran'
  return new PluginError(`${plugged}.${hook} failed ${when}: ${describe(cause)}`, {
    plugin: plugged,
    hook,
    commandRan,
    cause,
  })
}

function warnOf(plugin: object, thrown: unknown): void {
  warn(`${nameOf(plugin)}.onError failed: ${describe(thrown)}`, 'PYCACHED_PLUGIN')
}

/** The name of a plugin's class; an object without a prototype has none. */
function nameOf(plugin: object): string {
  return plugin.constructor?.name ?? 'Object'
}

function hookName(when: 'pre' | 'post', name: CommandName): string {
  return when + name.charAt(0).toUpperCase() + name.slice(1)
}
