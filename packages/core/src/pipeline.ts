/**
 * The one path that every command takes: options → closed? → enabled? → deadline → `pre` hooks → the command's own step (key,
 * dumps, backend) → its answer (loads) → `post` hooks. Failures are mapped to our errors, and `onError` is told.
 *
 * Without plugins, a backend that answers at once costs one promise: no timer, no closure, no clock read, no object.
 */
import { checkSignal } from './abort.js'
import type { CommandOptions, ReadOptions, WriteOptions } from './cache-commands.js'
import { decode } from './codec.js'
import type { CacheState, Command } from './command.js'
import { GET } from './commands.js'
import { toTimeoutMs } from './duration.js'
import { CacheClosedError } from './errors.js'
import { Flight, toOurError } from './flight.js'
import { runHooked, tellPlugins } from './hooks.js'
import { checkFunction, checkOptions } from './options.js'

export function run<First, Second, Options extends CommandOptions, Result>(
  state: CacheState,
  command: Command<First, Second, Options, Result>,
  subject: First,
  second: Second,
  options: Options | undefined,
): Promise<Result> {
  let first = subject
  try {
    if (command.collect !== undefined) first = command.collect(subject)
    if (options !== undefined) checkCallOptions(state, command, options)
    if (state.closed) throw closedError(command)
    if (!state.enabled) return Promise.resolve(command.disabled(first, second, options))
    if (options?.signal?.aborted === true) {
      return refuse(state, command, first, second, options, options.signal.reason)
    }
    if (command.hooks !== undefined && state.plugins.length > 0) {
      return runWithHooks(state, command, first, second, options)
    }
    const answer = command.call(state, first, second, options)
    if (answer instanceof Promise) return waitFor(answer, state, command, first, second, options)
    return Promise.resolve(command.finish(state, answer as never, first, second, options))
  } catch (error) {
    return refuse(state, command, first, second, options, toOurError(error, command, first))
  }
}

/**
 * {@link run} for what programs do most: a `get` of nothing but a key, of a cache without plugins. The steps are the same ones, and here
 * the compiler sees whose they are. With them looked up in a table a hit in memory takes a sixth longer.
 */
export function runGet(state: CacheState, key: string): Promise<unknown> {
  if (state.closed || !state.enabled || state.plugins.length > 0) return run(state, GET, key, undefined, undefined)
  try {
    const { own } = state.keys
    const stored = own.store.get(own.keyOf(key), state.serializer.encoding)
    if (stored instanceof Promise) return waitFor(stored, state, GET, key, undefined, undefined)
    return Promise.resolve(stored === undefined ? undefined : decode(state.serializer, key, stored, undefined))
  } catch (error) {
    return refuse(state, GET, key, undefined, undefined, toOurError(error, GET, key))
  }
}

/**
 * The answer of a backend that does not answer at once. A function of its own, as the next one is: what these closures hold would be
 * an object of every call that is made where they stand.
 */
function waitFor<First, Second, Options extends CommandOptions, Result>(
  answer: Promise<unknown>,
  state: CacheState,
  command: Command<First, Second, Options, Result>,
  first: First,
  second: Second,
  options: Options | undefined,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const flight = new Flight(state, command, first, second, options, resolve, reject)
    flight.sent = true
    answer.then(
      (stored) => flight.answer(stored),
      (error) => flight.fail(error),
    )
  })
}

function runWithHooks<First, Second, Options extends CommandOptions, Result>(
  state: CacheState,
  command: Command<First, Second, Options, Result>,
  first: First,
  second: Second,
  options: Options | undefined,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const flight = new Flight(state, command, first, second, options, resolve, reject)
    runHooked(state, command, first, second, options, flight).then(
      (result) => flight.succeed(result),
      (error) => flight.fail(error),
    )
  })
}

/** For failures before anything was in flight. */
function refuse<First, Second, Options extends CommandOptions, Result>(
  state: CacheState,
  command: Command<First, Second, Options, Result>,
  first: First,
  second: Second,
  options: Options | undefined,
  error: unknown,
): Promise<never> {
  if (state.plugins.length > 0) {
    tellPlugins(state, command.hooks, Object.freeze(command.args(first, second, options)), error)
  }
  return Promise.reject(error)
}

function closedError(command: { readonly name: string }): CacheClosedError {
  return new CacheClosedError(`${command.name} was called on a closed cache: make a new one`)
}

function checkCallOptions<First, Second, Options extends CommandOptions, Result>(
  state: CacheState,
  command: Command<First, Second, Options, Result>,
  options: Options,
): void {
  let names = 0
  for (const name in options) {
    if (command.options.includes(name)) names++
    else checkOptions(options, command.options, command.name)
  }
  // No options at all, or something that is not made of options.
  if (names === 0) checkOptions(options, command.options, command.name)
  toTimeoutMs(options.timeout, state.timeoutMs)
  checkSignal(options.signal)
  checkFunctions(options)
}

/** Here, and not where they are called: a miss calls none. */
function checkFunctions({ loadsFn, dumpsFn }: ReadOptions & WriteOptions): void {
  checkFunction('loadsFn', loadsFn)
  checkFunction('dumpsFn', dumpsFn)
}
