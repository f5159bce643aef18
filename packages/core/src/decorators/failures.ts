/** What a decorated function does when its cache fails: it says so, once, and goes on without it. */
import { describe } from '../describe.js'
import { DeserializationError, isPycachedError, PluginError, SerializationError } from '../errors.js'
import { checkFunction } from '../options.js'
import { warn } from '../runtime.js'

/** What {@link OnError} is told beside the error. */
export interface FailureDetails {
  /** The key concerned, as the cache's commands take it; for several keys at once the first. */
  readonly key: string
}

/**
 * Told when the cache failed and the function ran without it; once for each call. What it throws or rejects with is reported as a
 * process warning.
 */
export type OnError = (error: unknown, details: FailureDetails) => void | Promise<void>

export type Report = (error: unknown, key: string) => void

/** Default: a process warning, which never has the value. */
export function reporter(owner: string, onError: OnError | undefined): Report {
  if (onError === undefined) return (error, key) => warnOf(owner, error, key)
  checkFunction('onError', onError, ' (error, { key })')
  return (error, key) => {
    const failed = (thrown: unknown) => warn(`onError of ${owner} failed: ${describe(thrown)}`)
    try {
      Promise.resolve(onError(error, { key })).catch(failed)
    } catch (thrown) {
      failed(thrown)
    }
  }
}

function warnOf(owner: string, error: unknown, key: string): void {
  const { name, code } = isPycachedError(error) ? error : { name: 'an error', code: undefined }
  // What a serializer or a plugin says may contain the value.
  const quotesOthers = [SerializationError, DeserializationError, PluginError].some((kind) => error instanceof kind)
  const why = quotesOthers ? `${name}; onError is told the details` : `${name}: ${describe(error)}`
  warn(`${owner} went on without the cache for ${JSON.stringify(key)} (${why})`, code)
}
