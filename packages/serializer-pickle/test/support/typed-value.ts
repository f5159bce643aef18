/** What a typed value of the reference data means in JavaScript, without reducers and with them. */
import {
  PyDate,
  PyDecimal,
  PyTime,
  PyTimedelta,
  PyTimezone,
  PyUuid,
  type Reducer,
  reducers,
} from '@pycached/serializer-pickle'

export interface TypedValue {
  readonly t: string
  readonly id?: number
  readonly v?: unknown
  readonly bits?: string
  readonly hex?: string
  readonly codepoints?: string
  readonly repeat?: { readonly v?: string; readonly hex?: string; readonly times: number }
  readonly tz?: { readonly utc: boolean; readonly offset_us: number; readonly name: string | null } | null
  readonly offset_us?: number
  readonly name?: string | null
  readonly fold?: 0 | 1
  readonly days?: number
  readonly seconds?: number
  readonly us?: number
  readonly class?: string
  readonly value?: TypedValue
}

/** The classes of the reference data that the tests register. */
export const goldenClasses = {
  Color: reducers.enum({ module: 'golden_types', name: 'Color', members: { RED: 1, GREEN: 'green' } }),
  Level: reducers.enum({ module: 'golden_types', name: 'Level', members: { LOW: 1, HIGH: 2 } }),
  Perm: reducers.enum({ module: 'golden_types', name: 'Perm', members: { R: 4, W: 2, X: 1 }, flag: true }),
  StrEnum: reducers.enum({ module: 'golden_types', name: 'StrEnum', members: { A: 'a' } }),
  Point: reducers.namedtuple({ module: 'golden_types', name: 'Point', fields: ['x', 'y'] }),
  Result: reducers.namedtuple({ module: 'golden_types', name: 'Result', fields: ['content', 'status'] }),
}
export const allReducers: readonly Reducer[] = [...reducers.standard, ...Object.values(goldenClasses)]

/** What stands for a value without a meaning: it must be refused. */
export const REFUSED = Symbol('refused')

/** @param registered whether {@link allReducers} are. */
export function meaningOf(typed: TypedValue, registered: boolean): unknown {
  // Nothing but undefined can be meant by it alone, and that is a miss.
  if (typed.t === 'ellipsis') return REFUSED
  try {
    return convert(typed, new Map(), registered)
  } catch (error) {
    if (error === REFUSED) return REFUSED
    throw error
  }
}

type Seen = Map<number, unknown>

function convert(typed: TypedValue, seen: Seen, registered: boolean): unknown {
  const items = typed.v as TypedValue[]
  const inner = (item: TypedValue) => convert(item, seen, registered)
  /** Known under its number before its items are, which may contain it. */
  const named = <T>(value: T, fill: (value: T) => void): T => {
    if (typed.id !== undefined) seen.set(typed.id, value)
    fill(value)
    return value
  }
  switch (typed.t) {
    case 'ref':
      return seen.get(typed.id as number)
    case 'list':
    case 'tuple':
      return named([] as unknown[], (array) => array.push(...items.map(inner)))
    case 'set':
    case 'frozenset':
      return named(new Set(), (set) => items.map(inner).forEach((item) => set.add(item)))
    case 'dict':
      return convertDict(typed, named, inner)
    case 'ordereddict':
      return named(new Map(), (map) => entriesOf(typed).forEach(([key, value]) => map.set(inner(key), inner(value))))
    default:
      return named(scalar(typed, inner, registered), () => undefined)
  }
}

function entriesOf(typed: TypedValue): [TypedValue, TypedValue][] {
  return typed.v as [TypedValue, TypedValue][]
}

function convertDict(
  typed: TypedValue,
  named: <T>(value: T, fill: (value: T) => void) => T,
  inner: (item: TypedValue) => unknown,
): unknown {
  const entries = entriesOf(typed)
  if (!entries.every(([key]) => key.t === 'str')) {
    return named(new Map(), (map) => entries.forEach(([key, value]) => map.set(inner(key), inner(value))))
  }
  return named({}, (object) => {
    for (const [key, value] of entries) {
      Object.defineProperty(object, inner(key) as string, {
        value: inner(value),
        enumerable: true,
        writable: true,
        configurable: true,
      })
    }
  })
}

function scalar(typed: TypedValue, inner: (item: TypedValue) => unknown, registered: boolean): unknown {
  switch (typed.t) {
    case 'none':
      return null
    case 'bool':
      return typed.v
    case 'int': {
      const value = BigInt(typed.v as string)
      return Number.isSafeInteger(Number(value)) ? Number(value) : value
    }
    case 'float':
      return Buffer.from(typed.bits as string, 'hex').readDoubleBE()
    case 'str':
      return textOf(typed)
    case 'bytes':
    case 'bytearray':
      return Uint8Array.from(
        Buffer.from(typed.hex ?? String(typed.repeat?.hex).repeat(Number(typed.repeat?.times)), 'hex'),
      )
    case 'datetime':
      return dateOf(typed)
    default:
      if (!registered) throw REFUSED
      return instanceOf(typed, inner)
  }
}

function textOf({ codepoints, repeat, v }: TypedValue): string {
  if (repeat !== undefined) return (repeat.v as string).repeat(repeat.times)
  if (codepoints === undefined) return v as string
  return codepoints
    .split(' ')
    .map((code) => String.fromCodePoint(Number.parseInt(code, 16)))
    .join('')
}

function dateOf({ v, tz }: TypedValue): Date {
  const [year, month, day, hour, minute, second, microsecond] = v as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const text = `${String(year).padStart(4, '0')}-${pad(month)}-${pad(day)}T${pad(hour)}:${pad(minute)}:${pad(second)}Z`
  return new Date(Date.parse(text) + Math.floor(microsecond / 1000) - (tz?.offset_us ?? 0) / 1000)
}

function pad(value: number): string {
  return String(value).padStart(2, '0')
}

function instanceOf(typed: TypedValue, inner: (item: TypedValue) => unknown): unknown {
  switch (typed.t) {
    case 'uuid':
      return new PyUuid(typed.v as string)
    case 'decimal':
      return new PyDecimal(typed.v as string)
    case 'date':
      return new PyDate(...(typed.v as [number, number, number]))
    case 'timedelta':
      return new PyTimedelta(typed.days as number, typed.seconds, typed.us)
    case 'timezone':
      return zoneOf(typed.offset_us as number, typed.name)
    case 'time': {
      const [hour, minute, second, microsecond] = typed.v as number[]
      const timezone = typed.tz ? zoneOf(typed.tz.offset_us, typed.tz.name) : undefined
      return new PyTime({ hour, minute, second, microsecond, fold: typed.fold, timezone })
    }
    case 'enum': {
      const found = Object.entries(goldenClasses).find(([name]) => typed.class === `golden_types.${name}`)?.[1]
      if (found === undefined || !('find' in found)) throw REFUSED
      return found.find(inner(typed.value as TypedValue))
    }
    case 'namedtuple': {
      const found = [goldenClasses.Point, goldenClasses.Result].find(
        ({ name }) => typed.class === `golden_types.${name}`,
      )
      return found?.build((typed.v as TypedValue[]).map(inner))
    }
    default:
      throw REFUSED
  }
}

function zoneOf(offsetUs: number, name: string | null | undefined): PyTimezone {
  return new PyTimezone(PyTimedelta.fromMilliseconds(offsetUs / 1000), name ?? undefined)
}
