/** The signal of one holder of a lock, with the timer that looks after its lease. Made for those who ask for the signal only. */
import type { Clock } from '../clock.js'
import type { CacheState } from '../command.js'
import { Deadlines, Waiting } from '../deadline.js'

/** One timer for all guards of a cache. */
const timers = new WeakMap<CacheState, Deadlines>()

export class LeaseGuard extends Waiting {
  readonly #controller = new AbortController()
  readonly #deadlines: Deadlines
  readonly #onDue: () => void

  /** `onDue` is called when a {@link wait} is over. */
  constructor(state: CacheState, onDue: () => void) {
    super()
    let deadlines = timers.get(state)
    if (deadlines === undefined) {
      deadlines = new Deadlines(quiet(state.clock))
      timers.set(state, deadlines)
    }
    this.#deadlines = deadlines
    this.#onDue = onDue
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Instead of the wait before. */
  wait(lengthMs: number): void {
    this.stop()
    this.#deadlines.add(this, Math.max(1, Math.ceil(lengthMs)))
  }

  stop(): void {
    this.#deadlines.remove(this)
  }

  abort(reason: unknown): void {
    this.stop()
    this.#controller.abort(reason)
  }

  expire(): void {
    this.#onDue()
  }
}

/** The same time, whose calls keep no process alive: who holds a lock has work of its own, and who forgot to release it has none. */
function quiet(clock: Clock): Clock {
  return {
    now: () => clock.now(),
    schedule(callback, delayMs) {
      const call = clock.schedule(callback, delayMs)
      return { cancel: () => call.cancel(), ref() {}, unref() {} }
    },
  }
}
