/**
 * The machine that pickle's opcodes drive, for protocols 0 to 5: a stack, a memo, and marks on the stack. It builds data and calls the
 * functions of `python-names.ts`; nothing else happens, whatever the bytes say. The meaning of the opcodes is that of CPython's
 * `Lib/pickletools.py`; where CPython's C reader is lenient and its Python reader strict, this one is strict. It is one concept, one
 * machine with one instruction set, and therefore one long file.
 */
import type { ByteReader } from './byte-reader.js'
import type { NaiveDates } from './datetime.js'
import { DictForwarding, isDict } from './dict-forwarding.js'
import { quoteName } from './errors.js'
import { decodeInteger, hasRedundantByte } from './integers.js'
import { type Limits, MAX_INTEGER_BYTES } from './limits.js'
import { Memo } from './memo.js'
import { nestsDeeperThan } from './nesting.js'
import { type CallContext, Opaque, PythonCallable } from './opaque.js'
import { OP } from './opcodes.js'
import { ELLIPSIS, findName, type PythonNames } from './python-names.js'
import type { ReducerTable } from './reducer.js'
import { parseFloatText, parseIndex, parseInteger, parseQuoted, parseRawUnicode } from './text-operands.js'

const HIGHEST_PROTOCOL = 5
const NO_FRAME = Number.POSITIVE_INFINITY

type Dict = Record<string, unknown>

/** What the machine is made for, the same for every pickle of a serializer. */
export interface UnpicklerSettings {
  readonly names: PythonNames
  readonly reducers: ReducerTable
  readonly limits: Limits
  readonly naiveDates: NaiveDates
}

export class Unpickler implements CallContext {
  readonly naiveDates: NaiveDates
  private origins: Map<object, Opaque> | undefined
  private readonly input: ByteReader
  private readonly settings: UnpicklerSettings
  /** Its values end at `top`; what lies above is left over. */
  private readonly stack: unknown[] = []
  private top = 0
  private readonly marks: number[] = []
  /** Nothing below may be touched: the place of the last mark. */
  private fence = 0
  private readonly memo: Memo
  private readonly forwarding = new DictForwarding()
  /** Lists and sets in JavaScript that Python can hash: tuples, frozensets. Looked up rarely, so a `Set` is made only then. */
  private readonly hashable: object[] = []
  private hashableSet: Set<object> | undefined
  private containers = 0
  private hasInstances = false
  private frameEnd = NO_FRAME
  /** What is being called, for messages. */
  private calling = ''

  constructor(input: ByteReader, settings: UnpicklerSettings) {
    this.input = input
    this.settings = settings
    this.naiveDates = settings.naiveDates
    this.memo = new Memo(settings.limits.maxObjects)
  }

