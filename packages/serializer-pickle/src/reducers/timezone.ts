/** Python's `datetime.timezone`: a fixed offset from UTC. */
import { defineReducer } from '../reducer.js'
import { PyTimedelta } from './timedelta.js'

export class PyTimezone {
  /** East of UTC; less than a day. */
  readonly offset: PyTimedelta
  /** Only where it was given one. */
  readonly name: string | undefined

  constructor(offset: PyTimedelta, name?: string) {
    const ms = offset.toMilliseconds()
    if (Math.abs(ms) >= 86_400_000) throw new TypeError('a time zone is less than a day from UTC')
    this.offset = offset
    this.name = name
  }
}

/** Needs the reducer for `timedelta` beside it. */
export const timezone = defineReducer({
  class: PyTimezone,
  module: 'datetime',
  name: 'timezone',
  reduce: ({ offset, name }) => (name === undefined ? [offset] : [offset, name]),
  build([offset, name, ...more]) {
    if (!(offset instanceof PyTimedelta)) throw new TypeError('expects a timedelta: register its reducer as well')
    if ((name !== undefined && typeof name !== 'string') || more.length > 0) throw new TypeError('expects a name')
    return new PyTimezone(offset, name)
  },
})
