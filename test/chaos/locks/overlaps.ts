/** When two had one lock at once, by the clock that all processes of a machine share. */

/** From the moment after a lock was taken to the last one in which its holder saw that it held it. */
export interface Held {
  readonly lock: number
  readonly beginMs: number
  readonly endMs: number
}

/** Milliseconds of a clock that is the same in all processes, and never set. */
export const commonNowMs = (): number => Number(process.hrtime.bigint()) / 1e6

/** How many began before one that had begun earlier had ended. */
export function overlaps(all: readonly Held[]): number {
  const latestEndMs = new Map<number, number>()
  let count = 0
  for (const { lock, beginMs, endMs } of all.toSorted((one, other) => one.beginMs - other.beginMs)) {
    const latest = latestEndMs.get(lock) ?? 0
    if (beginMs < latest) count++
    latestEndMs.set(lock, Math.max(latest, endMs))
  }
  return count
}
