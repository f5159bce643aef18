/**
 * The machine that pickle's opcodes drive, for protocols 0 to 5: a stack, a memo, and marks on the stack. It builds data and calls the
 * functions of `python-names.ts`, through `caller.ts`; nothing else happens, whatever the bytes say. The meaning of the opcodes is that of CPython's
 * `Lib/pickletools.py`; where CPython's C reader is lenient and its Python reader strict, this one is strict. It is one concept, one
 * machine with one instruction set, and therefore one long file.
 */
import type { ByteReader } from './byte-reader.js'
import { Caller, type CallerSettings } from './caller.js'
import { DictForwarding, isDict } from './dict-forwarding.js'
import { decodeInteger, hasRedundantByte } from './integers.js'
import { type Limits, MAX_INTEGER_BYTES } from './limits.js'
import { Memo } from './memo.js'
import { nestsDeeperThan } from './nesting.js'
import { Opaque } from './opaque.js'
import { OP } from './opcodes.js'
import { parseFloatText, parseIndex, parseInteger, parseQuoted, parseRawUnicode } from './text-operands.js'
import { ValueStack } from './value-stack.js'

const HIGHEST_PROTOCOL = 5
const NO_FRAME = Number.POSITIVE_INFINITY

type Dict = Record<string, unknown>

/** What the machine is made for, the same for every pickle of a serializer. */
export interface UnpicklerSettings extends CallerSettings {
  readonly limits: Limits
}

export class Unpickler {
  private readonly input: ByteReader
  private readonly limits: Limits
  private readonly stack: ValueStack
  private readonly memo: Memo
  private readonly caller: Caller
  private readonly forwarding = new DictForwarding()
  private containers = 0
  private frameEnd = NO_FRAME

  constructor(input: ByteReader, settings: UnpicklerSettings) {
    this.input = input
    this.limits = settings.limits
    this.stack = new ValueStack(input)
    this.memo = new Memo(settings.limits.maxObjects)
    this.caller = new Caller(input, settings)
  }

  /** @throws `DeserializationError`, or an error of the platform for a value that it cannot hold. */
  load(): unknown {
    const { input, stack } = this
    for (;;) {
      if (input.at >= this.frameEnd) this.leaveFrame()
      const opcode = input.uint8()
      switch (opcode) {
        case OP.SHORT_BINUNICODE:
          stack.push(stack.isKeyNext() ? input.repeatedUtf8(input.uint8()) : input.utf8(input.uint8()))
          break
        case OP.MEMOIZE:
          if (!this.memo.add(stack.peek())) this.memoIsFull()
          break
        case OP.BINGET:
          this.recall(input.uint8())
          break
        case OP.BININT1:
          stack.push(input.uint8())
          break
        case OP.BININT2:
          stack.push(input.uint16())
          break
        case OP.BININT:
          stack.push(input.int32())
          break
        case OP.BINFLOAT:
          stack.push(input.float64())
          break
        case OP.NONE:
          stack.push(null)
          break
        case OP.NEWTRUE:
          stack.push(true)
          break
        case OP.NEWFALSE:
          stack.push(false)
          break
        case OP.MARK:
          stack.mark()
          break
        case OP.EMPTY_DICT:
          stack.push(this.count({}))
          break
        case OP.SETITEMS:
          this.setItems(stack.popMark())
          break
        case OP.SETITEM:
          this.setItems(stack.need(3) + 1)
          break
        case OP.EMPTY_LIST:
          stack.push(this.count([]))
          break
        case OP.APPENDS:
          this.append(stack.popMark())
          break
        case OP.APPEND:
          this.append(stack.need(2) + 1)
          break
        case OP.LONG1:
          stack.push(this.integer(input.uint8()))
          break
        case OP.LONG4:
          stack.push(this.long4())
          break
        case OP.BINUNICODE:
          stack.push(input.utf8(input.uint32()))
          break
        case OP.BINUNICODE8:
          stack.push(input.utf8(input.length64()))
          break
        case OP.SHORT_BINBYTES:
          stack.push(input.copy(input.uint8()))
          break
        case OP.BINBYTES:
          stack.push(input.copy(input.uint32()))
          break
        case OP.BINBYTES8:
        case OP.BYTEARRAY8:
          stack.push(input.copy(input.length64()))
          break
        case OP.EMPTY_SET:
          stack.push(this.count(new Set()))
          break
        case OP.ADDITEMS:
          this.addItems(stack.popMark())
          break
        case OP.FROZENSET:
          this.frozenSet(stack.popMark())
          break
        case OP.EMPTY_TUPLE:
          this.tuple(stack.top)
          break
        case OP.TUPLE1:
          this.tuple(stack.need(1))
          break
        case OP.TUPLE2:
          this.tuple(stack.need(2))
          break
        case OP.TUPLE3:
          this.tuple(stack.need(3))
          break
        case OP.TUPLE:
          this.tuple(stack.popMark())
          break
        case OP.LONG_BINGET:
          this.recall(input.uint32())
          break
        case OP.STACK_GLOBAL:
          this.stackGlobal()
          break
        case OP.REDUCE:
          this.reduce()
          break
        case OP.NEWOBJ:
          this.newObject()
          break
        case OP.BUILD:
          this.build()
          break
        case OP.PROTO: {
          const protocol = input.uint8()
          if (protocol > HIGHEST_PROTOCOL)
            this.fail(`protocol ${protocol} is not known; the highest is ${HIGHEST_PROTOCOL}`)
          break
        }
        case OP.FRAME:
          this.enterFrame()
          break
        case OP.STOP:
          return this.stop()
        default:
          this.rareOpcode(opcode)
      }
    }
  }

