/**
 * The bytes of a pickle, protocol 4: opcodes, what follows them for numbers, text and bytes, and the frames of about 64 KiB around them,
 * as CPython writes all of these.
 */
import type { ByteBuffer } from './byte-buffer.js'
import { UnwritableValue } from './errors.js'
import { encodeInteger } from './integers.js'
import { MAX_INTEGER_BYTES } from './limits.js'
import { OP } from './opcodes.js'

const PROTOCOL = 4
const FRAME_HEADER = 9
const FRAME_TARGET = 64 * 1024
/** CPython writes shorter content without a frame around it. */
const FRAME_MIN = 4
/** Text up to this length has its UTF-8 length in one byte, whatever it holds. */
const SHORT_LENGTH = 85

export class PickleOutput {
  private readonly buffer: ByteBuffer
  private frameStart = 0

  constructor(buffer: ByteBuffer) {
    this.buffer = buffer
  }

  begin(): void {
    this.buffer.pair(OP.PROTO, PROTOCOL)
    this.beginFrame()
  }

  end(): void {
    this.buffer.byte(OP.STOP)
    this.endFrame()
  }

  /** Where a value begins: the one place at which a frame may end. */
  boundary(): void {
    if (this.buffer.length - this.frameStart < FRAME_TARGET + FRAME_HEADER) return
    this.endFrame()
    this.beginFrame()
  }

  opcode(opcode: number): void {
    this.buffer.byte(opcode)
  }

  opcodes(first: number, second: number): void {
    this.buffer.pair(first, second)
  }

  /** To value number `index` of the memo. */
  refer(index: number): void {
    if (index < 256) this.buffer.pair(OP.BINGET, index)
    else {
      this.buffer.byte(OP.LONG_BINGET)
      this.buffer.uint32(index)
    }
  }

  number(value: number): void {
    const { buffer } = this
    if ((value | 0) === value && (value !== 0 || !Object.is(value, -0))) {
      if (value < 0 || value > 0xffff) {
        buffer.byte(OP.BININT)
        buffer.uint32(value)
      } else if (value > 0xff) {
        buffer.byte(OP.BININT2)
        buffer.uint16(value)
      } else buffer.pair(OP.BININT1, value)
    } else if (Number.isSafeInteger(value) && value !== 0) this.largeInteger(value)
    else {
      // Also integers beyond the safe ones: as a float they come back as the very same number.
      buffer.byte(OP.BINFLOAT)
      buffer.float64(value)
    }
  }

  /** A safe integer of more than 32 bits, in its shortest form. */
  private largeInteger(value: number): void {
    const high = Math.floor(value / 0x1_0000_0000)
    const length = (high << 24) >> 24 === high ? 5 : (high << 16) >> 16 === high ? 6 : 7
    this.buffer.pair(OP.LONG1, length)
    this.buffer.uint32(value - high * 0x1_0000_0000)
    for (let i = 4; i < length; i++) this.buffer.byte((high >> (8 * (i - 4))) & 0xff)
  }

  /** See `integers.ts` for how it is told from a number. */
  bigInt(value: bigint): void {
    const { buffer } = this
    if (value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER) {
      buffer.byte(OP.LONG4)
      buffer.uint32(8)
      buffer.bigInt64(value)
      return
    }
    const bytes = encodeInteger(value)
    if (bytes === undefined) {
      throw new UnwritableValue(value, `an integer of more than ${MAX_INTEGER_BYTES} bytes cannot be stored`)
    }
    if (bytes.length < 256) buffer.pair(OP.LONG1, bytes.length)
    else {
      buffer.byte(OP.LONG4)
      buffer.uint32(bytes.length)
    }
    buffer.raw(bytes)
  }

  text(text: string): void {
    if (text.length <= SHORT_LENGTH) this.shortText(text)
    else this.longText(text)
  }

  private shortText(text: string): void {
    const { buffer } = this
    buffer.pair(OP.SHORT_BINUNICODE, 0)
    const length = buffer.utf8(text)
    buffer.setByte(buffer.length - length - 1, length)
  }

  private longText(text: string): void {
    const { buffer } = this
    // What is that long stands outside of the frames, so that a reader need not hold it twice.
    const isFramed = text.length < FRAME_TARGET
    if (!isFramed) this.endFrame()
    const start = buffer.length
    buffer.byte(OP.BINUNICODE)
    buffer.uint32(0)
    const length = buffer.utf8(text)
    if (length < 256) {
      buffer.setByte(start, OP.SHORT_BINUNICODE)
      buffer.setByte(start + 1, length)
      buffer.move(start + 5, start + 2)
    } else buffer.setUint32(start + 1, length)
    if (!isFramed) this.beginFrame()
  }

  bytes(bytes: Uint8Array): void {
    const { buffer } = this
    const { length } = bytes
    const isFramed = length < FRAME_TARGET
    if (!isFramed) this.endFrame()
    if (length < 256) buffer.pair(OP.SHORT_BINBYTES, length)
    else {
      buffer.byte(OP.BINBYTES)
      buffer.uint32(length)
    }
    buffer.raw(bytes)
    if (!isFramed) this.beginFrame()
  }

  private beginFrame(): void {
    this.frameStart = this.buffer.length
    this.buffer.byte(OP.FRAME)
    this.buffer.uint32(0)
    this.buffer.uint32(0)
  }

  private endFrame(): void {
    const { buffer, frameStart } = this
    const length = buffer.length - frameStart - FRAME_HEADER
    if (length < FRAME_MIN) buffer.move(frameStart + FRAME_HEADER, frameStart)
    else buffer.setUint32(frameStart + 1, length)
  }
}
