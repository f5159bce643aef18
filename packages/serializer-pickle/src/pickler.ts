/**
 * A JavaScript value → the opcodes of pickle, protocol 4, as CPython's `Lib/pickle.py` writes them: frames of about 64 KiB, batches of
 * 1000 items, shared and cyclic objects by reference. This file stays one concept, what each kind of value is written as, although it
 * is long: every kind is a few lines that only make sense beside the others.
 */
import { SerializationError } from '@pycached/core'
import type { ByteBuffer } from './byte-buffer.js'
import { encodeDatetime } from './datetime.js'
import { classNameOf, LimitExceeded, UnwritableValue } from './errors.js'
import { foreignKindOf, type Kind } from './foreign-kind.js'
import { isFreezable, isList } from './hash-position.js'
import { encodeInteger } from './integers.js'
import type { Limits } from './limits.js'
import { MAX_INTEGER_BYTES } from './limits.js'
import { OP } from './opcodes.js'
import type { Reduced, Reducer, ReducerTable } from './reducer.js'

const PROTOCOL = 4
const FRAME_HEADER = 9
const FRAME_TARGET = 64 * 1024
/** CPython writes shorter content without a frame around it. */
const FRAME_MIN = 4
const BATCH = 1000

/** Text up to this length is written once and referred to afterwards: property names above all. */
const MEMORIZED_LENGTH = 256
/** Text up to this length has its UTF-8 length in one byte, whatever it holds. */
const SHORT_LENGTH = 85
/** Beyond this many different texts the next are written out, and the rest of the memo is left to objects. */
const MEMORIZED_TEXTS = 65_536

/** A class or function of Python's, an object so that the memo can know it. */
interface PythonName {
  readonly module: string
  readonly name: string
}
const ELLIPSIS: PythonName = { module: 'builtins', name: 'Ellipsis' }
const ORDERED_DICT: PythonName = { module: 'collections', name: 'OrderedDict' }
const DATETIME: PythonName = { module: 'datetime', name: 'datetime' }
const TIMEZONE: PythonName = { module: 'datetime', name: 'timezone' }
const TIMEDELTA: PythonName = { module: 'datetime', name: 'timedelta' }
const REFERENCE_ERROR: PythonName = { module: 'builtins', name: 'ReferenceError' }
/** Stands in the memo for `datetime.timezone.utc`. */
const UTC = Symbol('datetime.timezone.utc')

export class Pickler {
  private readonly out: ByteBuffer
  private readonly reducers: ReducerTable
  private readonly limits: Limits
  /** What was written and can be referred to → its number. */
  private readonly memo = new Map<unknown, number>()
  /** Those of the memo that Python can hash although they are arrays or sets. */
  private readonly frozen = new Set<unknown>()
  private depth = 0
  private frameStart = 0

  constructor(out: ByteBuffer, reducers: ReducerTable, limits: Limits) {
    this.out = out
    this.reducers = reducers
    this.limits = limits
  }

  /** @throws `UnwritableValue`, `LimitExceeded`, or what code of the value throws. */
  dump(value: unknown): void {
    if (value === undefined) {
      throw new UnwritableValue(value, 'undefined is no value of its own, for it means a miss; store null')
    }
    this.out.pair(OP.PROTO, PROTOCOL)
    this.beginFrame()
    this.write(value)
    this.out.byte(OP.STOP)
    this.endFrame()
  }

  private write(value: unknown): void {
    if (this.out.length - this.frameStart >= FRAME_TARGET + FRAME_HEADER) {
      this.endFrame()
      this.beginFrame()
    }
    switch (typeof value) {
      case 'string':
        return this.writeText(value)
      case 'number':
        return this.writeNumber(value)
      case 'object':
        return value === null ? this.out.byte(OP.NONE) : this.writeObject(value)
      case 'boolean':
        return this.out.byte(value ? OP.NEWTRUE : OP.NEWFALSE)
      case 'bigint':
        return this.writeBigInt(value)
      case 'undefined':
        return this.writeName(ELLIPSIS)
      case 'function':
      case 'symbol':
        throw new UnwritableValue(value, `a ${typeof value} cannot be stored`)
    }
  }

