/** `TimingPlugin`: how long commands take. */
import { BasePlugin, type CommandName, checkOptions, type HookedCache } from '@pycached/core'

/**
 * Figures since the cache got the plugin, for each command four: `getTotal` is how often it ran, `getAvg`, `getMin` and `getMax` are
 * seconds. All are 0 while the command has not run.
 */
export type Profiling = { readonly [Figure in `${CommandName}${'Total' | 'Avg' | 'Min' | 'Max'}`]: number }

interface Figures {
  total: number
  sum: number
  min: number
  max: number
}

type Took = { readonly took: number }

const COMMANDS = [
  'add',
  'get',
  'set',
  'multiGet',
  'multiSet',
  'exists',
  'increment',
  'expire',
  'delete',
  'multiDelete',
  'clear',
  'raw',
] as const satisfies readonly CommandName[]

/**
 * Gives its cache `cache.profiling`, a snapshot each time. Mirrors the Python library's `TimingPlugin`.
 *
 * Every cache has figures of its own, also where caches share one plugin. A command's time is that of hooks before it, serializer and
 * store; commands that fail do not count.
 */
export class TimingPlugin extends BasePlugin {
  /** @internal */
  readonly _figures = new WeakMap<HookedCache, Map<CommandName, Figures>>()

  /** There are no options: any is refused. */
  constructor(options: Record<string, never> = {}) {
    super()
    checkOptions(options, [], 'TimingPlugin')
  }

  override attach(cache: HookedCache): void {
    const figures = this._figures.get(cache) ?? new Map(COMMANDS.map((name) => [name, noFigures()]))
    this._figures.set(cache, figures)
    Object.defineProperty(cache, 'profiling', { get: () => snapshotOf(figures), configurable: true })
  }

  override postAdd(cache: HookedCache, _args: unknown, { took }: Took): void {
    this._record(cache, 'add', took)
  }

  override postGet(cache: HookedCache, _args: unknown, { took }: Took): void {
    this._record(cache, 'get', took)
  }

  override postSet(cache: HookedCache, _args: unknown, { took }: Took): void {
    this._record(cache, 'set', took)
  }

  override postMultiGet(cache: HookedCache, _args: unknown, { took }: Took): void {
    this._record(cache, 'multiGet', took)
  }

  override postMultiSet(cache: HookedCache, _args: unknown, { took }: Took): void {
    this._record(cache, 'multiSet', took)
  }

  override postExists(cache: HookedCache, _args: unknown, { took }: Took): void {
    this._record(cache, 'exists', took)
  }

  override postIncrement(cache: HookedCache, _args: unknown, { took }: Took): void {
    this._record(cache, 'increment', took)
  }

  override postExpire(cache: HookedCache, _args: unknown, { took }: Took): void {
    this._record(cache, 'expire', took)
  }

  override postDelete(cache: HookedCache, _args: unknown, { took }: Took): void {
    this._record(cache, 'delete', took)
  }

  override postMultiDelete(cache: HookedCache, _args: unknown, { took }: Took): void {
    this._record(cache, 'multiDelete', took)
  }

  override postClear(cache: HookedCache, _args: unknown, { took }: Took): void {
    this._record(cache, 'clear', took)
  }

  override postRaw(cache: HookedCache, _args: unknown, { took }: Took): void {
    this._record(cache, 'raw', took)
  }

  /** @internal */
  _record(cache: HookedCache, command: CommandName, took: number): void {
    const figures = this._figures.get(cache)?.get(command)
    if (figures === undefined) return
    figures.min = figures.total === 0 ? took : Math.min(figures.min, took)
    figures.max = Math.max(figures.max, took)
    figures.total++
    figures.sum += took
  }
}

function noFigures(): Figures {
  return { total: 0, sum: 0, min: 0, max: 0 }
}

function snapshotOf(figures: ReadonlyMap<CommandName, Figures>): Profiling {
  const entries = [...figures].flatMap(([name, { total, sum, min, max }]) => [
    [`${name}Total`, total],
    [`${name}Avg`, total === 0 ? 0 : sum / total],
    [`${name}Min`, min],
    [`${name}Max`, max],
  ])
  return Object.fromEntries(entries) as Profiling
}
