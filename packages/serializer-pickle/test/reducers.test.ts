import { InvalidArgumentError } from '@pycached/core'
import {
  PickleSerializer,
  PyDate,
  PyDecimal,
  PyEnumMember,
  PyTime,
  PyTimedelta,
  PyTimezone,
  PyUuid,
  reducers,
} from '@pycached/serializer-pickle'
import { describe, expect, test } from 'vitest'

const State = reducers.enum({
  module: 'shop',
  name: 'State',
  members: { NEW: 1, PAID: 'paid', SETTLED: 'paid', RGB: [1, 2] },
})
const Access = reducers.enum({ module: 'shop', name: 'Access', members: { READ: 4, WRITE: 2 }, flag: true })
const Point = reducers.namedtuple({ module: 'shop', name: 'Point', fields: ['x', '__proto__'] })
const serializer = new PickleSerializer({ reducers: [...reducers.standard, State, Access, Point] })
const tripped = <T>(value: T) => serializer.loads(serializer.dumps(value)) as T
const load = (pickle: string) => serializer.loads(Buffer.from(pickle, 'latin1'))

describe('the shipped reducers', () => {
  test.each([
    [new PyUuid('12345678-1234-5678-1234-567812345678')],
    [new PyDecimal('12.340')],
    [new PyDecimal('-Infinity')],
    [new PyDate(1, 1, 1)],
    [new PyDate(2024, 2, 29)],
    [new PyTime({ hour: 23, minute: 59, second: 59, microsecond: 999_999, fold: 1 })],
    [new PyTime({ timezone: new PyTimezone(PyTimedelta.fromMilliseconds(-3_600_000), 'X') })],
    [new PyTimedelta(-999_999_999)],
    [new PyTimezone(new PyTimedelta(0, 19_800))],
    [new Point.class(1, 2)],
  ])('give back what they are given: %o', (value) => {
    expect(tripped(value)).toStrictEqual(value)
  })

  test('give values that print and compute as one expects', () => {
    expect(new PyUuid('12345678-1234-5678-1234-56781234567F').toString()).toBe('12345678-1234-5678-1234-56781234567f')
    expect(JSON.stringify([new PyDate(24, 2, 9), new PyDecimal('1E+400')])).toBe('["0024-02-09","1E+400"]')
    expect(PyTimedelta.fromMilliseconds(-1)).toStrictEqual(new PyTimedelta(-1, 86_399, 999_000))
    expect(PyTimedelta.fromMilliseconds(90_061_001.5).toMilliseconds()).toBe(90_061_001.5)
  })

  test.each([
    () => new PyUuid('1234'),
    () => new PyDecimal('twelve'),
    () => new PyDecimal('1'.repeat(5000)),
    () => new PyDate(2023, 2, 29),
    () => new PyDate(10_000, 1, 1),
    () => new PyDate(2024, 1.5, 1),
    () => new PyDate(2024, 257, 1),
    () => new PyTime({ hour: 24 }),
    () => new PyTimedelta(0, 86_400),
    () => new PyTimedelta(Number.NaN),
    () => new PyTimezone(new PyTimedelta(1)),
  ])('have classes that refuse what Python cannot hold: %s', (make) => {
    expect(make).toThrow(TypeError)
  })

  test.each([
    [
      'a UUID of 200 bits',
      'cuuid\nUUID\n)\x81}(Vint\nL1606938044258990275541962092341162602522202993782792835301376L\nub.',
    ],
    ['a UUID of text', 'cuuid\nUUID\n)\x81}(Vint\nVx\nub.'],
    ['a decimal of a number', 'cdecimal\nDecimal\n(I1\ntR.'],
    ['a day that is none', 'cdatetime\ndate\nC\x04\x07\xe8\x02\x1f\x85R.'],
    ['a day of three bytes', 'cdatetime\ndate\nC\x03\x07\xe8\x02\x85R.'],
    ['a time that is none', 'cdatetime\ntime\nC\x06\x18\0\0\0\0\0\x85R.'],
    ['a span that is too long', 'cdatetime\ntimedelta\n(L1000000000000L\nI0\nI0\ntR.'],
    ['a time zone of 99 hours', 'cdatetime\ntimezone\n(cdatetime\ntimedelta\n(I4\nI10800\nI0\ntRtR.'],
    ['no member of an enum', 'cshop\nState\n(I99\ntR.'],
    ['an attribute of an enum that is no member', 'cbuiltins\ngetattr\n(cshop\nState\nV__class__\ntR.'],
    ['flags that do not exist', 'cshop\nAccess\n(I8\ntR.'],
    ['a named tuple that is too short', 'cshop\nPoint\n(I1\nt\x81.'],
  ])('refuse what Python would not have written: %s', (_title, pickle) => {
    expect(() => load(pickle)).toThrow(/^cannot read the pickle at byte/)
  })

  test('make no class known that was not registered', () => {
    const only = new PickleSerializer({ reducers: [reducers.timezone] })
    expect(() => only.dumps(new PyTimezone(new PyTimedelta(0)))).toThrow(/PyTimedelta needs a reducer/)
    expect(() => only.loads(serializer.dumps(new PyTimezone(new PyTimedelta(0))))).toThrow(/datetime\.timedelta/)
  })

  test('do not change how datetimes are read', () => {
    expect(tripped([new Date(5), new PyTimedelta(0, 1)])).toStrictEqual([new Date(5), new PyTimedelta(0, 1)])
  })
})