  private writeNumber(value: number): void {
    const { out } = this
    if ((value | 0) === value && (value !== 0 || !Object.is(value, -0))) {
      if (value < 0 || value > 0xffff) {
        out.byte(OP.BININT)
        out.uint32(value)
      } else if (value > 0xff) {
        out.byte(OP.BININT2)
        out.uint16(value)
      } else out.pair(OP.BININT1, value)
    } else if (Number.isSafeInteger(value) && value !== 0) this.writeLargeInteger(value)
    else {
      // Also integers beyond the safe ones: as a float they come back as the very same number.
      out.byte(OP.BINFLOAT)
      out.float64(value)
    }
  }

  /** A safe integer of more than 32 bits, in its shortest form. */
  private writeLargeInteger(value: number): void {
    const high = Math.floor(value / 0x1_0000_0000)
    const length = (high << 24) >> 24 === high ? 5 : (high << 16) >> 16 === high ? 6 : 7
    this.out.pair(OP.LONG1, length)
    this.out.uint32(value - high * 0x1_0000_0000)
    for (let i = 4; i < length; i++) this.out.byte((high >> (8 * (i - 4))) & 0xff)
  }

  /** See `integers.ts` for how it is told from a number. */
  private writeBigInt(value: bigint): void {
    const { out } = this
    if (value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER) {
      out.byte(OP.LONG4)
      out.uint32(8)
      out.bigInt64(value)
      return
    }
    const bytes = encodeInteger(value)
    if (bytes === undefined) {
      throw new UnwritableValue(value, `an integer of more than ${MAX_INTEGER_BYTES} bytes cannot be stored`)
    }
    if (bytes.length < 256) out.pair(OP.LONG1, bytes.length)
    else {
      out.byte(OP.LONG4)
      out.uint32(bytes.length)
    }
    out.raw(bytes)
  }

  private writeText(text: string): void {
    const isMemorized = text.length <= MEMORIZED_LENGTH
    const known = isMemorized ? this.memo.get(text) : undefined
    if (known !== undefined) return this.refer(known)
    if (text.length <= SHORT_LENGTH) this.writeShortText(text)
    else this.writeLongText(text)
    if (isMemorized && this.memo.size < MEMORIZED_TEXTS) this.memorize(text)
  }

  private writeShortText(text: string): void {
    const { out } = this
    out.pair(OP.SHORT_BINUNICODE, 0)
    const length = out.utf8(text)
    out.setByte(out.length - length - 1, length)
  }

  private writeLongText(text: string): void {
    const { out } = this
    // What is that long stands outside of the frames, so that a reader need not hold it twice.
    const isFramed = text.length < FRAME_TARGET
    if (!isFramed) this.endFrame()
    const start = out.length
    out.byte(OP.BINUNICODE)
    out.uint32(0)
    const length = out.utf8(text)
    if (length < 256) {
      out.setByte(start, OP.SHORT_BINUNICODE)
      out.setByte(start + 1, length)
      out.move(start + 5, start + 2)
    } else out.setUint32(start + 1, length)
    if (!isFramed) this.beginFrame()
  }

  private writeObject(value: object): void {
    const known = this.memo.get(value)
    if (known !== undefined) return this.refer(known)
    const prototype: object | null = Object.getPrototypeOf(value)
    if (prototype === Object.prototype || prototype === null) this.writeDict(value)
    else if (prototype === Array.prototype && Array.isArray(value)) this.writeList(value)
    else if (prototype === Date.prototype) this.writeDate(value as Date)
    else if (prototype === Map.prototype) this.writeMap(value as Map<unknown, unknown>)
    else if (prototype === Set.prototype) this.writeSet(value as Set<unknown>)
    else if (prototype === Uint8Array.prototype) this.writeBytes(value as Uint8Array)
    else this.writeInstance(value, prototype)
  }

  private writeDict(value: object): void {
    const { out } = this
    out.byte(OP.EMPTY_DICT)
    this.memorize(value)
    const keys = Object.keys(value)
    this.enter()
    for (let start = 0; start < keys.length; start += BATCH) {
      const end = Math.min(start + BATCH, keys.length)
      if (keys.length > 1) out.byte(OP.MARK)
      for (let i = start; i < end; i++) {
        const key = keys[i] as string
        this.writeText(key)
        this.write((value as Record<string, unknown>)[key])
      }
      out.byte(keys.length > 1 ? OP.SETITEMS : OP.SETITEM)
    }
    this.depth--
  }

