/** Python's `enum.Enum`, `IntEnum`, `StrEnum`, `Flag` and `IntFlag`: one JavaScript object per member. */
import { checkOptions, InvalidArgumentError } from '@pycached/core'
import type { Reducer } from '../reducer.js'

/** A member of an enum: compare by identity (`order.state === State.members.PAID`), combined flags by `value`. */
export class PyEnumMember {
  /** `null` for combined flags. */
  readonly name: string | null
  readonly value: unknown
  /** @internal */
  readonly _owner: PyEnum

  constructor(owner: PyEnum, name: string | null, value: unknown) {
    this._owner = owner
    this.name = name
    this.value = value
    // Not part of what a member looks like, when printed or compared.
    Object.defineProperty(this, '_owner', { enumerable: false })
    Object.freeze(this)
  }

  /** Both flags in one; `undefined` if they are no flags of one enum. */
  combine(other: PyEnumMember): PyEnumMember | undefined {
    if (other._owner !== this._owner || typeof this.value !== 'number' || typeof other.value !== 'number')
      return undefined
    return this._owner.find(this.value | other.value)
  }
}

export interface PyEnumOptions<M extends Readonly<Record<string, unknown>> = Readonly<Record<string, unknown>>> {
  /** Python's module, `'shop.models'`. */
  readonly module: string
  /** Python's class in it, `'State'`. */
  readonly name: string
  /** Name → value, as in Python's class. */
  readonly members: M
  /** Whether members can be combined, as those of Python's `Flag`: their values are then bits. Default `false`. */
  readonly flag?: boolean | undefined
}

/** The reducer of one enum, and the enum itself: {@link PyEnum.members}. */
export class PyEnum<M extends Readonly<Record<string, unknown>> = Readonly<Record<string, unknown>>>
  implements Reducer<PyEnumMember>
{
  readonly class: new (
    owner: PyEnum,
    name: string | null,
    value: unknown,
  ) => PyEnumMember
  readonly module: string
  readonly name: string
  readonly members: { readonly [K in keyof M]: PyEnumMember }
  /** @internal */
  readonly _flag: boolean
  /** @internal */
  readonly _byName = new Map<string, PyEnumMember>()
  /** @internal */
  readonly _byValue = new Map<string, PyEnumMember>()
  /** @internal */
  _bits = 0

  constructor(options: PyEnumOptions<M>) {
    checkOptions(options, ['module', 'name', 'members', 'flag'], 'reducers.enum')
    const { module, name, members, flag = false } = options
    if (typeof members !== 'object' || members === null || Array.isArray(members)) {
      throw new InvalidArgumentError(`the enum ${name} needs its members as an object of names and values`, {
        option: 'members',
      })
    }
    if (typeof flag !== 'boolean') {
      throw new InvalidArgumentError(`flag of the enum ${name} must be true or false, got ${typeof flag}`, {
        option: 'flag',
      })
    }
    this.module = module
    this.name = name
    this._flag = flag
    // A class of its own, so that its members are told from those of other enums.
    this.class = class extends PyEnumMember {}
    Object.defineProperty(this.class, 'name', { value: name })
    for (const [key, value] of Object.entries(members)) this._add(key, value)
    this.members = Object.freeze(Object.fromEntries(this._byName)) as typeof this.members
  }

  /** @internal */
  _add(name: string, value: unknown): void {
    if (this._flag && !(Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0x7fff_ffff)) {
      throw new InvalidArgumentError(`the flag ${this.name}.${name} needs a value of bits, a whole number below 2^31`, {
        option: 'members',
      })
    }
    const key = keyOf(value)
    // As in Python, a second name for a value is an alias.
    const member = this._byValue.get(key) ?? new this.class(this, name, value)
    this._byName.set(name, member)
    this._byValue.set(key, member)
    if (this._flag) this._bits |= value as number
  }

  member(name: string): PyEnumMember | undefined {
    return this._byName.get(name)
  }

  /** The member with this value; for a flag also a combination of members. */
  find(value: unknown): PyEnumMember | undefined {
    const member = this._byValue.get(keyOf(value))
    if (member !== undefined || !this._flag || !Number.isInteger(value)) return member
    const isCombination = (value as number) >= 0 && ((value as number) & ~this._bits) === 0
    return isCombination && (value as number) <= 0x7fff_ffff ? new this.class(this, null, value) : undefined
  }

  reduce(member: PyEnumMember): readonly unknown[] {
    return [member.value]
  }

  build(args: readonly unknown[]): PyEnumMember {
    const member = args.length === 1 ? this.find(args[0]) : undefined
    if (member === undefined) throw new TypeError(`not a value of ${this.module}.${this.name}`)
    return member
  }
}

/** Equal for values that Python holds equal, as far as enums have them: text, numbers, tuples of those. */
function keyOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(keyOf).join()}]`
  return typeof value === 'string'
    ? JSON.stringify(value)
    : `${typeof value === 'bigint' ? 'number' : typeof value} ${String(value)}`
}
