/** Python's `collections.namedtuple` and `typing.NamedTuple`. */
import { checkOptions, InvalidArgumentError } from '@pycached/core'
import type { Reducer } from '../reducer.js'

/** A value with the fields as properties. */
export type PyNamedTuple<F extends readonly string[]> = { readonly [K in F[number]]: unknown }

export interface PyNamedTupleOptions<F extends readonly string[]> {
  /** Python's module, `'shop.geometry'`. */
  readonly module: string
  /** Python's class in it, `'Point'`. */
  readonly name: string
  /** The fields, in Python's order. */
  readonly fields: F
}

/** The reducer of one named tuple; its {@link class} makes the values: `new Point.class(1, 2).x`. */
export class PyNamedTupleReducer<F extends readonly string[]> implements Reducer<PyNamedTuple<F>> {
  readonly class: new (
    ...values: { readonly [K in keyof F]: unknown }
  ) => PyNamedTuple<F>
  readonly module: string
  readonly name: string
  readonly fields: F

  constructor(options: PyNamedTupleOptions<F>) {
    checkOptions(options, ['module', 'name', 'fields'], 'reducers.namedtuple')
    const { module, name, fields } = options
    if (!Array.isArray(fields) || new Set(fields).size !== fields.length) {
      throw new InvalidArgumentError(`the named tuple ${name} needs its fields as a list of different names`, {
        option: 'fields',
      })
    }
    this.module = module
    this.name = name
    this.fields = fields
    this.class = classOf(name, fields) as typeof this.class
  }

  reduce(instance: PyNamedTuple<F>): readonly unknown[] {
    return this.fields.map((field) => instance[field as F[number]])
  }

  build(args: readonly unknown[]): PyNamedTuple<F> {
    if (args.length !== this.fields.length) throw new TypeError(`expects ${this.fields.length} fields`)
    return new this.class(...(args as { readonly [K in keyof F]: unknown }))
  }
}

function classOf(name: string, fields: readonly string[]): new (...values: readonly unknown[]) => object {
  const target = class {
    constructor(...values: readonly unknown[]) {
      fields.forEach((field, i) => {
        Object.defineProperty(this, field, { value: values[i], enumerable: true })
      })
    }
  }
  Object.defineProperty(target, 'name', { value: name })
  return target
}