  /** What only older protocols, and few pickles of the newer ones, have. */
  private rareOpcode(opcode: number): void {
    const { input, stack } = this
    switch (opcode) {
      case OP.BINPUT:
        return this.memorize(input.uint8())
      case OP.LONG_BINPUT:
        return this.memorize(input.uint32())
      case OP.PUT:
        return this.memorize(this.index())
      case OP.GET:
        return this.recall(this.index())
      case OP.GLOBAL:
        return stack.push(this.global())
      case OP.POP:
        return stack.pop()
      case OP.POP_MARK:
        stack.top = stack.popMark()
        return
      case OP.DUP:
        return this.duplicate()
      case OP.LIST:
        return this.list(stack.popMark())
      case OP.DICT:
        return this.dict(stack.popMark())
      case OP.INT:
        return stack.push(this.integerLine())
      case OP.LONG:
        return stack.push(parseInteger(input.line().replace(/L$/, '')) ?? this.fail('an integer in text that is none'))
      case OP.FLOAT:
        return stack.push(parseFloatText(input.line()) ?? this.fail('a float in text that is none'))
      case OP.UNICODE:
        return stack.push(parseRawUnicode(input.line()) ?? this.fail('text with an escape that means no character'))
      case OP.STRING:
        return stack.push(this.ascii(parseQuoted(input.line()) ?? this.fail('a string that is not quoted or escaped')))
      case OP.BINSTRING:
        return stack.push(this.ascii(input.latin1(input.uint32())))
      case OP.SHORT_BINSTRING:
        return stack.push(this.ascii(input.latin1(input.uint8())))
      case OP.INST:
        return this.instance(stack.popMark(), this.global())
      case OP.OBJ:
        return this.object(stack.popMark())
      case OP.NEWOBJ_EX:
        return this.fail('an instance with keyword arguments (NEWOBJ_EX), which no reducer takes')
      case OP.EXT1:
      case OP.EXT2:
      case OP.EXT4:
        return this.fail('a class by its number in the extension registry of copyreg, which is not read')
      case OP.PERSID:
      case OP.BINPERSID:
        return this.fail('a persistent id, which only the program that wrote it could resolve')
      case OP.NEXT_BUFFER:
      case OP.READONLY_BUFFER:
        return this.fail('a reference to out-of-band data, which is not stored with it')
      default:
        return this.unknownOpcode(opcode)
    }
  }

  // References.

  private duplicate(): void {
    const value = this.stack.peek()
    this.forwarding.noteReference(value)
    this.stack.push(value)
  }

  private memorize(index: number): void {
    if (!this.memo.put(index, this.stack.peek())) this.memoIsFull()
  }

  private memoIsFull(): never {
    return this.fail(`more than ${this.limits.maxObjects} values to refer back to; raise maxObjects`)
  }

