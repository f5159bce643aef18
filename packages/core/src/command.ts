/** What the pipeline knows of a cache and of a command. Types only. */
import type { Backend } from './backend.js'
import type { CommandName, CommandOptions } from './cache-commands.js'
import type { Clock } from './clock.js'
import type { Deadlines } from './deadline.js'
import type { KeySpace } from './key.js'
import type { HookedCache, Plugin } from './plugin.js'
import type { Serializer } from './serializer.js'

/** What a cache is made of, as the commands see it. */
export interface CacheState {
  /** The cache itself, as hooks get it. */
  readonly cache: HookedCache
  readonly backend: Backend
  readonly keys: KeySpace
  readonly serializer: Serializer
  readonly timeoutMs: number | undefined
  readonly ttlMs: number | undefined
  readonly clock: Clock
  readonly deadlines: Deadlines
  plugins: readonly Plugin[]
  enabled: boolean
  closed: boolean
  /** What `close` returns, once it was called. */
  closing: Promise<void> | undefined
  /** Commands whose answer has not come yet. */
  inFlight: number
  /** Set while `close` waits for {@link inFlight} to become 0. */
  onDrained: (() => void) | undefined
  /** Whether the serializer writes integers as stores count them; found out by the first `increment`. */
  plainIntegers: boolean | undefined
}

/** One row of the table in `commands.ts`, or an internal command of a lock. */
export interface Command<First, Second, Options extends CommandOptions, Result> {
  /** What it is called in messages; for public commands the method's name. */
  readonly name: string
  /** The public command whose hooks run; absent for internal ones, which run none. */
  readonly hooks: CommandName | undefined
  /** Whether the first argument is the key that errors are about. */
  readonly keyed: boolean
  /** Whether it may change the store. */
  readonly writes: boolean
  /** The names that its options may have. */
  readonly options: readonly string[]
  /** For commands over an iterable: reads it once, so that hooks, store and errors see the same. */
  readonly collect: ((first: First) => First) | undefined
  /** What the caller gets while the cache is disabled. */
  disabled(first: First, second: Second, options: Options | undefined): Result
  /** Builds keys, serializes, calls the backend; what the backend answers. */
  call(state: CacheState, first: First, second: Second, options: Options | undefined): unknown
  /** What the caller gets for the backend's answer. */
  finish(state: CacheState, answer: never, first: First, second: Second, options: Options | undefined): Result
  /** How many of the keys asked for the backend's answer has; for commands that read. */
  readonly hits: ((answer: never) => number) | undefined
  /** The call's arguments as hooks see them. */
  args(first: First, second: Second, options: Options | undefined): readonly unknown[]
}