  /** Holes are `undefined`: Python has none. */
  private writeList(value: readonly unknown[]): void {
    const { out } = this
    out.byte(OP.EMPTY_LIST)
    this.memorize(value)
    const { length } = value
    if (length > this.limits.maxBytes) {
      throw new UnwritableValue(value, `an array of length ${length} is longer than maxBytes, ${this.limits.maxBytes}`)
    }
    this.enter()
    for (let start = 0; start < length; start += BATCH) {
      const end = Math.min(start + BATCH, length)
      if (length > 1) out.byte(OP.MARK)
      for (let i = start; i < end; i++) this.write(value[i])
      out.byte(length > 1 ? OP.APPENDS : OP.APPEND)
    }
    this.depth--
  }

  private writeMap(value: Map<unknown, unknown>): void {
    const { out } = this
    this.writeName(ORDERED_DICT)
    out.pair(OP.EMPTY_TUPLE, OP.REDUCE)
    this.memorize(value)
    this.enter()
    let inBatch = 0
    for (const [key, item] of value) {
      if (inBatch === 0) out.byte(OP.MARK)
      this.writeKey(key)
      this.write(item)
      if (++inBatch === BATCH) {
        out.byte(OP.SETITEMS)
        inBatch = 0
      }
    }
    if (inBatch > 0) out.byte(OP.SETITEMS)
    this.depth--
  }

  private writeSet(value: Set<unknown>): void {
    const { out } = this
    out.byte(OP.EMPTY_SET)
    this.memorize(value)
    this.enter()
    let inBatch = 0
    for (const member of value) {
      if (inBatch === 0) out.byte(OP.MARK)
      this.writeKey(member)
      if (++inBatch === BATCH) {
        out.byte(OP.ADDITEMS)
        inBatch = 0
      }
    }
    if (inBatch > 0) out.byte(OP.ADDITEMS)
    this.depth--
  }

  /** What Python is to hash; see `hash-position.ts`. */
  private writeKey(value: unknown): void {
    if (typeof value !== 'object' || value === null || this.isHashable(value)) return this.write(value)
    if (isFreezable(value, (item) => this.memo.has(item) && !this.frozen.has(item))) {
      return this.writeFrozen(value as readonly unknown[] | Set<unknown>)
    }
    this.writeName(REFERENCE_ERROR)
    this.write(value)
    this.out.pair(OP.TUPLE1, OP.REDUCE)
  }

  /** Whether Python hashes it as it is usually written. For instances that is for their class to see to. */
  private isHashable(value: object): boolean {
    const prototype: unknown = Object.getPrototypeOf(value)
    return (
      value instanceof Date ||
      value instanceof Uint8Array ||
      this.frozen.has(value) ||
      this.reducers.ofPrototype(prototype) !== undefined
    )
  }

  private writeFrozen(value: readonly unknown[] | Set<unknown>): void {
    this.enter()
    if (isList(value)) this.writeTuple(value, true)
    else {
      this.out.byte(OP.MARK)
      for (const member of value) this.writeFrozenItem(member)
      this.out.byte(OP.FROZENSET)
    }
    this.depth--
    this.memorize(value)
    this.frozen.add(value)
  }

  private writeFrozenItem(value: unknown): void {
    if (value instanceof Set || Array.isArray(value)) this.writeKey(value)
    else this.write(value)
  }

  private writeTuple(items: readonly unknown[], frozen: boolean): void {
    const { out } = this
    if (items.length > 3) out.byte(OP.MARK)
    for (let i = 0; i < items.length; i++) {
      if (frozen) this.writeFrozenItem(items[i])
      else this.write(items[i])
    }
    out.byte([OP.EMPTY_TUPLE, OP.TUPLE1, OP.TUPLE2, OP.TUPLE3][items.length] ?? OP.TUPLE)
  }

  private writeDate(value: Date): void {
    const bytes = encodeDatetime(value)
    if (bytes === undefined) {
      throw new UnwritableValue(
        value,
        'a Date that is invalid, or outside the years 1 to 9999, has no counterpart in Python',
      )
    }
    const { out } = this
    this.writeName(DATETIME)
    out.pair(OP.SHORT_BINBYTES, bytes.length)
    out.raw(bytes)
    this.writeUtc()
    out.pair(OP.TUPLE2, OP.REDUCE)
    this.memorize(value)
  }