  private recall(index: number): void {
    if (!this.memo.has(index)) this.fail(`a reference to value ${index}, which is not there`)
    const value = this.memo.get(index)
    this.stack.push(typeof value === 'object' && value !== null ? this.forwarding.recall(value) : value)
  }

  private index(): number {
    return parseIndex(this.input.line()) ?? this.fail('a number in the memo that is none')
  }

  // Numbers and text.

  private integer(length: number): number | bigint {
    if (length > MAX_INTEGER_BYTES) this.fail(`an integer of more than ${MAX_INTEGER_BYTES} bytes`)
    const start = this.input.skip(length)
    return decodeInteger(this.input.bytes, start, start + length)
  }

  private long4(): number | bigint {
    const length = this.input.int32()
    if (length < 0) this.fail('an integer of a negative length')
    const value = this.integer(length)
    // See `integers.ts`.
    const { bytes, at } = this.input
    return typeof value === 'number' && hasRedundantByte(bytes, at - length, at) ? BigInt(value) : value
  }

  private integerLine(): number | bigint | boolean {
    const line = this.input.line()
    if (line === '00') return false
    if (line === '01') return true
    return parseInteger(line) ?? this.fail('an integer in text that is none')
  }

  private utf8Line(): string {
    const start = this.input.at
    const { length } = this.input.line()
    this.input.at = start
    const text = this.input.utf8(length)
    this.input.at++
    return text
  }

  /** Text of Python 2: bytes of an unknown encoding, so only ASCII is certain, as for Python 3. */
  private ascii(text: string): string {
    for (let i = 0; i < text.length; i++) {
      if (text.charCodeAt(i) > 0x7f)
        this.fail('a string of Python 2 that is not ASCII, and whose encoding nothing tells')
    }
    return text
  }

  // Containers.

  /** Passes a new container on. */
  private count<T extends object>(container: T): T {
    if (++this.containers > this.limits.maxObjects) {
      this.fail(`more than ${this.limits.maxObjects} containers; raise maxObjects`)
    }
    return container
  }

  private append(start: number): void {
    const { stack } = this
    const list = stack.below(start)
    if (!Array.isArray(list)) return this.fail('items for what is no list')
    for (let i = start; i < stack.top; i++) {
      const item = stack.values[i]
      if (item instanceof Opaque) this.caller.refuseValue(item)
      ;(list as unknown[]).push(item)
    }
    stack.top = start
  }

  private setItems(start: number): void {
    const { stack } = this
    const { values, top } = stack
    let dict = this.forwarding.current(stack.below(start))
    if ((top - start) % 2 !== 0) this.fail('items for a dict, the last without a value')
    for (let i = start; i < top; i += 2) {
      const key = values[i]
      const value = values[i + 1]
      if (value instanceof Opaque) this.caller.refuseValue(value)
      if (dict instanceof Map) {
        this.caller.checkKey(key)
        dict.set(key, value)
      } else if (!isDict(dict)) this.fail('items for what is no dict')
      else if (typeof key === 'string') setProperty(dict, key, value)
      else {
        this.caller.checkKey(key)
        dict = values[start - 1] = this.forwarding.toMap(dict).set(key, value)
      }
    }
    stack.top = start
  }

  private addItems(start: number): void {
    const { stack } = this
    const set = stack.below(start)
    if (!(set instanceof Set)) return this.fail('members for what is no set')
    for (let i = start; i < stack.top; i++) {
      this.caller.checkKey(stack.values[i])
      set.add(stack.values[i])
    }
    stack.top = start
  }

  private frozenSet(start: number): void {
    const set = this.count(new Set())
    this.stack.insert(start, set)
    this.addItems(start + 1)
    this.caller.markHashable(set)
  }

  private list(start: number): void {
    const items = this.count(this.stack.take(start))
    for (const item of items) this.caller.checkValue(item)
    this.stack.push(items)
  }

  private dict(start: number): void {
    this.stack.insert(start, this.count({}))
    this.setItems(start + 1)
  }

  private tuple(start: number): void {
    const items = this.stack.take(start)
    this.stack.push(items)
    // Most tuples are the arguments of what is called next, and no value.
    if (this.isCallNext()) return
    for (const item of items) this.caller.checkValue(item)
    this.caller.markHashable(this.count(items))
  }

