/**
 * Values → MessagePack, each in its shortest form, byte for byte what Python's `msgpack` writes for the same value.
 *
 * Written here rather than taken from a library, because every byte has to be one that Python understands and that keeps the value:
 * the fast libraries write 0 for -0, a float for an integer beyond 32 bits, extensions of their own for `undefined` and `Set`,
 * and broken UTF-8 for a lone surrogate.
 */
import { MAX_DEPTH } from './format.js'
import { classNameOf, extendsObjectOnly, isPlain } from './prototype.js'
import { TIMESTAMP_MAX_BYTES, writeTimestamp } from './timestamp.js'

/** A value that has no form in MessagePack. The message names its type, and shows nothing of it. */
export class Unwritable extends TypeError {}

/** A copy of the bytes: nothing of the writer's own memory leaves it. */
export function writeMsgPack(value: unknown): Uint8Array {
  // Taken out while in use: a getter of the value may call for another writer.
  const writer = spare ?? new Writer()
  spare = undefined
  try {
    return writer.write(value)
  } finally {
    if (writer.capacity <= MAX_SPARE_BYTES) spare = writer
  }
}

let spare: Writer | undefined
const INITIAL_BYTES = 8 * 1024
const MAX_SPARE_BYTES = 256 * 1024

/** Longer texts are faster through `TextEncoder`. */
const SHORT_TEXT = 32

const MAX_UINT64 = 2n ** 64n - 1n
const MIN_INT64 = -(2n ** 63n)

const utf8 = new TextEncoder()

class Writer {
  private bytes = new Uint8Array(INITIAL_BYTES)
  private view = new DataView(this.bytes.buffer)
  private at = 0

  get capacity(): number {
    return this.bytes.length
  }

  write(value: unknown): Uint8Array {
    this.at = 0
    this.value(value, 0)
    return this.bytes.slice(0, this.at)
  }

  private value(value: unknown, depth: number): void {
    switch (typeof value) {
      case 'string':
        return this.text(value)
      case 'number':
        return this.number(value)
      case 'boolean':
        return this.byte(value ? 0xc3 : 0xc2)
      case 'bigint':
        return this.bigInteger(value)
      case 'object':
        return value === null ? this.byte(0xc0) : this.object(value, depth)
      case 'undefined':
        throw refused('undefined inside an array or a Map', 'use null')
      default:
        throw refused(`a ${typeof value}`, 'leave it out')
    }
  }

  private object(value: object, depth: number): void {
    if (depth === MAX_DEPTH) {
      throw new Unwritable(`it nests more than ${MAX_DEPTH} arrays and maps, or holds itself (pickle keeps cycles)`)
    }
    const prototype: unknown = Object.getPrototypeOf(value)
    if (isPlain(prototype)) return this.record(value as Record<string, unknown>, depth + 1)
    if (Array.isArray(value) && extendsObjectOnly(prototype)) return this.array(value, depth + 1)
    if (value instanceof Uint8Array) return this.binary(value)
    if (value instanceof Map && extendsObjectOnly(prototype)) return this.map(value, depth + 1)
    if (value instanceof Date && extendsObjectOnly(prototype)) return this.date(value)
    throw refused(classNameOf(prototype), adviceFor(value))
  }

  private array(array: readonly unknown[], depth: number): void {
    const { length } = array
    this.header(length, 0x90, 0x0f, 0xdc)
    for (let index = 0; index < length; index++) this.value(array[index], depth)
  }

  /** Own enumerable properties with text keys. One that is `undefined` is left out: it reads as `undefined` all the same. */
  private record(record: Record<string, unknown>, depth: number): void {
    const keys = Object.keys(record)
    let defined = keys.length
    for (const key of keys) if (record[key] === undefined) defined--
    this.header(defined, 0x80, 0x0f, 0xde)
    for (const key of keys) {
      const value = record[key]
      if (value === undefined) continue
      defined--
      this.text(key)
      this.value(value, depth)
    }
    if (defined !== 0) throw refused('an object whose getters answer differently each time', 'store a plain copy of it')
  }

  private map(map: ReadonlyMap<unknown, unknown>, depth: number): void {
    this.header(map.size, 0x80, 0x0f, 0xde)
    for (const [key, value] of map) {
      this.key(key, map, depth)
      this.value(value, depth)
    }
  }

  private key(key: unknown, map: ReadonlyMap<unknown, unknown>, depth: number): void {
    if (typeof key === 'object' && key !== null && !(key instanceof Uint8Array) && !(key instanceof Date)) {
      throw refused('an object as a key of a Map', 'neither Python nor JavaScript could look it up')
    }
    if (typeof key === 'bigint' && map.has(Number(key)) && BigInt(Number(key)) === key) {
      throw refused('a Map whose keys hold an integer twice, as number and as BigInt', 'they are one key once written')
    }
    this.value(key, depth)
  }

