/** A buffer that grows as it is written to, up to a bound: the bytes of a pickle before they are handed out. */
import { LimitExceeded } from './errors.js'
import { encodeUtf8 } from './utf8.js'

const INITIAL_BYTES = 4096
/** A buffer that one large value has grown beyond this is not kept for the next. */
const KEPT_BYTES = 1024 * 1024

export class ByteBuffer {
  /** Written so far. */
  length = 0
  private bytes = new Uint8Array(INITIAL_BYTES)
  private view = new DataView(this.bytes.buffer)
  private readonly maxBytes: number

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes
  }

  byte(value: number): void {
    if (this.length + 1 > this.bytes.length) this.grow(1)
    this.bytes[this.length++] = value
  }

  /** Two bytes, the second little more than an operand of the first. */
  pair(first: number, second: number): void {
    if (this.length + 2 > this.bytes.length) this.grow(2)
    this.bytes[this.length++] = first
    this.bytes[this.length++] = second
  }

  uint16(value: number): void {
    this.ensure(2)
    this.view.setUint16(this.length, value, true)
    this.length += 2
  }

  /** Four bytes, little-endian; a negative number as its two's complement. */
  uint32(value: number): void {
    this.ensure(4)
    this.view.setUint32(this.length, value, true)
    this.length += 4
  }

  bigInt64(value: bigint): void {
    this.ensure(8)
    this.view.setBigInt64(this.length, value, true)
    this.length += 8
  }

  /** Big-endian, as pickle has floats alone. */
  float64(value: number): void {
    this.ensure(8)
    this.view.setFloat64(this.length, value, false)
    this.length += 8
  }

  raw(bytes: Uint8Array): void {
    if (this.length + bytes.length > this.maxBytes) throw this.tooLong()
    this.ensure(bytes.length)
    this.bytes.set(bytes, this.length)
    this.length += bytes.length
  }

  /** UTF-8; answers how many bytes that were. */
  utf8(text: string): number {
    if (this.length + text.length > this.maxBytes) throw this.tooLong()
    this.ensure(text.length * 3)
    const start = this.length
    this.length = encodeUtf8(text, this.bytes, start)
    return this.length - start
  }

  setByte(at: number, value: number): void {
    this.bytes[at] = value
  }

  setUint32(at: number, value: number): void {
    this.view.setUint32(at, value, true)
  }

  /** Moves what was written from `from` on to `to`, which becomes longer or shorter by the difference. */
  move(from: number, to: number): void {
    if (to > from) this.ensure(to - from)
    this.bytes.copyWithin(to, from, this.length)
    this.length += to - from
  }

  /** A copy of what was written, which the caller owns. */
  copy(): Uint8Array<ArrayBuffer> {
    if (this.length > this.maxBytes) throw this.tooLong()
    return this.bytes.slice(0, this.length)
  }

  /** Makes it ready for the next value. */
  reset(): void {
    this.length = 0
    if (this.bytes.length > KEPT_BYTES) this.replace(INITIAL_BYTES)
  }

  private ensure(more: number): void {
    if (this.length + more > this.bytes.length) this.grow(more)
  }

  private grow(more: number): void {
    // What is written is checked, not what is asked for: text asks for three bytes per character and mostly needs one.
    if (this.length > this.maxBytes) throw this.tooLong()
    const old = this.bytes
    this.replace(Math.max(old.length * 2, this.length + more))
    this.bytes.set(old.subarray(0, this.length))
  }

  private tooLong(): LimitExceeded {
    return new LimitExceeded('maxBytes', `its pickle is longer than ${this.maxBytes} bytes`)
  }

  private replace(size: number): void {
    this.bytes = new Uint8Array(size)
    this.view = new DataView(this.bytes.buffer)
  }
}
