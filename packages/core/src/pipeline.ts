/**
 * The one path that every command takes: options → closed? → enabled? → deadline → `pre` hooks → the command's own step (key,
 * dumps, backend) → its answer (loads) → `post` hooks. Failures are mapped to our errors, and `onError` is told.
 *
 * Without plugins, a backend that answers at once costs one promise: no timer, no closure, no clock read, no object.
 */
import type { CommandOptions, ReadOptions, WriteOptions } from './cache-commands.js'
import type { CacheState, Command } from './command.js'
import { kindOf } from './describe.js'
import { toTimeoutMs } from './duration.js'
import { CacheClosedError, InvalidArgumentError } from './errors.js'
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
    let { timeoutMs } = state
    if (options !== undefined) {
      checkOptions(options, command.options, command.name)
      timeoutMs = toTimeoutMs(options.timeout, timeoutMs)
      checkSignal(options.signal)
      checkFunctions(options)
    }
    if (state.closed) throw new CacheClosedError(`${command.name} was called on a closed cache: make a new one`)
    if (!state.enabled) return Promise.resolve(command.disabled(first, second, options))
    if (options?.signal?.aborted === true) {
      return refuse(state, command, first, second, options, options.signal.reason)
    }

    if (command.hooks !== undefined && state.plugins.length > 0) {
      return new Promise((resolve, reject) => {
        const flight = new Flight(state, command, first, second, options, timeoutMs, resolve, reject)
        runHooked(state, command, first, second, options, flight).then(
          (result) => flight.succeed(result),
          (error) => flight.fail(error),
        )
      })
    }

    const answer = command.call(state, first, second, options)
    if (!(answer instanceof Promise)) {
      return Promise.resolve(command.finish(state, answer as never, first, second, options))
    }
    return new Promise((resolve, reject) => {
      const flight = new Flight(state, command, first, second, options, timeoutMs, resolve, reject)
      flight.sent = true
      answer.then(
        (stored) => flight.answer(stored),
        (error) => flight.fail(error),
      )
    })
  } catch (error) {
    return refuse(state, command, first, second, options, toOurError(error, command, first))
  }
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

function checkSignal(signal: unknown): void {
  if (signal === undefined || typeof (signal as AbortSignal | null)?.addEventListener === 'function') return
  throw new InvalidArgumentError(`signal must be an AbortSignal, got ${kindOf(signal)}`, { option: 'signal' })
}

/** Here, and not where they are called: a miss calls none. */
function checkFunctions({ loadsFn, dumpsFn }: ReadOptions & WriteOptions): void {
  checkFunction('loadsFn', loadsFn)
  checkFunction('dumpsFn', dumpsFn)
}
