/** The public names of `@pycached/serializer-pickle`, one by one. Importing it registers its class path. */
import { register } from '@pycached/core'
import { PickleSerializer } from './pickle-serializer.js'

register('pycached.serializers.PickleSerializer', PickleSerializer)

export type { NaiveDates } from './datetime.js'
export type { LimitOptions } from './limits.js'
export type { PickleSerializerOptions } from './pickle-serializer.js'
export type { Reduced, Reducer } from './reducer.js'
export { defineReducer } from './reducer.js'
export { PyDate } from './reducers/date.js'
export { PyDecimal } from './reducers/decimal.js'
export type { PyEnumOptions } from './reducers/enum.js'
export { PyEnum, PyEnumMember } from './reducers/enum.js'
export type { PyNamedTuple, PyNamedTupleOptions } from './reducers/namedtuple.js'
export { PyNamedTupleReducer } from './reducers/namedtuple.js'
export type { PyTimeFields } from './reducers/time.js'
export { PyTime } from './reducers/time.js'
export { PyTimedelta } from './reducers/timedelta.js'
export { PyTimezone } from './reducers/timezone.js'
export { PyUuid } from './reducers/uuid.js'
export { reducers } from './reducers.js'
export { PickleSerializer }
