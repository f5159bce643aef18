/** How instances of a JavaScript class travel as instances of a Python class. */
import { InvalidArgumentError } from '@pycached/core'

/**
 * What Python does to make the instance again: call the class with these arguments; or make an instance without calling `__init__`
 * (`Class.__new__(Class, *args)`) and then give it its state, which for most classes is the dict of its attributes.
 */
export type Reduced = readonly unknown[] | { readonly args?: readonly unknown[]; readonly state: unknown }

/**
 * One JavaScript class and the Python class that stands for it. Python reads what was written if it has that class; this library
 * reads what either wrote. Nothing but these functions is ever called while reading, and only for the names they are registered for.
 */
export interface Reducer<T extends object = object> {
  /** The class of the instances: exactly this one, not its subclasses. */
  readonly class: abstract new (
    ...args: never
  ) => T
  /** Where Python finds the class: the module (`'shop.models'`) … */
  readonly module: string
  /** … and its qualified name in it (`'Order'`, `'Order.Line'`). */
  readonly name: string
  /** The arguments, or arguments and state, for Python's class. They may hold anything that can be serialized. */
  reduce(instance: T): Reduced
  /**
   * The instance, from the arguments for Python's class. They come from the store: check them, and throw if they are wrong. An instance
   * with a state gets it afterwards, by {@link setState}.
   */
  build(args: readonly unknown[]): T
  /** Gives the instance that {@link build} made its state, for instance `{ id: 7, name: 'Ada' }`. Without it a state is refused. */
  setState?(instance: T, state: unknown): void
}

/** Infers the types of a reducer written in place: `defineReducer({ class: Point, …, reduce: (point) => [point.x, point.y] })`. */
export function defineReducer<T extends object>(reducer: Reducer<T>): Reducer<T> {
  return reducer
}

/** What JavaScript itself has for these is written without a reducer. */
const OWN_CLASSES: readonly unknown[] = [Object, Array, Map, Set, Date, Uint8Array]

/** The reducers of one serializer, found by class and by Python name. */
export class ReducerTable {
  private readonly byPrototype = new Map<unknown, Reducer>()
  private readonly byName = new Map<string, Reducer>()

  /** @param reserved the Python names that are read without a reducer. */
  constructor(reducers: Iterable<Reducer>, reserved: ReadonlySet<string>) {
    for (const reducer of reducers) {
      checkReducer(reducer)
      const { class: target, module, name } = reducer
      if (this.byPrototype.has(target.prototype)) throw invalid(`two reducers for the class ${target.name}`)
      const path = `${module}.${name}`
      if (this.byName.has(path)) throw invalid(`two reducers for Python's ${path}`)
      if (reserved.has(path)) {
        throw invalid(`Python's ${path} is read without a reducer and cannot have another`)
      }
      this.byPrototype.set(target.prototype, reducer)
      this.byName.set(path, reducer)
    }
  }

  /** By the prototype of an instance. */
  ofPrototype(prototype: unknown): Reducer | undefined {
    return this.byPrototype.get(prototype)
  }

  [Symbol.iterator](): Iterator<Reducer> {
    return this.byName.values()
  }
}

function checkReducer(reducer: Reducer): void {
  if (typeof reducer !== 'object' || reducer === null)
    throw invalid(`got ${reducer === null ? 'null' : typeof reducer}`)
  const { class: target, module, name } = reducer
  if (typeof target !== 'function') throw invalid(`its class is ${typeof target}`)
  if (OWN_CLASSES.includes(target)) throw invalid(`instances of ${target.name} are written without a reducer`)
  for (const [property, text] of Object.entries({ module, name })) {
    if (typeof text !== 'string' || !/^[^\s.]+(\.[^\s.]+)*$/.test(text)) {
      throw invalid(`the ${property} for ${target.name} is a Python name such as 'shop.models', not ${describe(text)}`)
    }
  }
  for (const method of ['reduce', 'build'] as const) {
    if (typeof reducer[method] !== 'function') throw invalid(`the reducer for ${target.name} has no ${method}()`)
  }
  if (reducer.setState !== undefined && typeof reducer.setState !== 'function') {
    throw invalid(`setState of the reducer for ${target.name} is no function`)
  }
}

function describe(text: unknown): string {
  return typeof text === 'string' ? `'${text}'` : typeof text
}

function invalid(problem: string): InvalidArgumentError {
  return new InvalidArgumentError(`reducers: each is { class, module, name, reduce, build }; ${problem}`, {
    option: 'reducers',
  })
}