  private text(text: string): void {
    const { length } = text
    this.room(5 + 3 * length)
    if (length < SHORT_TEXT && this.shortAscii(text, length)) return
    if (!(text as WellFormedText).isWellFormed())
      throw refused('text with a lone surrogate, which has no UTF-8', 'mend the text')
    // The header's size depends on the number of bytes: guessed for ASCII, moved where the guess was wrong.
    const guess = textHeaderBytes(length)
    const { written } = utf8.encodeInto(text, this.bytes.subarray(this.at + guess))
    const needed = textHeaderBytes(written)
    if (needed !== guess) this.bytes.copyWithin(this.at + needed, this.at + guess, this.at + guess + written)
    if (written < 0x20) this.bytes[this.at++] = 0xa0 | written
    else if (written < 0x100) this.short(0xd9, written)
    else this.long(0xda, written)
    this.at += written
  }

  private shortAscii(text: string, length: number): boolean {
    const { bytes, at } = this
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index)
      if (code > 0x7f) return false
      bytes[at + 1 + index] = code
    }
    bytes[at] = 0xa0 | length
    this.at = at + 1 + length
    return true
  }

  private binary(bytes: Uint8Array): void {
    const { length } = bytes
    this.room(5 + length)
    if (length < 0x100) this.short(0xc4, length)
    else this.long(0xc5, length)
    this.bytes.set(bytes, this.at)
    this.at += length
  }

  /** Integers that a number holds exactly are integers, everything else is a float: -0, 2^53 and beyond, NaN. */
  private number(number: number): void {
    if (!Number.isSafeInteger(number) || Object.is(number, -0)) return this.float(number)
    this.room(9)
    const { view, at } = this
    if (number >= 0) {
      if (number < 0x80) this.bytes[this.at++] = number
      else if (number < 0x100) this.short(0xcc, number)
      else if (number < 0x1_0000_0000) this.long(0xcd, number)
      else this.uint64(BigInt(number))
    } else if (number >= -0x20) this.bytes[this.at++] = number + 0x100
    else if (number >= -0x80) this.short(0xd0, number + 0x100)
    else if (number >= -0x8000) {
      view.setUint8(at, 0xd1)
      view.setInt16(at + 1, number)
      this.at += 3
    } else if (number >= -0x8000_0000) {
      view.setUint8(at, 0xd2)
      view.setInt32(at + 1, number)
      this.at += 5
    } else this.int64(BigInt(number))
  }

  private float(number: number): void {
    this.room(9)
    this.view.setUint8(this.at, 0xcb)
    this.view.setFloat64(this.at + 1, number)
    this.at += 9
  }

  private bigInteger(integer: bigint): void {
    if (integer > MAX_UINT64 || integer < MIN_INT64) {
      throw refused('a BigInt beyond 64 bits', 'store it as text, or use pickle')
    }
    const number = Number(integer)
    if (Number.isSafeInteger(number)) return this.number(number)
    this.room(9)
    if (integer > 0n) this.uint64(integer)
    else this.int64(integer)
  }

  private uint64(integer: bigint): void {
    this.view.setUint8(this.at, 0xcf)
    this.view.setBigUint64(this.at + 1, integer)
    this.at += 9
  }

  private int64(integer: bigint): void {
    this.view.setUint8(this.at, 0xd3)
    this.view.setBigInt64(this.at + 1, integer)
    this.at += 9
  }

  private date(date: Date): void {
    const timeMs = date.getTime()
    if (Number.isNaN(timeMs)) throw refused('an invalid Date', 'store null')
    this.room(TIMESTAMP_MAX_BYTES)
    this.at += writeTimestamp(this.view, this.at, timeMs)
  }

  /** Of an array or map: in one byte if the length fits, else in three or five. */
  private header(length: number, small: number, smallMax: number, large: number): void {
    this.room(5)
    if (length <= smallMax) this.bytes[this.at++] = small | length
    else this.long(large, length)
  }

  private short(type: number, value: number): void {
    this.bytes[this.at] = type
    this.bytes[this.at + 1] = value
    this.at += 2
  }

  /** 16 bits under `type`, or 32 under the one after it. */
  private long(type: number, value: number): void {
    if (value < 0x1_0000) {
      this.view.setUint8(this.at, type)
      this.view.setUint16(this.at + 1, value)
      this.at += 3
    } else {
      this.view.setUint8(this.at, type + 1)
      this.view.setUint32(this.at + 1, value)
      this.at += 5
    }
  }

  private byte(byte: number): void {
    this.room(1)
    this.bytes[this.at++] = byte
  }

  private room(bytes: number): void {
    const needed = this.at + bytes
    if (needed <= this.bytes.length) return
    const larger = new Uint8Array(Math.max(needed, 2 * this.bytes.length))
    larger.set(this.bytes.subarray(0, this.at))
    this.bytes = larger
    this.view = new DataView(larger.buffer)
  }
}

/** ES2024, and in every supported runtime. */
type WellFormedText = string & { isWellFormed(): boolean }

function textHeaderBytes(bytes: number): number {
  if (bytes < 0x20) return 1
  if (bytes < 0x100) return 2
  return bytes < 0x1_0000 ? 3 : 5
}

function adviceFor(value: object): string {
  if (value instanceof Set) return 'store an array, or use pickle'
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer
    ? 'store a Uint8Array'
    : 'store a plain object made from it'
}

function refused(what: string, advice: string): Unwritable {
  return new Unwritable(`the format has no form for ${what}: ${advice}`)
}
