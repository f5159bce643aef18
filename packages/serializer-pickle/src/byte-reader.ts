/** A cursor over the bytes of a pickle. Every read is checked: what goes beyond the end is a truncated pickle. */
import { DeserializationError } from '@pycached/core'
import { CACHED_LENGTH, type StringCache } from './string-cache.js'
import { decodeUtf8 } from './utf8.js'

const NEWLINE = 0x0a

export class ByteReader {
  at = 0
  readonly bytes: Uint8Array
  private readonly strings: StringCache
  private floats: DataView | undefined

  constructor(bytes: Uint8Array, strings: StringCache) {
    // A plain view, not a Buffer, whose slice() shares memory.
    this.bytes =
      Object.getPrototypeOf(bytes) === Uint8Array.prototype
        ? bytes
        : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.strings = strings
  }

  uint8(): number {
    const { bytes, at } = this
    if (at >= bytes.length) this.truncated()
    this.at = at + 1
    return bytes[at] as number
  }

  uint16(): number {
    const start = this.skip(2)
    const { bytes } = this
    return (bytes[start] as number) | ((bytes[start + 1] as number) << 8)
  }

  int32(): number {
    const start = this.skip(4)
    const { bytes } = this
    return (
      (bytes[start] as number) |
      ((bytes[start + 1] as number) << 8) |
      ((bytes[start + 2] as number) << 16) |
      ((bytes[start + 3] as number) << 24)
    )
  }

  uint32(): number {
    return this.int32() >>> 0
  }

  /** A length of eight bytes. One that a number cannot hold exactly is longer than any pickle. */
  length64(): number {
    return this.uint32() + this.uint32() * 0x1_0000_0000
  }

  float64(): number {
    const { buffer, byteOffset, byteLength } = this.bytes
    this.floats ??= new DataView(buffer, byteOffset, byteLength)
    return this.floats.getFloat64(this.skip(8), false)
  }

  /** Passes over `length` bytes and answers where they begin. Nothing is allocated before they are known to be there. */
  skip(length: number): number {
    const start = this.at
    if (length > this.bytes.length - start) this.truncated()
    this.at = start + length
    return start
  }

  /** A copy: the value must not change with, or keep alive, the buffer it came in. */
  copy(length: number): Uint8Array {
    const start = this.skip(length)
    if (length > SMALL) return this.bytes.slice(start, start + length)
    const copy = new Uint8Array(length)
    for (let i = 0; i < length; i++) copy[i] = this.bytes[start + i] as number
    return copy
  }

  utf8(length: number): string {
    const start = this.skip(length)
    const text = decodeUtf8(this.bytes, start, start + length)
    return text ?? this.fail('text that is not UTF-8', { at: start })
  }

  /** The same for text that is likely to come again. */
  repeatedUtf8(length: number): string {
    if (length > CACHED_LENGTH) return this.utf8(length)
    const { at } = this
    const start = this.skip(length)
    const text = this.strings.read(this.bytes, start, start + length)
    if (text !== undefined) return text
    this.at = at
    return this.utf8(length)
  }

  /** One character for each byte. */
  latin1(length: number): string {
    const start = this.skip(length)
    const pieces: string[] = []
    for (let i = start; i < start + length; i += CHUNK) {
      pieces.push(String.fromCharCode(...this.bytes.subarray(i, Math.min(i + CHUNK, start + length))))
    }
    return pieces.join('')
  }

  /** Up to the next newline, which is passed over and left out. */
  line(): string {
    const end = this.bytes.indexOf(NEWLINE, this.at)
    if (end === -1) this.truncated()
    const line = this.latin1(end - this.at)
    this.at++
    return line
  }

  fail(problem: string, { at = this.at, cause }: { at?: number; cause?: unknown } = {}): never {
    throw new DeserializationError(`cannot read the pickle at byte ${at}: ${problem}`, { cause })
  }

  private truncated(): never {
    return this.fail(`it is cut off after ${this.bytes.length} bytes`)
  }
}

/** Copied faster by a loop than by the platform (measured on Node 20): the bytes of dates. */
const SMALL = 32

/** Arguments of one call, far below what the stack takes. */
const CHUNK = 4096
