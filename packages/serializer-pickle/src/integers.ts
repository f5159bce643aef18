/**
 * Integers of any size ↔ the little-endian two's complement of pickle's LONG1 and LONG4.
 *
 * A `BigInt` must come back as one, also where a number could hold it, and Python must read the same `int`. So an integer in the safe
 * range is written as a number in the shortest form, as CPython does, and as a `BigInt` in LONG4 with eight bytes: valid, but one byte
 * longer than its value needs. CPython writes every integer in the shortest form and LONG4 only from 256 bytes on, so nothing that
 * Python wrote is mistaken for a `BigInt`.
 */
import { MAX_INTEGER_BYTES } from './limits.js'

/** Whether the last byte says no more than the sign of the one before: then one byte less would have done. */
export function hasRedundantByte(bytes: Uint8Array, start: number, end: number): boolean {
  if (end === start) return false
  const last = bytes[end - 1] as number
  if (end - start === 1) return last === 0
  const sign = (bytes[end - 2] as number) & 0x80
  return (last === 0 && sign === 0) || (last === 0xff && sign !== 0)
}

/** A number when safe, else a `BigInt`. No bytes at all are zero. */
export function decodeInteger(bytes: Uint8Array, start: number, end: number): number | bigint {
  const length = end - start
  if (length > 8) return narrow(decodeLong(bytes, start, end))
  let low = 0
  let high = 0
  for (let i = Math.min(length, 4) - 1; i >= 0; i--) low = low * 256 + (bytes[start + i] as number)
  for (let i = length - 1; i >= 4; i--) high = high * 256 + (bytes[start + i] as number)
  const negative = length > 0 && ((bytes[end - 1] as number) & 0x80) !== 0
  if (length <= 4) return negative ? low - 2 ** (8 * length) : low
  if (negative) high -= 2 ** (8 * (length - 4))
  const value = high * 0x1_0000_0000 + low
  return Number.isSafeInteger(value) ? value : (BigInt(high) << 32n) + BigInt(low)
}

/** `value` as a number when safe. */
export function narrow(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

function decodeLong(bytes: Uint8Array, start: number, end: number): bigint {
  return end - start <= WORDS_PAY_BYTES ? fromWords(bytes, start, end) : fromHex(bytes, start, end)
}

/** Fast for some words, but quadratic: every step moves what is there. */
const WORDS_PAY_BYTES = 128

const words = new DataView(new ArrayBuffer(WORDS_PAY_BYTES))

function fromWords(bytes: Uint8Array, start: number, end: number): bigint {
  const length = end - start
  const padded = Math.ceil(length / 8) * 8
  for (let i = 0; i < padded; i++) words.setUint8(i, i < length ? (bytes[start + i] as number) : 0)
  let value = words.getBigUint64(padded - 8, true)
  for (let at = padded - 16; at >= 0; at -= 8) value = (value << 64n) | words.getBigUint64(at, true)
  return BigInt.asIntN(8 * length, value)
}

function fromHex(bytes: Uint8Array, start: number, end: number): bigint {
  const digits: string[] = []
  for (let i = end - 1; i >= start; i--) digits.push((bytes[i] as number).toString(16).padStart(2, '0'))
  return BigInt.asIntN(8 * (end - start), BigInt(`0x${digits.join('')}`))
}

/** The shortest form, or `undefined` beyond {@link MAX_INTEGER_BYTES}. */
export function encodeInteger(value: bigint): Uint8Array | undefined {
  if (BigInt.asIntN(8 * MAX_INTEGER_BYTES, value) !== value) return undefined
  const wordCount = countWords(value)
  // The sign needs a bit: one more byte that holds nothing else, which is cut off again where there was a bit to spare.
  const bytes = new Uint8Array(wordCount * 8 + 1)
  bytes[wordCount * 8] = value < 0n ? 0xff : 0
  const view = new DataView(bytes.buffer)
  let rest = value
  for (let i = 0; i < wordCount; i++, rest >>= 64n) view.setBigUint64(i * 8, BigInt.asUintN(64, rest), true)
  let end = bytes.length
  while (hasRedundantByte(bytes, 0, end)) end--
  return bytes.subarray(0, end)
}

function countWords(value: bigint): number {
  let count = 1
  for (let rest = value >> 64n; rest !== 0n && rest !== -1n; rest >>= 64n) count++
  return count
}
