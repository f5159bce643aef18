/** What of Python's may stand in a pickle without being a value here: classes, functions, and what only serves to make another. */
import type { NaiveDates } from './datetime.js'

/** Refused, by this name, wherever it is left over as a value. */
export class Opaque {
  /** As Python says it: `datetime.timedelta`. */
  readonly label: string
  constructor(label: string) {
    this.label = label
  }
}

/** What a callable may use of the reader that calls it. */
export interface CallContext {
  readonly naiveDates: NaiveDates
  /** Notes that `value`, which looks like a list, a dict or a set, can be a key: Python hashes it. */
  markHashable(value: object): void
  /** Refuses what Python cannot hash, and what is no value. */
  checkKey(value: unknown): void
  /** Refuses what is no value. */
  checkValue(value: unknown): void
  /** What `value` was before a registered reducer made an instance of it, an offset or a time zone; else `value`. */
  originOf(value: unknown): unknown
  setOrigin(instance: object, origin: Opaque): void
  /** Refuses: the arguments are not those that Python would have written. `cause` is what a reducer threw. */
  refuse(problem: string, cause?: unknown): never
}

/**
 * A class or function of Python that is known by name. Calling it runs the function given here and nothing of Python's.
 *
 * `newable` ones may also be made by `__new__` (NEWOBJ) and through the older opcodes: the classes of reducers.
 */
export class PythonCallable extends Opaque {
  readonly newable: boolean
  private readonly run: (args: readonly unknown[], context: CallContext) => unknown

  constructor(
    label: string,
    run: (args: readonly unknown[], context: CallContext) => unknown,
    { newable = false }: { newable?: boolean } = {},
  ) {
    super(label)
    this.run = run
    this.newable = newable
  }

  call(args: readonly unknown[], context: CallContext): unknown {
    return this.run(args, context)
  }
}
