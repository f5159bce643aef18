/** The format's own extension type, in its three lengths, ↔ milliseconds since 1970. */

export const TIMESTAMP = -1

/** The longest that {@link writeTimestamp} writes. */
export const TIMESTAMP_MAX_BYTES = 15

/** What a `Date` can hold, both ways from 1970. */
const MAX_TIME_MS = 8.64e15

/** Writes the whole extension, its type included, in the shortest form. The number of bytes. */
export function writeTimestamp(view: DataView, at: number, timeMs: number): number {
  const seconds = Math.floor(timeMs / 1000)
  const nanoseconds = (timeMs - seconds * 1000) * 1_000_000
  if (seconds < 0 || seconds >= 2 ** 34) {
    view.setUint8(at, 0xc7)
    view.setUint8(at + 1, 12)
    view.setInt8(at + 2, TIMESTAMP)
    view.setUint32(at + 3, nanoseconds)
    view.setBigInt64(at + 7, BigInt(seconds))
    return 15
  }
  if (nanoseconds === 0 && seconds < 2 ** 32) {
    view.setUint8(at, 0xd6)
    view.setInt8(at + 1, TIMESTAMP)
    view.setUint32(at + 2, seconds)
    return 6
  }
  view.setUint8(at, 0xd7)
  view.setInt8(at + 1, TIMESTAMP)
  view.setBigUint64(at + 2, (BigInt(nanoseconds) << 34n) | BigInt(seconds))
  return 10
}

/**
 * The time that the `length` bytes at `start` hold, without the digits finer than a millisecond, which no `Date` holds. `undefined`
 * if they are no timestamp, or one beyond every `Date`.
 */
export function readTimestamp(view: DataView, start: number, length: number): number | undefined {
  let seconds: number
  let nanoseconds = 0
  if (length === 4) seconds = view.getUint32(start)
  else if (length === 8) {
    nanoseconds = view.getUint32(start) >>> 2
    seconds = (view.getUint32(start) & 0x03) * 2 ** 32 + view.getUint32(start + 4)
  } else if (length === 12) {
    nanoseconds = view.getUint32(start)
    seconds = Number(view.getBigInt64(start + 4))
  } else return undefined
  const timeMs = seconds * 1000 + Math.floor(nanoseconds / 1_000_000)
  return nanoseconds > 999_999_999 || Math.abs(timeMs) > MAX_TIME_MS ? undefined : timeMs
}
