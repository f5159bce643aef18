/**
 * Every Python name that a pickle may mention, and what it means here. A name that is not in the table is refused when it is read,
 * before anything is done with it: there is no other way from a name in a pickle to something that runs.
 */
import { decodeDatetime } from './datetime.js'
import { type CallContext, Opaque, PythonCallable } from './opaque.js'
import type { Reducer, ReducerTable } from './reducer.js'
import { PyEnum, PyEnumMember } from './reducers/enum.js'

/** `undefined` inside objects and arrays: a constant of Python's that stands for "nothing is said here". */
export const ELLIPSIS = new Opaque('builtins.Ellipsis')

/** Module → name → what it means. */
export type PythonNames = ReadonlyMap<string, ReadonlyMap<string, Opaque>>

/** Protocols 0 to 2 use the names of Python 2, unless told otherwise. */
const PYTHON_2_MODULES: ReadonlyMap<string, string> = new Map([
  ['__builtin__', 'builtins'],
  ['copy_reg', 'copyreg'],
])

export function findName(names: PythonNames, module: string, name: string): Opaque | undefined {
  return (names.get(module) ?? names.get(PYTHON_2_MODULES.get(module) ?? ''))?.get(name)
}

/** An offset from UTC, or any other span of time: `datetime.timedelta`. */
class Timedelta extends Opaque {
  readonly days: number
  readonly seconds: number
  readonly microseconds: number
  constructor(days: number, seconds: number, microseconds: number) {
    super('datetime.timedelta')
    this.days = days
    this.seconds = seconds
    this.microseconds = microseconds
  }
}

class Timezone extends Opaque {
  readonly offsetUs: number
  constructor(offsetUs: number) {
    super('datetime.timezone')
    this.offsetUs = offsetUs
  }
}

type Call = (args: readonly unknown[], context: CallContext) => unknown

/** Read without a reducer, and so not open to one. */
const BUILT_IN: Readonly<Record<string, Call>> = {
  'collections OrderedDict': orderedDict,
  'builtins set': (args, context) => new Set(members(args, context)),
  'builtins frozenset': (args, context) => {
    const set = new Set(members(args, context))
    context.markHashable(set)
    return set
  },
  'builtins bytes': (args, context) => (args.length === 0 ? new Uint8Array() : context.refuse('expects no arguments')),
  'builtins bytearray': byteArray,
  '_codecs encode': (args, context) => latin1(args, context),
  'datetime datetime': datetime,
  'builtins ReferenceError': identityKey,
  'copyreg _reconstructor': reconstruct,
  'builtins getattr': enumMember,
  '_operator or_': combineFlags,
}

/** What protocols 0 and 1 name beside a class of a reducer as its base. */
const BASES = ['object', 'tuple', 'list', 'dict', 'str', 'int', 'float']

export const RESERVED_NAMES: ReadonlySet<string> = new Set(
  [...Object.keys(BUILT_IN), 'builtins Ellipsis', ...BASES.map((base) => `builtins ${base}`)].map((name) =>
    name.replace(' ', '.'),
  ),
)

export function namesFor(reducers: ReducerTable): PythonNames {
  const names = new Map<string, Map<string, Opaque>>()
  const define = (module: string, name: string, meaning: Opaque): void => {
    const ofModule = names.get(module) ?? new Map<string, Opaque>()
    names.set(module, ofModule.set(name, meaning))
  }
  define('builtins', 'Ellipsis', ELLIPSIS)
  for (const base of BASES) define('builtins', base, new Opaque(`builtins.${base}`))
  // Offsets and time zones are needed for datetimes in any case, and are values only with a reducer.
  for (const [path, call] of Object.entries({
    ...BUILT_IN,
    'datetime timedelta': timedelta,
    'datetime timezone': timezone,
  })) {
    const [module, name] = path.split(' ') as [string, string]
    define(module, name, new PythonCallable(`${module}.${name}`, call))
  }
  for (const reducer of reducers) {
    const own = names.get(reducer.module)?.get(reducer.name)
    define(reducer.module, reducer.name, new ReducedClass(reducer, own instanceof PythonCallable ? own : undefined))
  }
  return names
}

function buildWith(reducer: Reducer, args: readonly unknown[], context: CallContext): unknown {
  try {
    return reducer.build(args)
  } catch (error) {
    return context.refuse('has arguments that its reducer does not take', error)
  }
}

/** The class of a reducer. `own` is what the reader itself makes of the name, which time zones go on working with. */
class ReducedClass extends PythonCallable {
  readonly reducer: Reducer
  constructor(reducer: Reducer, own: PythonCallable | undefined) {
    const label = `${reducer.module}.${reducer.name}`
    super(
      label,
      (args, context) => {
        const origin = own?.call(args, context)
        const leftOver = args.find((arg) => arg instanceof Opaque)
        if (leftOver instanceof Opaque)
          return context.refuse(`has ${leftOver.label} among its arguments, which is no value`)
        const instance: unknown = buildWith(reducer, args, context)
        if (typeof instance !== 'object' || instance === null)
          return context.refuse('has a reducer that builds no object')
        context.markHashable(instance)
        if (origin instanceof Opaque) context.setOrigin(instance, origin)
        return instance
      },
      { newable: true },
    )
    this.reducer = reducer
  }
}

