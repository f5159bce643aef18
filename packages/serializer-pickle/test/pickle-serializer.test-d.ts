import type { Serializer } from '@pycached/core'
import {
  defineReducer,
  PickleSerializer,
  type PickleSerializerOptions,
  type PyEnumMember,
  type Reducer,
  reducers,
} from '@pycached/serializer-pickle'
import { describe, expectTypeOf, test } from 'vitest'

class Point {
  readonly x: number = 0
  readonly y: number = 0
}

describe('the types of the serializer', () => {
  test('make it a Serializer that gives bytes', () => {
    expectTypeOf<PickleSerializer>().toExtend<Serializer>()
    expectTypeOf(new PickleSerializer().dumps(1)).toEqualTypeOf<Uint8Array<ArrayBuffer>>()
    expectTypeOf(new PickleSerializer().loads(new Uint8Array())).toBeUnknown()
    expectTypeOf<PickleSerializer['encoding']>().toBeNull()
  })

  test('know the options', () => {
    expectTypeOf<keyof PickleSerializerOptions>().toEqualTypeOf<
      'reducers' | 'naiveDates' | 'maxBytes' | 'maxDepth' | 'maxObjects'
    >()
    new PickleSerializer({ reducers: undefined, naiveDates: undefined, maxBytes: undefined })
    // @ts-expect-error: no such option
    new PickleSerializer({ reducer: [] })
    // @ts-expect-error: neither of the two ways
    new PickleSerializer({ naiveDates: 'gmt' })
    // @ts-expect-error: bytes are counted
    new PickleSerializer({ maxBytes: '64 MiB' })
  })
})

describe('the types of reducers', () => {
  test('are inferred from the class', () => {
    const point = defineReducer({
      class: Point,
      module: 'geometry',
      name: 'Point',
      reduce(instance) {
        expectTypeOf(instance).toEqualTypeOf<Point>()
        return [instance.x, instance.y]
      },
      build(args) {
        expectTypeOf(args).toEqualTypeOf<readonly unknown[]>()
        return new Point()
      },
      setState(instance, state) {
        expectTypeOf(instance).toEqualTypeOf<Point>()
        expectTypeOf(state).toBeUnknown()
      },
    })
    expectTypeOf(point).toEqualTypeOf<Reducer<Point>>()
    new PickleSerializer({ reducers: [point, ...reducers.standard] })
  })

  test('may be written in place', () => {
    new PickleSerializer({
      reducers: [
        {
          class: Point,
          module: 'geometry',
          name: 'Point',
          reduce: ({ x, y }: Point) => [x, y],
          build: () => new Point(),
        },
        {
          class: Point,
          module: 'geometry',
          name: 'P',
          reduce: ({ x }: Point) => ({ state: { x } }),
          build: () => new Point(),
        },
      ],
    })
  })

  test('need all of their parts', () => {
    // @ts-expect-error: no build
    defineReducer({ class: Point, module: 'geometry', name: 'Point', reduce: ({ x }) => [x] })
    // @ts-expect-error: no array of arguments and no state
    defineReducer({ class: Point, module: 'geometry', name: 'Point', reduce: ({ x }) => x, build: () => new Point() })
    // @ts-expect-error: builds something else
    defineReducer<Point>({ class: Point, module: 'geometry', name: 'Point', reduce: ({ x }) => [x], build: () => ({}) })
  })

  test('of enums know their members, and of named tuples their fields', () => {
    const State = reducers.enum({ module: 'shop', name: 'State', members: { NEW: 1, PAID: 'paid' } })
    expectTypeOf(State.members.PAID).toEqualTypeOf<PyEnumMember>()
    // @ts-expect-error: no such member
    void State.members.LOST
    const Pair = reducers.namedtuple({ module: 'shop', name: 'Pair', fields: ['left', 'right'] })
    const pair = new Pair.class(1, 2)
    expectTypeOf(pair.left).toBeUnknown()
    // @ts-expect-error: no such field
    void pair.middle
    // @ts-expect-error: one value for each field
    new Pair.class(1)
    new PickleSerializer({ reducers: [State, Pair] })
  })
})
