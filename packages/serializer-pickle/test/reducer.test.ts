import { DeserializationError, InvalidArgumentError, SerializationError } from '@pycached/core'
import { PickleSerializer, PyUuid, type Reducer, reducers } from '@pycached/serializer-pickle'
import { describe, expect, test } from 'vitest'

class Point {
  readonly x: number
  readonly y: number
  constructor(x: number, y: number) {
    this.x = x
    this.y = y
  }
}
class Point3 extends Point {}
const point: Reducer = {
  class: Point,
  module: 'geometry',
  name: 'Point',
  reduce: ({ x, y }: Point) => [x, y],
  build([x, y]) {
    if (typeof x !== 'number' || typeof y !== 'number') throw new TypeError('expects two numbers, got secret')
    return new Point(x, y)
  },
}

class Node {
  readonly links: Node[] = []
}
const node: Reducer = {
  class: Node,
  module: 'graph',
  name: 'Node',
  reduce: ({ links }: Node) => ({ state: { links } }),
  build: () => new Node(),
  setState(instance: Node, state) {
    instance.links.push(...(state as { links: Node[] }).links)
  },
}

const serializer = new PickleSerializer({ reducers: [point, node] })
const tripped = (value: unknown) => serializer.loads(serializer.dumps(value))
const load = (pickle: string) => serializer.loads(Buffer.from(pickle, 'latin1'))

describe('instances of registered classes', () => {
  test('keep their class, in any place', () => {
    const value = {
      a: new Point(1, 2),
      list: [new Point(-0, 1.5)],
      map: new Map([[new Point(3, 4), new Set([new Point(5, 6)])]]),
    }
    expect(tripped(value)).toStrictEqual(value)
  })

  test('are one where they were one', () => {
    const shared = new Point(1, 2)
    const [first, second] = tripped([shared, shared]) as [Point, Point]
    expect(second).toBe(first)
  })

  test('can refer to themselves through their state', () => {
    const self = new Node()
    self.links.push(self, new Node())
    const back = tripped(self) as Node
    expect(back).toBeInstanceOf(Node)
    expect(back.links[0]).toBe(back)
    expect(back.links).toHaveLength(2)
  })

  test('are read in every way that Python writes them', () => {
    const expected = new Point(1, 2)
    expect(load('cgeometry\nPoint\n(I1\nI2\ntR.')).toStrictEqual(expected)
    expect(load('cgeometry\nPoint\n(I1\nI2\nt\x81.')).toStrictEqual(expected)
    expect(load('(I1\nI2\nigeometry\nPoint\n.')).toStrictEqual(expected)
    expect(load('(cgeometry\nPoint\nI1\nI2\no.')).toStrictEqual(expected)
    expect(load('ccopy_reg\n_reconstructor\n(cgeometry\nPoint\nc__builtin__\ntuple\n(I1\nI2\nttR.')).toStrictEqual(
      expected,
    )
    expect(load('ccopy_reg\n_reconstructor\n(cgraph\nNode\nc__builtin__\nobject\nNtR(Vlinks\n(ldb.')).toStrictEqual(
      new Node(),
    )
  })
})

describe('what a reducer does not cover', () => {
  test('an instance of a subclass is refused by name', () => {
    expect(() => serializer.dumps(new Point3(1, 2))).toThrow(/an instance of Point3 needs a reducer/)
  })

  test('a build that throws gives a DeserializationError with its cause and without its text', () => {
    try {
      load('cgeometry\nPoint\n(Va\nI2\ntR.')
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(DeserializationError)
      expect((error as Error).message).toContain('geometry.Point')
      expect((error as Error).message).not.toContain('secret')
      expect((error as Error).cause).toBeInstanceOf(TypeError)
    }
  })

  test('a reduce that throws or never ends gives a SerializationError', () => {
    const broken = (reduce: () => readonly unknown[]) => new PickleSerializer({ reducers: [{ ...point, reduce }] })
    const failing = broken(() => {
      throw new Error('no')
    })
    expect(() => failing.dumps(new Point(1, 2))).toThrow(SerializationError)
    const endless = broken(() => [new Point(1, 2)])
    expect(() => endless.dumps(new Point(1, 2))).toThrow(/nests deeper than 1000 levels/)
  })

  test('a reduce that gives neither arguments nor a state is told so', () => {
    const wrong = new PickleSerializer({ reducers: [{ ...point, reduce: () => 5 as unknown as [] }] })
    expect(() => wrong.dumps(new Point(1, 2))).toThrow(/reduce\(\) for Point/)
  })

  test('a state without setState, and a build that builds no object, are refused', () => {
    expect(() => load('cgeometry\nPoint\n(I1\nI2\ntR}b.')).toThrow(
      /geometry\.Point comes with a state, and its reducer has no setState/,
    )
    const wrong = new PickleSerializer({ reducers: [{ ...point, build: () => 5 as unknown as Point }] })
    expect(() => wrong.loads(serializer.dumps(new Point(1, 2)))).toThrow(/builds no object/)
  })

  test('a class as an argument is refused by its name', () => {
    expect(() => load('cgeometry\nPoint\n(ccollections\nOrderedDict\nI2\ntR.')).toThrow(
      /collections\.OrderedDict among its arguments/,
    )
  })
})

describe('a list of reducers', () => {
  test.each<[string, unknown[], string]>([
    ['no reducer', [null], 'got null'],
    ['no class', [{ ...point, class: undefined }], 'its class is undefined'],
    ['a class that needs none', [{ ...point, class: Map }], 'instances of Map are written without a reducer'],
    ['no module', [{ ...point, module: '' }], "the module for Point is a Python name such as 'shop.models', not ''"],
    ['a module in two lines', [{ ...point, module: 'a\nb' }], 'the module for Point'],
    ['no name', [{ ...point, name: 5 }], 'the name for Point'],
    ['no build', [{ ...point, build: undefined }], 'the reducer for Point has no build()'],
    ['no function as setState', [{ ...point, setState: 1 }], 'setState of the reducer for Point'],
    ['one class twice', [point, { ...point, name: 'Other' }], 'two reducers for the class Point'],
    [
      'one name twice',
      [point, { ...node, module: 'geometry', name: 'Point' }],
      "two reducers for Python's geometry.Point",
    ],
    [
      'a name that is built in',
      [{ ...point, module: 'collections', name: 'OrderedDict' }],
      'is read without a reducer',
    ],
  ])('with %s is refused', (_title, list, message) => {
    const make = () => new PickleSerializer({ reducers: list as Reducer[] })
    expect(make).toThrow(InvalidArgumentError)
    expect(make).toThrow(message)
  })

  test('may be any iterable, and changes nothing for other serializers', () => {
    const one = new PickleSerializer({ reducers: new Set(reducers.standard) })
    const id = new PyUuid('12345678-1234-5678-1234-567812345678')
    expect(one.loads(one.dumps(id))).toStrictEqual(id)
    expect(() => new PickleSerializer().dumps(id)).toThrow(/PyUuid needs a reducer/)
  })
})
