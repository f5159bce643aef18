/** Everything in a pickle that calls something, and the checks on what may then be a value: the reader's gate to Python's names. */
import type { ByteReader } from './byte-reader.js'
import type { NaiveDates } from './datetime.js'
import { quoteName } from './errors.js'
import { type CallContext, Opaque, PythonCallable } from './opaque.js'
import { ELLIPSIS, findName, type PythonNames } from './python-names.js'
import type { ReducerTable } from './reducer.js'

const ADVICE = 'register a reducer for it, one of the shipped ones or your own'

export interface CallerSettings {
  readonly names: PythonNames
  readonly reducers: ReducerTable
  readonly naiveDates: NaiveDates
}

export class Caller implements CallContext {
  readonly naiveDates: NaiveDates
  /** Whether an instance of a reducer's class was made. */
  hasInstances = false
  private readonly input: ByteReader
  private readonly settings: CallerSettings
  /** Lists and sets in JavaScript that Python can hash: tuples, frozensets. Looked up rarely, so a `Set` is made only then. */
  private readonly hashable: object[] = []
  private hashableSet: Set<object> | undefined
  private origins: Map<object, Opaque> | undefined
  /** For messages. */
  private calling = ''

  constructor(input: ByteReader, settings: CallerSettings) {
    this.input = input
    this.settings = settings
    this.naiveDates = settings.naiveDates
  }

  /** What a name means; refused at once if it means nothing. */
  resolve(module: unknown, name: unknown): unknown {
    if (typeof module !== 'string' || typeof name !== 'string') return this.input.fail('a name that is no text')
    const found = findName(this.settings.names, module, name)
    if (found === undefined) return this.input.fail(`${quoteName(`${module}.${name}`)} is not registered: ${ADVICE}`)
    return found === ELLIPSIS ? undefined : found
  }

  call(target: unknown, args: unknown): unknown {
    if (!(target instanceof PythonCallable)) {
      const what = target instanceof Opaque ? target.label : 'what is no class or function'
      return this.input.fail(`a call of ${what}`)
    }
    if (!Array.isArray(args)) return this.input.fail(`a call of ${target.label} without arguments`)
    this.calling = target.label
    if (target.newable) this.hasInstances = true
    const result = target.call(args as unknown[], this)
    // A tuple that holds a class is no value, wherever else the memo may let it turn up.
    if (args.some((arg) => arg instanceof Opaque)) args.length = 0
    return result
  }

  /** As `__new__` of the class makes it, which only the classes of reducers have. */
  make(target: unknown, args: unknown): unknown {
    if (target instanceof PythonCallable && !target.newable) {
      return this.input.fail(`an instance of ${target.label} made by __new__`)
    }
    return this.call(target, args)
  }

  setState(instance: unknown, state: unknown): void {
    this.checkValue(state)
    const reducer =
      typeof instance === 'object' && instance !== null
        ? this.settings.reducers.ofPrototype(Object.getPrototypeOf(instance))
        : undefined
    if (reducer === undefined) return this.input.fail('a state for what has none')
    this.calling = `${reducer.module}.${reducer.name}`
    if (reducer.setState === undefined) return this.refuse('comes with a state, and its reducer has no setState()')
    try {
      reducer.setState(instance as object, state)
    } catch (error) {
      this.refuse('has a state that its reducer does not take', error)
    }
  }

  checkValue(value: unknown): void {
    if (value instanceof Opaque) this.refuseValue(value)
  }

  refuseValue({ label }: Opaque): never {
    return this.input.fail(`${label} as a value: ${ADVICE}`)
  }

  /** CPython hashes keys, and so fails for what it cannot hash. Here anything could be a key, but such a pickle is not sound. */
  checkKey(value: unknown): void {
    if (typeof value !== 'object' || value === null || value instanceof Date || value instanceof Uint8Array) return
    if (value instanceof Opaque) this.refuseValue(value)
    this.hashableSet ??= new Set(this.hashable)
    if (this.hashableSet.has(value)) return
    this.input.fail('a list, dict or set as a key or member of a set, which Python does not allow')
  }

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

  refuse(problem: string, cause?: unknown): never {
    return this.input.fail(`${this.calling} ${problem}`, { cause })
  }
}
