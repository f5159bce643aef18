/** Python's `uuid.UUID`. */
import { defineReducer } from '../reducer.js'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** A UUID in its usual form, in lower case: `new PyUuid(crypto.randomUUID())`. */
export class PyUuid {
  readonly text: string

  constructor(text: string) {
    this.text = text.toLowerCase()
    if (!UUID.test(this.text)) throw new TypeError('a UUID has 32 hexadecimal digits in five groups')
  }

  toString(): string {
    return this.text
  }

  toJSON(): string {
    return this.text
  }
}

const NIL = '00000000-0000-0000-0000-000000000000'

export const uuid = defineReducer({
  class: PyUuid,
  module: 'uuid',
  name: 'UUID',
  reduce: (value) => [value.text],
  build(args) {
    // Python makes one without arguments and then gives it its state.
    const [text = NIL] = args
    if (args.length > 1 || typeof text !== 'string') throw new TypeError('expects text')
    return new PyUuid(text)
  },
  setState(instance: { text: string }, state) {
    const int = (state as { int?: unknown } | null)?.int
    if (typeof int !== 'number' && typeof int !== 'bigint') throw new TypeError('expects its number')
    const digits = BigInt(int).toString(16).padStart(32, '0')
    instance.text = new PyUuid(digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.*)$/, '$1-$2-$3-$4-$5')).text
  },
})
