/**
 * Values as the reference data writes them (`{ "t": "int", "v": "1" }`) → what they are in JavaScript, for formats that know only JSON's
 * types and bytes. `undefined` where there is no such value.
 */

export interface TypedValue {
  readonly t: string
  readonly id?: number
  readonly v?: unknown
  readonly bits?: string
  readonly hex?: string
  readonly codepoints?: string
  readonly repeat?: { readonly v?: string; readonly hex?: string; readonly times: number }
  readonly depth?: number
  readonly seconds?: string
  readonly nanoseconds?: number
}

export function plainValue(typed: TypedValue): unknown {
  try {
    return convert(typed, new Map())
  } catch (error) {
    if (error === noMeaning) return undefined
    throw error
  }
}

const noMeaning = new Error('There is no such value in JavaScript')

function convert(typed: TypedValue, seen: Map<number, unknown>): unknown {
  const value = convertNew(typed, seen)
  if (typed.id !== undefined && typed.t !== 'ref') seen.set(typed.id, value)
  return value
}

function convertNew(typed: TypedValue, seen: Map<number, unknown>): unknown {
  const items = () => (typed.v as TypedValue[]).map((item) => convert(item, seen))
  switch (typed.t) {
    case 'none':
      return null
    case 'bool':
      return typed.v
    case 'int':
      return integer(String(typed.v))
    case 'float':
      return Buffer.from(String(typed.bits), 'hex').readDoubleBE()
    case 'str':
      return text(typed)
    case 'bytes':
    case 'bytearray':
      return new Uint8Array(
        Buffer.from(typed.hex ?? String(typed.repeat?.hex).repeat(Number(typed.repeat?.times)), 'hex'),
      )
    case 'list':
    case 'tuple':
      return items()
    case 'dict':
      return mapping(
        (typed.v as [TypedValue, TypedValue][]).map(([key, value]) => [convert(key, seen), convert(value, seen)]),
      )
    case 'ref':
      if (!seen.has(Number(typed.id))) throw noMeaning
      return seen.get(Number(typed.id))
    case 'nested_list': {
      let nested: unknown[] = []
      for (let depth = 1; depth < Number(typed.depth); depth++) nested = [nested]
      return nested
    }
    case 'msgpack_timestamp':
      return new Date(Number(typed.seconds) * 1000 + Math.floor(Number(typed.nanoseconds) / 1_000_000))
    default:
      throw noMeaning
  }
}

function integer(digits: string): number | bigint {
  return Number.isSafeInteger(Number(digits)) ? Number(digits) : BigInt(digits)
}

function text(typed: TypedValue): string {
  if (typed.repeat !== undefined) return String(typed.repeat.v).repeat(typed.repeat.times)
  if (typed.codepoints === undefined) return String(typed.v)
  return String.fromCharCode(...typed.codepoints.split(' ').map((code) => Number.parseInt(code, 16)))
}

function mapping(entries: readonly (readonly [unknown, unknown])[]): unknown {
  if (!entries.every(([key]) => typeof key === 'string')) return new Map(entries)
  // Unlike assignment, this makes `__proto__` a property as any other.
  return Object.fromEntries(entries as [string, unknown][])
}
