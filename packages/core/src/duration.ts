/** Durations: what users write (seconds, or a string with its unit) → milliseconds. The only owner of units. */
import { describe } from './describe.js'
import { InvalidDurationError } from './errors.js'

const MS_PER_UNIT = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** `'250ms'`, `'10s'`, `'1.5m'`, `'2h'`, `'1d'`. */
export type DurationString = `${number}${keyof typeof MS_PER_UNIT}`

/** A number of **seconds**, fractions allowed, or a string with its unit. Resolution 1 ms, rounded up; at most 2^53 ms. */
export type Duration = number | DurationString

const PATTERN = /^(\d+(?:\.\d+)?|\.\d+)(ms|s|m|h|d)$/

/** Milliseconds, a positive integer. Throws `InvalidDurationError` naming `option` for anything that is no duration. */
export function toMs(duration: unknown, option: string): number {
  const exactMs = parse(duration)
  // Decimal fractions are not exact in binary (1.11 * 1000 is a hair above 1110): only a real remainder rounds up.
  const nearestMs = Math.round(exactMs)
  const ms = Math.abs(exactMs - nearestMs) <= exactMs * 2 ** -50 ? nearestMs : Math.ceil(exactMs)
  if (!(ms > 0) || ms > Number.MAX_SAFE_INTEGER) throw invalid(duration, option)
  return ms
}

/** As {@link toMs}, where `null` means "never" and `undefined` means `fallbackMs`; "never" comes back as `undefined`. */
export function toTtlMs(ttl: Duration | null | undefined, fallbackMs: number | undefined): number | undefined {
  if (ttl === undefined) return fallbackMs
  return ttl === null ? undefined : toMs(ttl, 'ttl')
}

/** As {@link toTtlMs} for time limits, where `0` disables as `null` does. */
export function toTimeoutMs(
  timeout: Duration | null | undefined,
  fallbackMs: number | undefined,
  option = 'timeout',
): number | undefined {
  if (timeout === undefined) return fallbackMs
  return timeout === null || timeout === 0 ? undefined : toMs(timeout, option)
}

/** What users read back: seconds. */
export function toSeconds(ms: number): number {
  return ms / 1000
}

/** The text that was read last: a program gives the same one again and again, and reading it costs more than storing a value. */
let lastText = ''
let lastMs = Number.NaN

function parse(duration: unknown): number {
  if (typeof duration === 'number') return duration * MS_PER_UNIT.s
  if (typeof duration !== 'string') return Number.NaN
  if (duration !== lastText) {
    const match = PATTERN.exec(duration)
    lastMs = match === null ? Number.NaN : Number(match[1]) * MS_PER_UNIT[match[2] as keyof typeof MS_PER_UNIT]
    lastText = duration
  }
  return lastMs
}

function invalid(duration: unknown, option: string): InvalidDurationError {
  const got = typeof duration === 'string' ? JSON.stringify(duration.slice(0, 40)) : describe(duration)
  return new InvalidDurationError(
    `${option} must be a positive number of seconds or a string such as '250ms', '10s', '5m', '2h' or '1d', at most 2^53 ms; got ${got}`,
    { option },
  )
}
