/**
 * A JavaScript value → the opcodes of pickle, as CPython's `Lib/pickle.py` writes them: batches of 1000 items, shared and cyclic objects
 * by reference. This file stays one concept, what each kind of value is written as, although it is long: every kind is a few lines that
 * only make sense beside the others.
 */
import { SerializationError } from '@pycached/core'
import { encodeDatetime } from './datetime.js'
import { classNameOf, LimitExceeded, UnwritableValue } from './errors.js'
import { foreignKindOf, type Kind } from './foreign-kind.js'
import { isFreezable, isList } from './hash-position.js'
import type { Limits } from './limits.js'
import { OP } from './opcodes.js'
import type { PickleOutput } from './pickle-output.js'
import type { Reduced, Reducer, ReducerTable } from './reducer.js'

const BATCH = 1000

/** Text up to this length is written once and referred to afterwards: property names above all. */
const MEMORIZED_LENGTH = 256
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
  private readonly out: PickleOutput
  private readonly reducers: ReducerTable
  private readonly limits: Limits
  /** What was written and can be referred to → its number. */
  private readonly memo = new Map<unknown, number>()
  /** Those of the memo that Python can hash although they are arrays or sets. */
  private readonly frozen = new Set<unknown>()
  private depth = 0

  constructor(out: PickleOutput, reducers: ReducerTable, limits: Limits) {
    this.out = out
    this.reducers = reducers
    this.limits = limits
  }

  /** @throws `UnwritableValue`, `LimitExceeded`, or what code of the value throws. */
  dump(value: unknown): void {
    if (value === undefined) {
      throw new UnwritableValue(value, 'undefined is no value of its own, for it means a miss; store null')
    }
    this.out.begin()
    this.write(value)
    this.out.end()
  }

  private write(value: unknown): void {
    this.out.boundary()
    switch (typeof value) {
      case 'string':
        return this.writeText(value)
      case 'number':
        return this.out.number(value)
      case 'object':
        return value === null ? this.out.opcode(OP.NONE) : this.writeObject(value)
      case 'boolean':
        return this.out.opcode(value ? OP.NEWTRUE : OP.NEWFALSE)
      case 'bigint':
        return this.out.bigInt(value)
      case 'undefined':
        return this.writeName(ELLIPSIS)
      case 'function':
      case 'symbol':
        throw new UnwritableValue(value, `a ${typeof value} cannot be stored`)
    }
  }

  private writeText(text: string): void {
    const isMemorized = text.length <= MEMORIZED_LENGTH
    const known = isMemorized ? this.memo.get(text) : undefined
    if (known !== undefined) return this.out.refer(known)
    this.out.text(text)
    if (isMemorized && this.memo.size < MEMORIZED_TEXTS) this.memorize(text)
  }

  private writeObject(value: object): void {
    const known = this.memo.get(value)
    if (known !== undefined) return this.out.refer(known)
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
    out.opcode(OP.EMPTY_DICT)
    this.memorize(value)
    const keys = Object.keys(value)
    this.enter()
    for (let start = 0; start < keys.length; start += BATCH) {
      const end = Math.min(start + BATCH, keys.length)
      if (keys.length > 1) out.opcode(OP.MARK)
      for (let i = start; i < end; i++) {
        const key = keys[i] as string
        this.writeText(key)
        this.write((value as Record<string, unknown>)[key])
      }
      out.opcode(keys.length > 1 ? OP.SETITEMS : OP.SETITEM)
    }
    this.depth--
  }

  /** Holes are `undefined`: Python has none. */
  private writeList(value: readonly unknown[]): void {
    const { out } = this
    out.opcode(OP.EMPTY_LIST)
    this.memorize(value)
    const { length } = value
    if (length > this.limits.maxBytes) {
      throw new UnwritableValue(value, `an array of length ${length} is longer than maxBytes, ${this.limits.maxBytes}`)
    }
    this.enter()
    for (let start = 0; start < length; start += BATCH) {
      const end = Math.min(start + BATCH, length)
      if (length > 1) out.opcode(OP.MARK)
      for (let i = start; i < end; i++) this.write(value[i])
      out.opcode(length > 1 ? OP.APPENDS : OP.APPEND)
    }
    this.depth--
  }

  private writeMap(value: Map<unknown, unknown>): void {
    const { out } = this
    this.writeName(ORDERED_DICT)
    out.opcodes(OP.EMPTY_TUPLE, OP.REDUCE)
    this.memorize(value)
    this.enter()
    let inBatch = 0
    for (const [key, item] of value) {
      if (inBatch === 0) out.opcode(OP.MARK)
      this.writeKey(key)
      this.write(item)
      if (++inBatch === BATCH) {
        out.opcode(OP.SETITEMS)
        inBatch = 0
      }
    }
    if (inBatch > 0) out.opcode(OP.SETITEMS)
    this.depth--
  }

  private writeSet(value: Set<unknown>): void {
    const { out } = this
    out.opcode(OP.EMPTY_SET)
    this.memorize(value)
    this.enter()
    let inBatch = 0
    for (const member of value) {
      if (inBatch === 0) out.opcode(OP.MARK)
      this.writeKey(member)
      if (++inBatch === BATCH) {
        out.opcode(OP.ADDITEMS)
        inBatch = 0
      }
    }
    if (inBatch > 0) out.opcode(OP.ADDITEMS)
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
    this.out.opcodes(OP.TUPLE1, OP.REDUCE)
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
      this.out.opcode(OP.MARK)
      for (const member of value) this.writeFrozenItem(member)
      this.out.opcode(OP.FROZENSET)
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
    if (items.length > 3) out.opcode(OP.MARK)
    for (let i = 0; i < items.length; i++) {
      if (frozen) this.writeFrozenItem(items[i])
      else this.write(items[i])
    }
    out.opcode([OP.EMPTY_TUPLE, OP.TUPLE1, OP.TUPLE2, OP.TUPLE3][items.length] ?? OP.TUPLE)
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
    out.bytes(bytes)
    this.writeUtc()
    out.opcodes(OP.TUPLE2, OP.REDUCE)
    this.memorize(value)
  }

  private writeUtc(): void {
    const known = this.memo.get(UTC)
    if (known !== undefined) return this.out.refer(known)
    const { out } = this
    this.writeName(TIMEZONE)
    this.writeName(TIMEDELTA)
    for (let i = 0; i < 3; i++) out.number(0)
    out.opcodes(OP.TUPLE3, OP.REDUCE)
    out.opcodes(OP.TUPLE1, OP.REDUCE)
    this.memorize(UTC)
  }

  private writeBytes(value: Uint8Array): void {
    this.out.bytes(value)
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
      this.out.opcode(OP.REDUCE)
      this.memorize(value)
    } else {
      const { args = [], state } = checkReduced(reduced, reducer)
      this.writeTuple(args, false)
      this.out.opcode(OP.NEWOBJ)
      // Before the state, which may refer back to the instance.
      this.memorize(value)
      this.write(state)
      this.out.opcode(OP.BUILD)
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
    if (known !== undefined) return this.out.refer(known)
    this.writeText(target.module)
    this.writeText(target.name)
    this.out.opcode(OP.STACK_GLOBAL)
    this.memorize(target)
  }

  /** The number is how many came before, for the reader as well: each is in the memo once. */
  private memorize(value: unknown): void {
    if (this.memo.size >= this.limits.maxObjects) {
      throw new LimitExceeded('maxObjects', `it holds more than ${this.limits.maxObjects} objects`)
    }
    this.memo.set(value, this.memo.size)
    this.out.opcode(OP.MEMOIZE)
  }

  private enter(): void {
    if (++this.depth > this.limits.maxDepth) {
      throw new LimitExceeded('maxDepth', `it nests deeper than ${this.limits.maxDepth} levels`)
    }
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