  private writeUtc(): void {
    const known = this.memo.get(UTC)
    if (known !== undefined) return this.refer(known)
    const { out } = this
    this.writeName(TIMEZONE)
    this.writeName(TIMEDELTA)
    for (let i = 0; i < 3; i++) out.pair(OP.BININT1, 0)
    out.pair(OP.TUPLE3, OP.REDUCE)
    out.pair(OP.TUPLE1, OP.REDUCE)
    this.memorize(UTC)
  }

  private writeBytes(value: Uint8Array): void {
    const { out } = this
    const { length } = value
    const isFramed = length < FRAME_TARGET
    if (!isFramed) this.endFrame()
    if (length < 256) out.pair(OP.SHORT_BINBYTES, length)
    else {
      out.byte(OP.BINBYTES)
      out.uint32(length)
    }
    out.raw(value)
    if (!isFramed) this.beginFrame()
    this.memorize(value)
  }

  private writeInstance(value: object, prototype: object): void {
    const reducer = this.reducers.ofPrototype(prototype)
    if (reducer === undefined) {
      const name = classNameOf(prototype)
      const kind = foreignKindOf(value, prototype, name)
      if (kind !== undefined) return this.writeForeign(value, kind)
      throw new UnwritableValue(
        value,
        `an instance of ${name} needs a reducer: pass { class: ${name}, module, name, reduce, build } in the option reducers`,
      )
    }
    const reduced = reducer.reduce(value)
    this.enter()
    this.writeName(reducer)
    if (Array.isArray(reduced)) {
      this.writeTuple(reduced as readonly unknown[], false)
      this.out.byte(OP.REDUCE)
      this.memorize(value)
    } else {
      const { args = [], state } = checkReduced(reduced, reducer)
      this.writeTuple(args, false)
      this.out.byte(OP.NEWOBJ)
      // Before the state, which may refer back to the instance.
      this.memorize(value)
      this.write(state)
      this.out.byte(OP.BUILD)
    }
    this.depth--
  }

  private writeForeign(value: object, kind: Kind): void {
    switch (kind) {
      case 'Object':
        return this.writeDict(value)
      case 'Array':
        return this.writeList(value as readonly unknown[])
      case 'Map':
        return this.writeMap(value as Map<unknown, unknown>)
      case 'Set':
        return this.writeSet(value as Set<unknown>)
      case 'Date':
        return this.writeDate(value as Date)
      case 'Uint8Array':
        return this.writeBytes(value as Uint8Array)
    }
  }

  private writeName(target: PythonName): void {
    const known = this.memo.get(target)
    if (known !== undefined) return this.refer(known)
    this.writeText(target.module)
    this.writeText(target.name)
    this.out.byte(OP.STACK_GLOBAL)
    this.memorize(target)
  }

  private refer(index: number): void {
    if (index < 256) this.out.pair(OP.BINGET, index)
    else {
      this.out.byte(OP.LONG_BINGET)
      this.out.uint32(index)
    }
  }

  /** The number is how many came before, for the reader as well: each is in the memo once. */
  private memorize(value: unknown): void {
    if (this.memo.size >= this.limits.maxObjects) {
      throw new LimitExceeded('maxObjects', `it holds more than ${this.limits.maxObjects} objects`)
    }
    this.memo.set(value, this.memo.size)
    this.out.byte(OP.MEMOIZE)
  }

  private enter(): void {
    if (++this.depth > this.limits.maxDepth) {
      throw new LimitExceeded('maxDepth', `it nests deeper than ${this.limits.maxDepth} levels`)
    }
  }

  private beginFrame(): void {
    this.frameStart = this.out.length
    this.out.byte(OP.FRAME)
    this.out.uint32(0)
    this.out.uint32(0)
  }

  private endFrame(): void {
    const { out, frameStart } = this
    const length = out.length - frameStart - FRAME_HEADER
    if (length < FRAME_MIN) out.move(frameStart + FRAME_HEADER, frameStart)
    else out.setUint32(frameStart + 1, length)
  }
}

/** What is no array of arguments; the types say the same, but reducers are the user's. */
function checkReduced(reduced: Reduced, reducer: Reducer): { args?: readonly unknown[]; state: unknown } {
  const isSound = typeof reduced === 'object' && reduced !== null && 'state' in reduced
  if (isSound && (reduced.args === undefined || Array.isArray(reduced.args))) return reduced
  throw new SerializationError(
    `reduce() for ${reducer.class.name} gives an array of arguments, or { args, state }; got ${typeof reduced}`,
    { option: 'reducers' },
  )
}
