/** A cursor over the bytes of a pickle. Every read is checked: what goes beyond the end is a truncated pickle. */
import { DeserializationError } from '@pycached/core'
import { decodeUtf8 } from './utf8.js'

const NEWLINE = 0x0a

export class ByteReader {
  at = 0
  readonly bytes: Uint8Array
  private readonly view: DataView

  constructor(bytes: Uint8Array) {
    // A plain view, not a Buffer, whose slice() shares memory.
    this.bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  uint8(): number {
    const { bytes, at } = this
    if (at >= bytes.length) this.truncated()
    this.at = at + 1
    return bytes[at] as number
  }

  uint16(): number {
    return this.view.getUint16(this.skip(2), true)
  }

  uint32(): number {
    return this.view.getUint32(this.skip(4), true)
  }

  int32(): number {
    return this.view.getInt32(this.skip(4), true)
  }

  /** A length of eight bytes. One that a number cannot hold exactly is longer than any pickle. */
  length64(): number {
    const start = this.skip(8)
    return this.view.getUint32(start + 4, true) * 0x1_0000_0000 + this.view.getUint32(start, true)
  }

  float64(): number {
    return this.view.getFloat64(this.skip(8), false)
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
    return this.bytes.slice(start, start + length)
  }

  utf8(length: number): string {
    const start = this.skip(length)
    const text = decodeUtf8(this.bytes, start, start + length)
    return text ?? this.fail('text that is not UTF-8', start)
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

  fail(problem: string, at = this.at): never {
    throw new DeserializationError(`cannot read the pickle at byte ${at}: ${problem}`)
  }

  private truncated(): never {
    return this.fail(`it is cut off after ${this.bytes.length} bytes`)
  }
}

/** Arguments of one call, far below what the stack takes. */
const CHUNK = 4096
