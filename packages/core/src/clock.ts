/** Time as the library sees it: monotonic, and injectable so that tests advance it. */

/** One pending call of {@link Clock.schedule}. */
export interface ScheduledCall {
  cancel(): void
  /** The pending call keeps the process alive (the default is that it does not). */
  ref(): void
  unref(): void
}

/** Every cache reads time and schedules work through its clock, and through nothing else. */
export interface Clock {
  /** Milliseconds since an arbitrary start, never going back: a jump of the wall clock changes nothing. */
  now(): number
  /** Calls `callback` once, `delayMs` from now at the earliest (longer delays than a timer holds may call early). */
  schedule(callback: () => void, delayMs: number): ScheduledCall
  /**
   * Optional: calls `callback` once, before the event loop waits for anything again. A cache may then use one reading of {@link now} for
   * several commands up to there.
   */
  afterTurn?(callback: () => void): void
}

/** The longest delay a timer takes, 24.8 days; beyond it a timer would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** Not in all runtimes. The event loop waits for nothing while there is an immediate: what it does before is the rest of its turn. */
const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => void }

/** The process's own time. */
export const systemClock: Clock = {
  now: () => performance.now(),
  ...(setImmediate !== undefined && { afterTurn: (callback: () => void) => setImmediate(callback) }),
  schedule(callback, delayMs) {
    // Runtimes other than Node return a number, which has nothing to ref.
    const timer = setTimeout(callback, Math.min(delayMs, MAX_TIMER_MS))
    const { ref, unref } = timer as Partial<Pick<ScheduledCall, 'ref' | 'unref'>>
    unref?.call(timer)
    return {
      cancel: () => clearTimeout(timer),
      ref: () => ref?.call(timer),
      unref: () => unref?.call(timer),
    }
  },
}
