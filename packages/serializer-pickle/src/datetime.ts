/**
 * `Date` ↔ the ten bytes in which Python's `datetime` pickles itself: year (2, big-endian), month, day, hour, minute, second,
 * microsecond (3, big-endian); the top bit of the month is `fold`. A `date` is the first four of them, a `time` the last six with `fold` on
 * the hour.
 */

/** How a naive datetime, one without a time zone, is understood: as UTC, or as the local time of this process. */
export type NaiveDates = 'utc' | 'local'

export const DATETIME_BYTES = 10
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const MS_PER_DAY = 86_400_000

/** The ten bytes of the UTC fields, or `undefined` for what Python cannot hold: an invalid date or one outside the years 1 to 9999. */
export function encodeDatetime(date: Date): Uint8Array | undefined {
  const year = date.getUTCFullYear()
  if (!(year >= 1 && year <= 9999)) return undefined
  const microsecond = date.getUTCMilliseconds() * 1000
  const bytes = new Uint8Array(DATETIME_BYTES)
  bytes[0] = year >> 8
  bytes[1] = year
  bytes[2] = date.getUTCMonth() + 1
  bytes[3] = date.getUTCDate()
  bytes[4] = date.getUTCHours()
  bytes[5] = date.getUTCMinutes()
  bytes[6] = date.getUTCSeconds()
  bytes[7] = microsecond >> 16
  bytes[8] = microsecond >> 8
  bytes[9] = microsecond
  return bytes
}

/**
 * The date, its microseconds cut to milliseconds, or `undefined` when the bytes name no point in time (30 February, hour 99).
 *
 * @param offsetUs of the time zone, in microseconds east of UTC; `undefined` for a naive one.
 */
export function decodeDatetime(bytes: Uint8Array, offsetUs: number | undefined, naive: NaiveDates): Date | undefined {
  if (bytes.length !== DATETIME_BYTES || !isDate(bytes) || !isTime(bytes, 4)) return undefined
  const year = yearOf(bytes)
  const month = (bytes[2] as number) & 0x7f
  const day = bytes[3] as number
  const hour = bytes[4] as number
  const minute = bytes[5] as number
  const second = bytes[6] as number
  const microsecond = microsecondOf(bytes, 7)
  if (offsetUs === undefined && naive === 'local') {
    const date = new Date(year, month - 1, day, hour, minute, second, Math.floor(microsecond / 1000))
    // The constructor takes the years 0 to 99 for 1900 to 1999.
    if (year < 100) date.setFullYear(year, month - 1, day)
    return date
  }
  const offsetMs = Math.floor((offsetUs ?? 0) / 1000)
  const restUs = (offsetUs ?? 0) - offsetMs * 1000
  const ofDay = ((hour * 60 + minute) * 60 + second) * 1000 + Math.floor((microsecond - restUs) / 1000)
  return new Date(daysSinceEpoch(year, month, day) * MS_PER_DAY + ofDay - offsetMs)
}

/** Whether the first four bytes name a day of the calendar in the years 1 to 9999. */
export function isDate(bytes: Uint8Array): boolean {
  const year = yearOf(bytes)
  const month = (bytes[2] as number) & 0x7f
  const day = bytes[3] as number
  if (!(year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1)) return false
  return day <= (DAYS[month - 1] as number) + (month === 2 && isLeapYear(year) ? 1 : 0)
}

/** Whether the six bytes from `at` on name a time of day. */
export function isTime(bytes: Uint8Array, at: number): boolean {
  const inRange = (bytes[at] as number) < 24 && (bytes[at + 1] as number) < 60 && (bytes[at + 2] as number) < 60
  return inRange && microsecondOf(bytes, at + 3) < 1_000_000
}

export function yearOf(bytes: Uint8Array): number {
  return ((bytes[0] as number) << 8) | (bytes[1] as number)
}

export function microsecondOf(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number)
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}

/** By the rule of the Gregorian calendar for all years, as both Python and JavaScript count. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  // Years that begin in March: the leap day is then the last of its year.
  const shifted = month > 2 ? year : year - 1
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}