describe('enums', () => {
  test('have one object per member, which comes back as that object', () => {
    expect(tripped([State.members.NEW, State.members.PAID, State.members.RGB])).toEqual([
      State.members.NEW,
      State.members.PAID,
      State.members.RGB,
    ])
    expect(tripped(State.members.PAID)).toBe(State.members.PAID)
    expect(State.members.SETTLED).toBe(State.members.PAID)
    expect(State.members.PAID).toBeInstanceOf(PyEnumMember)
    expect(Object.isFrozen(State.members.PAID)).toBe(true)
    expect(Object.entries(State.members.PAID)).toEqual([
      ['name', 'PAID'],
      ['value', 'paid'],
    ])
  })

  test('are read by name as well, as one version of Python wrote them', () => {
    expect(load('cbuiltins\ngetattr\n(cshop\nState\nVPAID\ntR.')).toBe(State.members.PAID)
  })

  test('of flags combine', () => {
    expect(tripped(Access.find(6))).toMatchObject({ name: null, value: 6 })
    const combined =
      'c_operator\nor_\n(cbuiltins\ngetattr\n(cshop\nAccess\nVREAD\ntRcbuiltins\ngetattr\n(cshop\nAccess\nVWRITE\ntRtR.'
    expect(load(combined)).toMatchObject({ name: null, value: 6 })
    expect(() => load(combined.replace('Access\nVREAD', 'State\nVNEW'))).toThrow(/members of one registered flag/)
    expect(() => reducers.enum({ module: 'm', name: 'N', members: { A: 'x' }, flag: true })).toThrow(
      InvalidArgumentError,
    )
  })
})

describe('named tuples', () => {
  test('have their fields as properties, whatever these are called', () => {
    const point = tripped(new Point.class(1, { a: 2 }))
    expect(point.x).toBe(1)
    expect(Object.getOwnPropertyDescriptor(point, '__proto__')?.value).toEqual({ a: 2 })
    expect(Object.getPrototypeOf(point)).toBe(Point.class.prototype)
  })

  test('need different fields', () => {
    expect(() => reducers.namedtuple({ module: 'm', name: 'N', fields: ['a', 'a'] })).toThrow(InvalidArgumentError)
  })
})

describe('options of reducers', () => {
  const shape = { module: 'shop', name: 'State' }

  test.each([
    ['none at all', undefined, /options of reducers.enum must be an object/],
    ['an unknown one', { ...shape, members: { A: 1 }, flags: true }, /no option 'flags': did you mean flag/],
    ['no members', shape, /needs its members as an object/],
    ['a list of members', { ...shape, members: ['A'] }, /needs its members as an object/],
    ['a flag that is text', { ...shape, members: { A: 1 }, flag: 'yes' }, /must be true or false, got string/],
  ])('of an enum refuse %s', (_what, options, message) => {
    const make = () => reducers.enum(options as never)
    expect(make).toThrow(InvalidArgumentError)
    expect(make).toThrow(message)
  })

  test.each([
    ['none at all', undefined, /options of reducers.namedtuple must be an object/],
    ['an unknown one', { ...shape, fields: ['x'], members: {} }, /no option 'members'/],
    ['no fields', shape, /needs its fields as a list/],
  ])('of a named tuple refuse %s', (_what, options, message) => {
    const make = () => reducers.namedtuple(options as never)
    expect(make).toThrow(InvalidArgumentError)
    expect(make).toThrow(message)
  })
})