  /** Whether the next opcode, apart from one that memorizes and a frame that begins, calls something. */
  private isCallNext(): boolean {
    const { bytes, at } = this.input
    let next = at
    if (bytes[next] === OP.MEMOIZE) next += 1
    else if (bytes[next] === OP.BINPUT) next += 2
    else if (bytes[next] === OP.LONG_BINPUT) next += 5
    else if (bytes[next] === OP.PUT) next = bytes.indexOf(0x0a, next) + 1
    if (bytes[next] === OP.FRAME) next += 9
    return bytes[next] === OP.REDUCE || bytes[next] === OP.NEWOBJ
  }

  // Python's names, and calls.

  private stackGlobal(): void {
    const { stack } = this
    const start = stack.need(2)
    stack.replaceFrom(start, this.caller.resolve(stack.values[start], stack.values[start + 1]))
  }

  private global(): unknown {
    const module = this.utf8Line()
    return this.caller.resolve(module, this.utf8Line())
  }

  private reduce(): void {
    const { stack } = this
    const start = stack.need(2)
    stack.replaceFrom(start, this.made(this.caller.call(stack.values[start], stack.values[start + 1])))
  }

  private newObject(): void {
    const { stack } = this
    const start = stack.need(2)
    stack.replaceFrom(start, this.made(this.caller.make(stack.values[start], stack.values[start + 1])))
  }

  /** An older spelling: the arguments above a mark, the class in the opcode. */
  private instance(start: number, target: unknown): void {
    const args = this.stack.take(start)
    this.stack.push(this.made(this.caller.make(target, args)))
  }

  /** Another: the class above the mark as well. */
  private object(start: number): void {
    const [target, ...args] = this.stack.take(start)
    this.stack.push(this.made(this.caller.make(target, args)))
  }

  /** Counts what a call has made, unless it can be no container. */
  private made(result: unknown): unknown {
    return typeof result === 'object' && result !== null && !(result instanceof Date) ? this.count(result) : result
  }

  private build(): void {
    const { stack } = this
    const start = stack.need(2)
    const state = this.forwarding.current(stack.values[start + 1])
    stack.top = start + 1
    if (state !== null) this.caller.setState(stack.values[start], state)
  }

  // Frames, and the end.

  private enterFrame(): void {
    const { input } = this
    const length = input.length64()
    if (this.frameEnd !== NO_FRAME) this.fail('a frame within a frame')
    if (length > input.bytes.length - input.at) this.fail('a frame that ends beyond the pickle')
    this.frameEnd = input.at + length
  }

  private leaveFrame(): void {
    if (this.input.at > this.frameEnd) this.fail('an opcode that crosses the end of its frame')
    this.frameEnd = NO_FRAME
  }

  private stop(): unknown {
    if (this.stack.hasMarks()) this.fail('the end, with a mark left over')
    let value = this.forwarding.current(this.stack.peek())
    this.caller.checkValue(value)
    if (value === undefined) this.fail('builtins.Ellipsis alone, which stands for undefined, and undefined for a miss')
    if (this.forwarding.isReplacementDue()) {
      // What a reducer has built cannot be looked into.
      if (this.caller.hasInstances)
        this.fail('an instance beside a dict that refers to itself and has keys other than text')
      value = this.forwarding.replaceIn(value)
    }
    const { maxDepth } = this.limits
    if (this.containers > maxDepth && nestsDeeperThan(value, maxDepth)) {
      this.fail(`it nests deeper than ${maxDepth} levels; raise maxDepth`)
    }
    return value
  }

  // Refusals.

  private fail(problem: string): never {
    return this.input.fail(problem)
  }

  private unknownOpcode(opcode: number): never {
    const shown = `0x${opcode.toString(16).padStart(2, '0')}`
    const { bytes } = this.input
    if (this.input.at === 1 && /^-?\d+$/.test(new TextDecoder().decode(bytes.subarray(0, 20)))) {
      return this.fail(
        'it is the plain text of a number, as a counter under a text serializer is stored; read it with that one',
      )
    }
    return this.fail(this.input.at === 1 ? `it is no pickle: the first byte is ${shown}` : `${shown} is no opcode`)
  }
}

/** Every key becomes a property of the object's own, `__proto__` too. */
function setProperty(dict: Dict, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(dict, key, { value, writable: true, enumerable: true, configurable: true })
  } else dict[key] = value
}
