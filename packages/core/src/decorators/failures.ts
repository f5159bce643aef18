/**
 * What a decorated function does when its cache fails: it says so, and goes on without it. A burst of failures alike is told once per
 * interval: with a store that is down, every call fails.
 */
import type { Clock } from '../clock.js'
import { describe } from '../describe.js'
import { type Duration, toMs } from '../duration.js'
import { DeserializationError, isPycachedError, PluginError, SerializationError } from '../errors.js'
import { checkFunction } from '../options.js'
import { warn } from '../runtime.js'

/** What {@link OnError} is told beside the error. */
export interface FailureDetails {
  /** The key concerned, as the cache's commands take it; for several keys at once the first. */
  readonly key: string
  /** How many failures with the error's `code` went untold since the last one that was told. */
  readonly suppressed: number
}

/**
 * Told when the cache failed and the function ran without it; at most once for each call, and for errors of one `code` once per
 * `errorInterval`. What it throws or rejects with is reported as a process warning.
 */
export type OnError = (error: unknown, details: FailureDetails) => void | Promise<void>

type Tell = (error: unknown, details: FailureDetails) => void

/** `clock` is the cache's. */
export type Report = (error: unknown, key: string, clock: Clock) => void

/** The options that say how failures are told. */
export interface FailureOptions {
  /** Told when the cache failed and the function ran without it. Default: a process warning, without the value. */
  onError?: OnError | undefined
  /**
   * After a failure was told, those with its `code` are counted and not told for so long; the next one is told with their number.
   * Default `'10s'`; `null`: every failure is told.
   */
  errorInterval?: Duration | null | undefined
}

export const FAILURE_OPTIONS = ['onError', 'errorInterval']
const DEFAULT_INTERVAL = '10s'

/**
 * One for each decorator.
 *
 * @throws `InvalidArgumentError`, `InvalidDurationError`
 */
export function reporter(owner: string, { onError, errorInterval = DEFAULT_INTERVAL }: FailureOptions): Report {
  checkFunction('onError', onError, ' (error, { key, suppressed })')
  const tell = onError === undefined ? warning(owner) : telling(owner, onError)
  if (errorInterval === null) return (error, key) => tell(error, { key, suppressed: 0 })
  const intervalMs = toMs(errorInterval, 'errorInterval')
  const bursts = new Map<string | undefined, Burst>()
  return (error, key, clock) => {
    const code = isPycachedError(error) ? error.code : undefined
    const nowMs = clock.now()
    const burst = bursts.get(code)
    // An alias may have got another cache, whose clock began at another time.
    if (burst?.clock === clock && nowMs < burst.endMs) {
      burst.suppressed++
      return
    }
    bursts.set(code, { clock, endMs: nowMs + intervalMs, suppressed: 0 })
    tell(error, { key, suppressed: burst?.suppressed ?? 0 })
  }
}

/** The failures of one code since one was told. */
interface Burst {
  readonly clock: Clock
  readonly endMs: number
  suppressed: number
}

function telling(owner: string, onError: OnError): Tell {
  return (error, details) => {
    const failed = (thrown: unknown) => warn(`onError of ${owner} failed: ${describe(thrown)}`)
    try {
      Promise.resolve(onError(error, details)).catch(failed)
    } catch (thrown) {
      failed(thrown)
    }
  }
}

/** A process warning, which never has the value. */
function warning(owner: string): Tell {
  return (error, { key, suppressed }) => {
    const { name, code } = isPycachedError(error) ? error : { name: 'an error', code: undefined }
    // What a serializer or a plugin says may contain the value.
    const quotesOthers = [SerializationError, DeserializationError, PluginError].some((kind) => error instanceof kind)
    const why = quotesOthers ? `${name}; onError is told the details` : `${name}: ${describe(error)}`
    const more = suppressed === 0 ? '' : `; ${suppressed} more such failures since the last warning`
    warn(`${owner} went on without the cache for ${JSON.stringify(key)} (${why})${more}`, code)
  }
}