  /** @throws `DeserializationError`, or an error of the platform for a value that it cannot hold. */
  load(): unknown {
    const { input, stack } = this
    for (;;) {
      if (input.at >= this.frameEnd) this.leaveFrame()
      const opcode = input.uint8()
      switch (opcode) {
        case OP.SHORT_BINUNICODE:
          this.push(this.isKeyNext() ? input.repeatedUtf8(input.uint8()) : input.utf8(input.uint8()))
          break
        case OP.MEMOIZE:
          if (!this.memo.add(this.stack[this.need(1)])) this.memoIsFull()
          break
        case OP.BINGET:
          this.recall(input.uint8())
          break
        case OP.BININT1:
          this.push(input.uint8())
          break
        case OP.BININT2:
          this.push(input.uint16())
          break
        case OP.BININT:
          this.push(input.int32())
          break
        case OP.BINFLOAT:
          this.push(input.float64())
          break
        case OP.NONE:
          this.push(null)
          break
        case OP.NEWTRUE:
          this.push(true)
          break
        case OP.NEWFALSE:
          this.push(false)
          break
        case OP.MARK:
          this.fence = this.top
          this.marks.push(this.top)
          break
        case OP.EMPTY_DICT:
          this.push(this.count({}))
          break
        case OP.SETITEMS:
          this.setItems(this.popMark())
          break
        case OP.SETITEM:
          this.setItems(this.need(3) + 1)
          break
        case OP.EMPTY_LIST:
          this.push(this.count([]))
          break
        case OP.APPENDS:
          this.append(this.popMark())
          break
        case OP.APPEND:
          this.append(this.need(2) + 1)
          break
        case OP.LONG1:
          this.push(this.integer(input.uint8()))
          break
        case OP.LONG4:
          this.push(this.long4())
          break
        case OP.BINUNICODE:
          this.push(input.utf8(input.uint32()))
          break
        case OP.BINUNICODE8:
          this.push(input.utf8(input.length64()))
          break
        case OP.SHORT_BINBYTES:
          this.push(input.copy(input.uint8()))
          break
        case OP.BINBYTES:
          this.push(input.copy(input.uint32()))
          break
        case OP.BINBYTES8:
        case OP.BYTEARRAY8:
          this.push(input.copy(input.length64()))
          break
        case OP.EMPTY_SET:
          this.push(this.count(new Set()))
          break
        case OP.ADDITEMS:
          this.addItems(this.popMark())
          break
        case OP.FROZENSET:
          this.frozenSet(this.popMark())
          break
        case OP.EMPTY_TUPLE:
          this.tuple(this.top)
          break
        case OP.TUPLE1:
          this.tuple(this.need(1))
          break
        case OP.TUPLE2:
          this.tuple(this.need(2))
          break
        case OP.TUPLE3:
          this.tuple(this.need(3))
          break
        case OP.TUPLE:
          this.tuple(this.popMark())
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
        return this.push(this.resolve(this.utf8Line(), this.utf8Line()))
      case OP.POP:
        return this.pop()
      case OP.POP_MARK:
        this.top = this.popMark()
        return
      case OP.DUP:
        return this.duplicate()
      case OP.LIST:
        return this.list(this.popMark())
      case OP.DICT:
        return this.dict(this.popMark())
      case OP.INT:
        return this.push(this.integerLine())
      case OP.LONG:
        return this.push(parseInteger(input.line().replace(/L$/, '')) ?? this.fail('an integer in text that is none'))
      case OP.FLOAT:
        return this.push(parseFloatText(input.line()) ?? this.fail('a float in text that is none'))
      case OP.UNICODE:
        return this.push(parseRawUnicode(input.line()) ?? this.fail('text with an escape that means no character'))
      case OP.STRING:
        return this.push(this.ascii(parseQuoted(input.line()) ?? this.fail('a string that is not quoted or escaped')))
      case OP.BINSTRING:
        return this.push(this.ascii(input.latin1(input.uint32())))
      case OP.SHORT_BINSTRING:
        return this.push(this.ascii(input.latin1(input.uint8())))
      case OP.INST:
        return this.instance(this.resolve(this.utf8Line(), this.utf8Line()), this.popMark())
      case OP.OBJ:
        return this.object(this.popMark())
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

  // What calls from a pickle may use.

  markHashable(value: object): void {
    this.hashable.push(value)
    this.hashableSet?.add(value)
  }

  originOf(value: unknown): unknown {
    return this.origins?.get(value as object) ?? value
  }

  setOrigin(instance: object, origin: Opaque): void {
    this.origins ??= new Map()
    this.origins.set(instance, origin)
  }

  checkValue(value: unknown): void {
    if (value instanceof Opaque) this.refuseValue(value)
  }

  /** CPython hashes keys, and so fails for what it cannot hash. Here anything could be a key, but such a pickle is not sound. */
  checkKey(value: unknown): void {
    if (typeof value !== 'object' || value === null || value instanceof Date || value instanceof Uint8Array) return
    if (value instanceof Opaque) this.refuseValue(value)
    this.hashableSet ??= new Set(this.hashable)
    if (!this.hashableSet.has(value))
      this.fail('a list, dict or set as a key or member of a set, which Python does not allow')
  }

  refuse(problem: string, cause?: unknown): never {
    return this.input.fail(`${this.calling} ${problem}`, { cause })
  }

  // The stack.

  private push(value: unknown): void {
    this.stack[this.top++] = value
  }

  /** Puts a container below the items that begin at `start`. */
  private insert(start: number, container: object): void {
    this.push(undefined)
    this.stack.copyWithin(start + 1, start, this.top - 1)
    this.stack[start] = container
  }

  /** Whether the next value is a key, if those since the mark are the items of a dict. */
  private isKeyNext(): boolean {
    return ((this.top - this.fence) & 1) === 0
  }

  /** Where the topmost `count` values begin. */
  private need(count: number): number {
    const start = this.top - count
    if (start < this.fence) this.fail('an opcode that takes more values than there are')
    return start
  }

  /** Where the values since the last mark begin. */
  private popMark(): number {
    const start = this.marks.pop()
    if (start === undefined) return this.fail('an opcode that needs a mark where there is none')
    this.fence = this.marks.at(-1) ?? 0
    return start
  }

  private pop(): void {
    // As in CPython, which keeps marks on the stack.
    if (this.marks.length > 0 && this.top === this.fence) this.popMark()
    else this.top = this.need(1)
  }

  private duplicate(): void {
    const value = this.stack[this.need(1)]
    this.forwarding.noteReference(value)
    this.push(value)
  }

  // The memo.

  private memorize(index: number): void {
    if (!this.memo.put(index, this.stack[this.need(1)])) this.memoIsFull()
  }

  private memoIsFull(): never {
    return this.fail(`more than ${this.settings.limits.maxObjects} values to refer back to; raise maxObjects`)
  }

  private recall(index: number): void {
    if (!this.memo.has(index)) this.fail(`a reference to value ${index}, which is not there`)
    const value = this.memo.get(index)
    this.push(typeof value === 'object' && value !== null ? this.forwarding.recall(value) : value)
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
    if (++this.containers > this.settings.limits.maxObjects) {
      this.fail(`more than ${this.settings.limits.maxObjects} containers; raise maxObjects`)
    }
    return container
  }

  private append(start: number): void {
    const { stack } = this
    const list = this.target(start)
    if (!Array.isArray(list)) this.fail('items for what is no list')
    for (let i = start; i < this.top; i++) {
      const item = stack[i]
      if (item instanceof Opaque) this.refuseValue(item)
      ;(list as unknown[]).push(item)
    }
    this.top = start
  }

  private setItems(start: number): void {
    const { stack } = this
    let dict = this.target(start)
    if ((this.top - start) % 2 !== 0) this.fail('items for a dict, the last without a value')
    for (let i = start; i < this.top; i += 2) {
      const key = stack[i]
      const value = stack[i + 1]
      if (value instanceof Opaque) this.refuseValue(value)
      if (dict instanceof Map) {
        this.checkKey(key)
        dict.set(key, value)
      } else if (!isDict(dict)) this.fail('items for what is no dict')
      else if (typeof key === 'string') setProperty(dict, key, value)
      else {
        this.checkKey(key)
        const map: Map<unknown, unknown> = this.forwarding.toMap(dict)
        map.set(key, value)
        stack[start - 1] = map
        dict = map
      }
    }
    this.top = start
  }

  private addItems(start: number): void {
    const { stack } = this
    const set = this.target(start)
    if (!(set instanceof Set)) return this.fail('members for what is no set')
    for (let i = start; i < this.top; i++) {
      this.checkKey(stack[i])
      set.add(stack[i])
    }
    this.top = start
  }

  /** The container below the items that begin at `start`. */
  private target(start: number): unknown {
    if (start - 1 < this.fence) this.fail('items without a container')
    return this.forwarding.current(this.stack[start - 1])
  }

  private frozenSet(start: number): void {
    const set = this.count(new Set())
    this.insert(start, set)
    this.addItems(start + 1)
    this.markHashable(set)
  }

  private list(start: number): void {
    const items = this.count(this.stack.slice(start, this.top))
    for (const item of items) this.checkValue(item)
    this.top = start
    this.push(items)
  }

  private dict(start: number): void {
    this.insert(start, this.count({}))
    this.setItems(start + 1)
  }

  private tuple(start: number): void {
    const { stack } = this
    const items = stack.slice(start, this.top)
    this.top = start
    this.push(items)
    // Most tuples are the arguments of what is called next, and no value.
    if (this.isCallNext()) return
    for (const item of items) this.checkValue(item)
    this.markHashable(this.count(items))
  }

  /** Whether the next opcode, apart from one that memorizes, calls something. */
  private isCallNext(): boolean {
    const { bytes, at } = this.input
    let next = at
    if (bytes[next] === OP.MEMOIZE) next += 1
    else if (bytes[next] === OP.BINPUT) next += 2
    else if (bytes[next] === OP.LONG_BINPUT) next += 5
    else if (bytes[next] === OP.PUT) next = bytes.indexOf(0x0a, next) + 1
    return bytes[next] === OP.REDUCE || bytes[next] === OP.NEWOBJ
  }

  // Python's names, and calls.

  private stackGlobal(): void {
    const { stack } = this
    const start = this.need(2)
    const module = stack[start]
    const name = stack[start + 1]
    if (typeof module !== 'string' || typeof name !== 'string') return this.fail('a name that is no text')
    this.top = start
    this.push(this.resolve(module, name))
  }

  private resolve(module: string, name: string): unknown {
    const found = findName(this.settings.names, module, name)
    if (found === undefined) return this.fail(`${quoteName(`${module}.${name}`)} is not registered: ${ADVICE}`)
    return found === ELLIPSIS ? undefined : found
  }

  private reduce(): void {
    const { stack } = this
    const start = this.need(2)
    const result = this.call(stack[start], stack[start + 1])
    this.top = start
    this.push(result)
  }

  private newObject(): void {
    const { stack } = this
    const start = this.need(2)
    const result = this.make(stack[start], stack[start + 1])
    this.top = start
    this.push(result)
  }

  /** The older spelling: the class above a mark, its arguments above that. */
  private object(start: number): void {
    if (start === this.top) this.fail('an instance without a class')
    this.instance(this.stack[start], start + 1, start)
  }

  private instance(target: unknown, argsStart: number, start = argsStart): void {
    const { stack } = this
    const result = this.make(target, stack.slice(argsStart, this.top))
    this.top = start
    this.push(result)
  }

  private make(target: unknown, args: unknown): unknown {
    if (target instanceof PythonCallable && !target.newable) this.fail(`an instance of ${target.label} made by __new__`)
    return this.call(target, args)
  }

  private call(target: unknown, args: unknown): unknown {
    if (!(target instanceof PythonCallable)) {
      return this.fail(
        target instanceof Opaque ? `a call of ${target.label}` : 'a call of what is no class or function',
      )
    }
    if (!Array.isArray(args)) return this.fail(`a call of ${target.label} without arguments`)
    this.calling = target.label
    if (target.newable) this.hasInstances = true
    const result = target.call(args as unknown[], this)
    if (!(result instanceof Date)) this.count(this)
    // A tuple that holds a class is no value, wherever else the memo may let it turn up.
    if (args.some((arg) => arg instanceof Opaque)) args.length = 0
    return result
  }

  private build(): void {
    const { stack } = this
    const start = this.need(2)
    const instance = stack[start]
    const state = this.forwarding.current(stack[start + 1])
    this.top = start + 1
    if (state === null) return
    this.checkValue(state)
    const reducer =
      typeof instance === 'object' && instance !== null
        ? this.settings.reducers.ofPrototype(Object.getPrototypeOf(instance))
        : undefined
    if (reducer === undefined) return this.fail('a state for what has none')
    const label = `${reducer.module}.${reducer.name}`
    if (reducer.setState === undefined) return this.fail(`a state for ${label}, whose reducer has no setState()`)
    this.calling = label
    try {
      reducer.setState(instance as object, state)
    } catch (error) {
      this.refuse('has a state that its reducer does not take', error)
    }
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
    if (this.marks.length > 0) this.fail('the end, with a mark left over')
    let value = this.forwarding.current(this.stack[this.need(1)])
    this.checkValue(value)
    if (value === undefined) this.fail('builtins.Ellipsis alone, which stands for undefined, and undefined for a miss')
    if (this.forwarding.isReplacementDue()) {
      // What a reducer has built cannot be looked into.
      if (this.hasInstances) this.fail('an instance beside a dict that refers to itself and has keys other than text')
      value = this.forwarding.replaceIn(value)
    }
    const { maxDepth } = this.settings.limits
    if (this.containers > maxDepth && nestsDeeperThan(value, maxDepth)) {
      this.fail(`it nests deeper than ${maxDepth} levels; raise maxDepth`)
    }
    return value
  }

  // Refusals.

  private fail(problem: string): never {
    return this.input.fail(problem)
  }

  private refuseValue({ label }: Opaque): never {
    return this.fail(`${label} as a value: ${ADVICE}`)
  }

  private unknownOpcode(opcode: number): never {
    const shown = `0x${opcode.toString(16).padStart(2, '0')}`
    const { bytes } = this.input
    if (this.input.at === 1 && /^-?\d+$/.test(new TextDecoder().decode(bytes.subarray(0, 20)))) {
      return this.fail(
        'it is the plain text of a number, as increment() leaves it; read such a key with a text serializer',
      )
    }
    return this.fail(this.input.at === 1 ? `it is no pickle: the first byte is ${shown}` : `${shown} is no opcode`)
  }
}

const ADVICE = 'register a reducer for it, one of the shipped ones or your own'

/** Every key becomes a property of the object's own, `__proto__` too. */
function setProperty(dict: Dict, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(dict, key, { value, writable: true, enumerable: true, configurable: true })
  } else dict[key] = value
}
