/** What the primitives know of stored values: integers, and when two are the same. */

/** Decimal as Redis reads it: no sign but a minus, no leading zeros, no spaces. */
const INTEGER = /^(?:0|-?[1-9]\d*)$/

/** The sum in the form of `value` (a number, a bigint, decimal text); `undefined` if `value` is no integer or the sum is not safe. */
export function addTo(value: unknown, delta: number): number | bigint | string | undefined {
  if (typeof value === 'number') {
    const sum = value + delta
    return Number.isSafeInteger(value) && Number.isSafeInteger(sum) ? sum : undefined
  }
  if (typeof value !== 'bigint' && !(typeof value === 'string' && INTEGER.test(value))) return undefined
  // Text may hold more digits than a number keeps, and still have a safe sum.
  const sum = BigInt(value) + BigInt(delta)
  if (!Number.isSafeInteger(Number(sum))) return undefined
  return typeof value === 'bigint' ? sum : String(sum)
}

/** Bytes by content, everything else by identity (which for text is its content). */
export function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true
  return ArrayBuffer.isView(one) && ArrayBuffer.isView(other) && areEqualBytes(bytesOf(one), bytesOf(other))
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
}

function areEqualBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index])
}
