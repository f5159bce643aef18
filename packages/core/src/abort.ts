/**
 * Who wants to know that a signal aborts. Each signal has one listener of ours, however many wait: from the eleventh listener on, Node
 * warns of a leak, and a signal for a whole request meets more commands than that.
 */
import { kindOf } from './describe.js'
import { InvalidArgumentError } from './errors.js'

/** Those who wait for one signal. */
class Watch {
  readonly #signal: AbortSignal
  readonly #calls = new Set<() => void>()

  constructor(signal: AbortSignal) {
    this.#signal = signal
    signal.addEventListener('abort', this.#tellAll)
  }

  add(call: () => void): void {
    this.#calls.add(call)
  }

  remove(call: () => void): void {
    this.#calls.delete(call)
    if (this.#calls.size > 0 || !watches.delete(this.#signal)) return
    this.#signal.removeEventListener('abort', this.#tellAll)
  }

  readonly #tellAll = (): void => {
    for (const call of this.#calls) call()
  }
}

/** A signal without anybody who waits has no entry. */
const watches = new WeakMap<AbortSignal, Watch>()

/** Throws `InvalidArgumentError` for what is no signal, such as the controller of one. */
export function checkSignal(signal: unknown): void {
  if (signal === undefined || typeof (signal as AbortSignal | null)?.addEventListener === 'function') return
  throw new InvalidArgumentError(`signal must be an AbortSignal, got ${kindOf(signal)}`, { option: 'signal' })
}

/** `call`, which must not throw, is called when the signal aborts, unless {@link offAbort} came before. */
export function onAbort(signal: AbortSignal, call: () => void): void {
  let watch = watches.get(signal)
  if (watch === undefined) {
    watch = new Watch(signal)
    watches.set(signal, watch)
  }
  watch.add(call)
}

/** Nothing happens for a call that does not wait. */
export function offAbort(signal: AbortSignal, call: () => void): void {
  watches.get(signal)?.remove(call)
}