function orderedDict(args: readonly unknown[], context: CallContext): Map<unknown, unknown> {
  const map = new Map<unknown, unknown>()
  if (args.length === 0) return map
  // Python 2 wrote the items as an argument.
  if (args.length > 1 || !Array.isArray(args[0])) return context.refuse('expects one list of pairs')
  for (const pair of args[0] as unknown[]) {
    if (!Array.isArray(pair) || pair.length !== 2) return context.refuse('expects one list of pairs')
    context.checkKey(pair[0])
    context.checkValue(pair[1])
    map.set(pair[0], pair[1])
  }
  return map
}

function members(args: readonly unknown[], context: CallContext): readonly unknown[] {
  if (args.length === 0) return []
  if (args.length > 1 || !Array.isArray(args[0])) return context.refuse('expects one list')
  for (const member of args[0] as unknown[]) context.checkKey(member)
  return args[0] as unknown[]
}

function byteArray(args: readonly unknown[], context: CallContext): Uint8Array {
  const [first] = args
  if (args.length === 0) return new Uint8Array()
  if (args.length === 1 && first instanceof Uint8Array) return first.slice()
  // A number would be a length to allocate.
  return latin1(args, context)
}

/** Text as the bytes it stands for: how protocols 0 to 2 spell bytes. Any other codec is refused. */
function latin1(args: readonly unknown[], context: CallContext): Uint8Array {
  const [text, codec] = args
  if (args.length !== 2 || typeof text !== 'string' || (codec !== 'latin1' && codec !== 'latin-1')) {
    return context.refuse("expects text and 'latin1'")
  }
  const bytes = latin1Bytes(text)
  return bytes ?? context.refuse('expects text of Latin-1 characters only')
}

function latin1Bytes(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > 0xff) return undefined
    bytes[i] = code
  }
  return bytes
}

function datetime(args: readonly unknown[], context: CallContext): Date {
  const [state, zone] = args
  const bytes = typeof state === 'string' ? latin1Bytes(state) : state
  const offsetUs = args.length > 1 ? offsetOf(zone, context) : undefined
  const date =
    bytes instanceof Uint8Array && args.length <= 2 ? decodeDatetime(bytes, offsetUs, context.naiveDates) : undefined
  return date ?? context.refuse('expects ten bytes that name a point in time')
}

function offsetOf(zone: unknown, context: CallContext): number {
  const origin = context.originOf(zone)
  if (origin instanceof Timezone) return origin.offsetUs
  return context.refuse('expects a datetime.timezone as its time zone')
}

const MAX_DAYS = 999_999_999

function timedelta(args: readonly unknown[], context: CallContext): Timedelta {
  const [days, seconds, microseconds] = args
  const isSound =
    args.length === 3 &&
    isWithin(days, -MAX_DAYS, MAX_DAYS) &&
    isWithin(seconds, 0, 86_399) &&
    isWithin(microseconds, 0, 999_999)
  return isSound
    ? new Timedelta(days as number, seconds as number, microseconds as number)
    : context.refuse('expects days, seconds (below 86,400) and microseconds (below 1,000,000)')
}

function isWithin(value: unknown, low: number, high: number): boolean {
  return Number.isInteger(value) && (value as number) >= low && (value as number) <= high
}

function timezone(args: readonly unknown[], context: CallContext): Timezone {
  const offset = context.originOf(args[0])
  if (!(offset instanceof Timedelta) || args.length > 2 || (args.length === 2 && typeof args[1] !== 'string')) {
    return context.refuse('expects a datetime.timedelta, and perhaps a name')
  }
  const seconds = offset.days * 86_400 + offset.seconds
  // Python's own bound. Zero microseconds under one day back is within it, one day back is not.
  if (seconds >= 86_400 || seconds < -86_400 || (seconds === -86_400 && offset.microseconds === 0)) {
    return context.refuse('expects an offset of less than a day')
  }
  return new Timezone(seconds * 1_000_000 + offset.microseconds)
}

/** See `hash-position.ts`: what Python cannot hash, in something that it compares by identity. */
function identityKey(args: readonly unknown[], context: CallContext): unknown {
  const [value] = args
  if (args.length !== 1 || typeof value !== 'object' || value === null || value instanceof Opaque) {
    return context.refuse('is an exception')
  }
  context.markHashable(value)
  return value
}

/** Protocols 0 and 1: the class, its base that is built in, and the value of that base if it has one. */
function reconstruct(args: readonly unknown[], context: CallContext): unknown {
  const [target, base, value] = args
  if (args.length !== 3 || !(target instanceof ReducedClass) || !(base instanceof Opaque)) {
    return context.refuse(
      target instanceof Opaque && !(target instanceof ReducedClass)
        ? `names ${target.label}, which has no reducer`
        : 'expects a class, its base and a value',
    )
  }
  if (value === null) return target.call([], context)
  return target.call(Array.isArray(value) ? (value as unknown[]) : [value], context)
}

/** Python 3.11 as Debian had it wrote enum members as `getattr(Color, 'RED')`. Only names of members of registered enums pass. */
function enumMember(args: readonly unknown[], context: CallContext): PyEnumMember {
  const [target, name] = args
  const found =
    args.length === 2 && target instanceof ReducedClass && target.reducer instanceof PyEnum && typeof name === 'string'
      ? target.reducer.member(name)
      : undefined
  return found ?? context.refuse('is read only for the members of registered enums')
}

/** The same for members of a flag that are combined: `RED | BLUE`. */
function combineFlags(args: readonly unknown[], context: CallContext): PyEnumMember {
  const [left, right] = args
  const combined =
    args.length === 2 && left instanceof PyEnumMember && right instanceof PyEnumMember ? left.combine(right) : undefined
  return combined ?? context.refuse('is read only for the members of one registered flag')
}
