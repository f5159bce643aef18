/**
 * MessagePack → values, for bytes that nobody vouches for: strict about all that the format says, bounded in depth, and in memory
 * by the length of the input, whatever lengths it declares.
 *
 * Written here rather than taken from a library: the fast ones rename the key `__proto__`, turn numeric keys into text, let broken
 * UTF-8 and the byte 0xc1 pass, and act on extension types of their own, up to generating code.
 */
import { MAX_DEPTH } from './format.js'
import { readTimestamp, TIMESTAMP } from './timestamp.js'

/** The one value that `bytes` hold. Throws `SyntaxError`, which says what is wrong at which byte, and shows nothing of the content. */
export function readMsgPack(bytes: Uint8Array): unknown {
  return new Reader(bytes).read()
}

/** Longer texts are faster through `TextDecoder`. */
const SHORT_TEXT = 24

/** `ignoreBOM` keeps a leading U+FEFF, which is part of the text. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER)

class Reader {
  private readonly bytes: Uint8Array
  private readonly view: DataView
  private at = 0

  constructor({ buffer, byteOffset, byteLength }: Uint8Array) {
    // Not the one given: slices of a Buffer share its memory, and what is read must not.
    this.bytes = new Uint8Array(buffer, byteOffset, byteLength)
    this.view = new DataView(buffer, byteOffset, byteLength)
  }

  read(): unknown {
    const value = this.value(0)
    if (this.at < this.bytes.length) throw this.broken('more bytes follow the value', this.at)
    return value
  }

  private value(depth: number): unknown {
    const type = this.view.getUint8(this.take(1))
    if (type < 0x80) return type
    if (type < 0x90) return this.map(type & 0x0f, depth)
    if (type < 0xa0) return this.array(type & 0x0f, depth)
    if (type < 0xc0) return this.text(type & 0x1f)
    if (type >= 0xe0) return type - 0x100
    switch (type) {
      case 0xc0:
        return null
      case 0xc2:
        return false
      case 0xc3:
        return true
      case 0xc4:
        return this.binary(this.uint8())
      case 0xc5:
        return this.binary(this.uint16())
      case 0xc6:
        return this.binary(this.uint32())
      case 0xc7:
        return this.extension(this.uint8())
      case 0xc8:
        return this.extension(this.uint16())
      case 0xc9:
        return this.extension(this.uint32())
      case 0xca:
        return this.view.getFloat32(this.take(4))
      case 0xcb:
        return this.view.getFloat64(this.take(8))
      case 0xcc:
        return this.uint8()
      case 0xcd:
        return this.uint16()
      case 0xce:
        return this.uint32()
      case 0xcf:
        return exact(this.view.getBigUint64(this.take(8)))
      case 0xd0:
        return this.view.getInt8(this.take(1))
      case 0xd1:
        return this.view.getInt16(this.take(2))
      case 0xd2:
        return this.view.getInt32(this.take(4))
      case 0xd3:
        return exact(this.view.getBigInt64(this.take(8)))
      case 0xd4:
        return this.extension(1)
      case 0xd5:
        return this.extension(2)
      case 0xd6:
        return this.extension(4)
      case 0xd7:
        return this.extension(8)
      case 0xd8:
        return this.extension(16)
      case 0xd9:
        return this.text(this.uint8())
      case 0xda:
        return this.text(this.uint16())
      case 0xdb:
        return this.text(this.uint32())
      case 0xdc:
        return this.array(this.uint16(), depth)
      case 0xdd:
        return this.array(this.uint32(), depth)
      case 0xde:
        return this.map(this.uint16(), depth)
      case 0xdf:
        return this.map(this.uint32(), depth)
      default:
        throw this.broken('the byte 0xc1, which begins nothing', this.at - 1)
    }
  }

  private array(length: number, depth: number): unknown[] {
    this.enter(length, depth)
    // Grown, not allocated: nested arrays could each declare all that is left of the input.
    const array: unknown[] = []
    for (let index = 0; index < length; index++) array.push(this.value(depth + 1))
    return array
  }

  /** A plain object as long as its keys are text, as in JSON; else a `Map`. The last of two equal keys wins, as in Python. */
  private map(length: number, depth: number): unknown {
    this.enter(2 * length, depth)
    const record: Record<string, unknown> = {}
    for (let index = 0; index < length; index++) {
      const key = this.value(depth + 1)
      if (typeof key !== 'string') return this.rest(new Map(Object.entries(record)), key, length - index, depth)
      const value = this.value(depth + 1)
      // Assigning to this name would set the prototype.
      if (key === '__proto__') {
        Object.defineProperty(record, key, { value, writable: true, enumerable: true, configurable: true })
      } else record[key] = value
    }
    return record
  }

  private rest(map: Map<unknown, unknown>, firstKey: unknown, length: number, depth: number): Map<unknown, unknown> {
    map.set(firstKey, this.value(depth + 1))
    for (let index = 1; index < length; index++) {
      const key = this.value(depth + 1)
      map.set(key, this.value(depth + 1))
    }
    return map
  }

  private text(length: number): string {
    const start = this.take(length)
    if (length < SHORT_TEXT) {
      const ascii = this.shortAscii(start, start + length)
      if (ascii !== undefined) return ascii
    }
    try {
      return utf8.decode(this.bytes.subarray(start, start + length))
    } catch {
      throw this.broken('text that is no UTF-8', start)
    }
  }

  private shortAscii(start: number, end: number): string | undefined {
    const { bytes } = this
    let text = ''
    for (let at = start; at < end; at++) {
      const byte = bytes[at] as number
      if (byte > 0x7f) return undefined
      text += String.fromCharCode(byte)
    }
    return text
  }

  private binary(length: number): Uint8Array {
    const start = this.take(length)
    return this.bytes.slice(start, start + length)
  }

  private extension(length: number): Date {
    const type = this.view.getInt8(this.take(1))
    const start = this.take(length)
    if (type !== TIMESTAMP) {
      throw this.broken(`extension type ${type}: only timestamps (type ${TIMESTAMP}) are known`, start)
    }
    const timeMs = readTimestamp(this.view, start, length)
    if (timeMs === undefined) throw this.broken('a timestamp that is none, or beyond what a Date can hold', start)
    return new Date(timeMs)
  }

  private uint8(): number {
    return this.view.getUint8(this.take(1))
  }

  private uint16(): number {
    return this.view.getUint16(this.take(2))
  }

  private uint32(): number {
    return this.view.getUint32(this.take(4))
  }

  /** Into an array or map of `values` values, each of which takes a byte at least. */
  private enter(values: number, depth: number): void {
    if (values > this.bytes.length - this.at) throw this.truncated()
    if (depth === MAX_DEPTH) throw this.broken(`more than ${MAX_DEPTH} arrays and maps inside one another`, this.at)
  }

  private take(length: number): number {
    const start = this.at
    if (length > this.bytes.length - start) throw this.truncated()
    this.at = start + length
    return start
  }

  private truncated(): SyntaxError {
    return this.broken('less than it declares', this.bytes.length)
  }

  private broken(what: string, at: number): SyntaxError {
    return new SyntaxError(`${what} (at byte ${at} of ${this.bytes.length})`)
  }
}

function exact(integer: bigint): number | bigint {
  return integer <= MAX_SAFE && integer >= -MAX_SAFE ? Number(integer) : integer
}
