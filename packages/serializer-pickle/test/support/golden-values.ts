/** The values whose pickles are kept, one file of them for each version that wrote differently. Never changed, only added to. */
import {
  PickleSerializer,
  PyDate,
  PyDecimal,
  PyTime,
  PyTimedelta,
  PyTimezone,
  PyUuid,
  reducers,
} from '@pycached/serializer-pickle'

const State = reducers.enum({ module: 'shop', name: 'State', members: { NEW: 1, PAID: 'paid' } })
const Point = reducers.namedtuple({ module: 'shop', name: 'Point', fields: ['x', 'y'] })

export class Order {
  id = 0
  next: Order | undefined
}

/** Reads and writes all of {@link goldenValues}. */
export const goldenSerializer = new PickleSerializer({
  reducers: [
    ...reducers.standard,
    State,
    Point,
    {
      class: Order,
      module: 'shop',
      name: 'Order',
      reduce: ({ id, next }: Order) => ({ state: { id, next } }),
      build: () => new Order(),
      setState: (order: Order, state) => Object.assign(order, state),
    },
  ],
})

const cycle: unknown[] = [1]
cycle.push(cycle)
const shared = { a: 1 }
const order = new Order()
order.next = order

export const goldenValues: Readonly<Record<string, unknown>> = {
  null: null,
  booleans: [true, false],
  'small integers': [0, 1, -1, 255, 256, 65_535, 65_536, 2_147_483_647, -2_147_483_648],
  'large integers': [2 ** 31, -(2 ** 31) - 1, 2 ** 40, -(2 ** 40), Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER],
  floats: [-0, 0.5, Number.NaN, Infinity, -Infinity, 5e-324, 2 ** 53, 1e300],
  'small big integers': [0n, 1n, -1n, 255n, 9_007_199_254_740_991n, -9_007_199_254_740_991n],
  'big integers': [2n ** 53n, 2n ** 63n, -(2n ** 63n), 2n ** 64n, -(2n ** 200n), 2n ** 2040n],
  text: ['', 'a', 'é', '😀', '\ud800', '\udc00x', 'x'.repeat(86), 'x'.repeat(256), 'é'.repeat(200)],
  'repeated text': ['again', 'again', 'again'],
  'undefined inside': [undefined, { u: undefined }],
  bytes: [new Uint8Array(), Uint8Array.of(0, 255), new Uint8Array(300)],
  dates: [
    new Date(0),
    new Date('2024-02-29T13:45:59.123Z'),
    new Date('0001-01-01T00:00:00.000Z'),
    new Date(253_402_300_799_999),
  ],
  arrays: [[], [1], [1, 2], [[[]]]],
  objects: [{}, { a: 1 }, { a: 1, b: { c: [] } }],
  '__proto__ as a key': JSON.parse('{"__proto__": {"x": 1}}'),
  maps: [
    new Map(),
    new Map([['a', 1]]),
    new Map<unknown, unknown>([
      [1, 2],
      [null, true],
      [[1, 2], 'tuple'],
    ]),
  ],
  sets: [new Set(), new Set([1, 'a', null]), new Set([[1, [2]], new Set([1])])],
  'objects as keys': new Map<unknown, unknown>([[{ a: 1 }, new Set([{ b: 2 }, new Map()])]]),
  cycle,
  'shared references': [shared, shared],
  'uuid, decimal': [new PyUuid('12345678-1234-5678-1234-567812345678'), new PyDecimal('12.340')],
  'date, time, timedelta, timezone': [
    new PyDate(2024, 2, 29),
    new PyTime({ hour: 13, microsecond: 5, fold: 1, timezone: new PyTimezone(new PyTimedelta(0, 3600), 'CET') }),
    new PyTimedelta(-1, 86_399),
  ],
  'enum, named tuple': [State.members.PAID, new Point.class(1, 2)],
  'instance with a state': order,
}
