/** The reducers that are shipped, for the common classes of Python's standard library. None is active until it is registered. */
import { date } from './reducers/date.js'
import { decimal } from './reducers/decimal.js'
import { PyEnum, type PyEnumOptions } from './reducers/enum.js'
import { type PyNamedTupleOptions, PyNamedTupleReducer } from './reducers/namedtuple.js'
import { time } from './reducers/time.js'
import { timedelta } from './reducers/timedelta.js'
import { timezone } from './reducers/timezone.js'
import { uuid } from './reducers/uuid.js'

export const reducers = {
  uuid,
  decimal,
  date,
  time,
  timedelta,
  timezone,
  /** All of the above, for `new PickleSerializer({ reducers: reducers.standard })`. */
  standard: [uuid, decimal, date, time, timedelta, timezone] as const,
  /** One for each enum of the user's: `reducers.enum({ module: 'shop', name: 'State', members: { NEW: 1, PAID: 2 } })`. */
  enum: <const M extends Readonly<Record<string, unknown>>>(options: PyEnumOptions<M>): PyEnum<M> =>
    new PyEnum(options),
  /** One for each named tuple: `reducers.namedtuple({ module: 'shop', name: 'Point', fields: ['x', 'y'] })`. */
  namedtuple: <const F extends readonly string[]>(options: PyNamedTupleOptions<F>): PyNamedTupleReducer<F> =>
    new PyNamedTupleReducer(options),
}
