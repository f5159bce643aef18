import { runInNewContext } from 'node:vm'
import { BaseSerializer, DeserializationError, InvalidArgumentError, SerializationError } from '@pycached/core'
import { PickleSerializer } from '@pycached/serializer-pickle'
import { describe, expect, test } from 'vitest'

const serializer = new PickleSerializer()
const tripped = (value: unknown) => serializer.loads(serializer.dumps(value))

function failureOf(run: () => unknown): Error {
  try {
    run()
  } catch (error) {
    return error as Error
  }
  throw new Error('did not fail')
}

function nested(depth: number): unknown {
  let value: unknown = []
  for (let i = 1; i < depth; i++) value = [value]
  return value
}

describe('the serializer', () => {
  test('is a BaseSerializer whose store keeps bytes', () => {
    expect(serializer).toBeInstanceOf(BaseSerializer)
    expect(serializer.encoding).toBeNull()
  })

  test("gives bytes that are the caller's own", () => {
    const first = serializer.dumps('first')
    const copy = first.slice()
    serializer.dumps('second, and longer')
    expect(first).toStrictEqual(copy)
    expect(first.buffer.byteLength).toBe(first.length)
  })

  test('gives values that do not share memory with what they were read from', () => {
    const stored = Buffer.from(serializer.dumps([new Uint8Array(3).fill(7), new Uint8Array(40).fill(7)]))
    const value = serializer.loads(stored)
    stored.fill(0)
    expect(value).toStrictEqual([new Uint8Array(3).fill(7), new Uint8Array(40).fill(7)])
  })

  test('reads bytes that are a view into something larger', () => {
    const pickle = serializer.dumps({ a: 1.5 })
    const larger = new Uint8Array(pickle.length + 20)
    larger.set(pickle, 10)
    expect(serializer.loads(larger.subarray(10, 10 + pickle.length))).toEqual({ a: 1.5 })
  })

  test('can be used while it is being used, by a getter or a reducer', () => {
    const value = {
      before: 1,
      get inner() {
        return serializer.dumps([1, 2])
      },
      after: 2,
    }
    expect(tripped(value)).toEqual({ before: 1, inner: serializer.dumps([1, 2]), after: 2 })
  })

  test('works after a failure as before', () => {
    expect(() => serializer.dumps([1, () => 1])).toThrow(SerializationError)
    expect(tripped([1])).toEqual([1])
  })

  test('takes objects of another realm for what they are', () => {
    const foreign = runInNewContext(
      "({ list: [1], map: new Map([['a', 1]]), set: new Set([1]), date: new Date(5), bytes: new Uint8Array([1]) })",
    ) as object
    expect(tripped(foreign)).toStrictEqual({
      list: [1],
      map: new Map([['a', 1]]),
      set: new Set([1]),
      date: new Date(5),
      bytes: Uint8Array.of(1),
    })
    expect(serializer.loads(runInNewContext('new Uint8Array([78, 46])'))).toBeNull()
  })

  test('writes a Buffer as bytes', () => {
    expect(tripped(Buffer.from('ab'))).toStrictEqual(Uint8Array.of(97, 98))
  })
})

describe('what cannot be written', () => {
  class Secret {
    readonly password = 'hunter2'
  }
  class Special extends Map {}

  test.each([
    [undefined, 'undefined is no value of its own'],
    [() => 1, 'a function cannot be stored'],
    [Symbol('s'), 'a symbol cannot be stored'],
    [new Secret(), 'an instance of Secret needs a reducer'],
    [new Special(), 'an instance of Special needs a reducer'],
    [new Error('secret'), 'an instance of Error needs a reducer'],
    [/x/, 'an instance of RegExp needs a reducer'],
    [new Number(1), 'an instance of Number needs a reducer'],
    [new Float64Array(1), 'an instance of Float64Array needs a reducer'],
    [new Uint8ClampedArray(1), 'an instance of Uint8ClampedArray needs a reducer'],
    [new ArrayBuffer(1), 'an instance of ArrayBuffer needs a reducer'],
    [new DataView(new ArrayBuffer(1)), 'an instance of DataView needs a reducer'],
    [new WeakMap(), 'an instance of WeakMap needs a reducer'],
    [Promise.resolve(), 'an instance of Promise needs a reducer'],
    [Object.create({ inherited: 1 }), 'an instance of '],
    [new Date(Number.NaN), 'a Date that is invalid'],
    [new Date(-1e15), 'a Date that is invalid, or outside the years 1 to 9999'],
    [2n ** 600_000n, 'an integer of more than 65536 bytes'],
  ])('is refused by name: %s', (value, message) => {
    const error = failureOf(() => serializer.dumps(value))
    expect(error).toBeInstanceOf(SerializationError)
    expect(error.message).toContain(message)
  })

  test('is named with its place and without the value', () => {
    const error = failureOf(() => serializer.dumps({ users: [{ name: 'Ada' }, { 'last login': new Secret() }] }))
    expect(error.message).toMatch(
      /^cannot pickle value\.users\[1\]\["last login"\]: an instance of Secret needs a reducer/,
    )
    expect(error.message).not.toContain('hunter2')
    expect(failureOf(() => serializer.dumps(new Map([['k', [() => 1]]]))).message).toContain('entry 0 of value[0]')
    expect(failureOf(() => serializer.dumps(new Set([1, Symbol('x')]))).message).toContain('member 1 of value')
  })

  test('is wrapped where code of the value throws', () => {
    const cause = new Error('from the getter')
    const value = {
      get broken() {
        throw cause
      },
    }
    expect(failureOf(() => serializer.dumps(value))).toMatchObject({ name: 'SerializationError', cause })
  })

  test('is an array of mostly holes that is longer than any pickle', () => {
    const sparse: unknown[] = []
    sparse[4_000_000_000] = 1
    expect(() => serializer.dumps(sparse)).toThrow(/array of length 4000000001/)
  })
})

describe('what cannot be read', () => {
  test.each([['text'], [null], [undefined], [5], [[1]], [new Uint16Array(2)], [new ArrayBuffer(2)]])(
    'is refused if it is no bytes: %s',
    (stored) => {
      expect(() => serializer.loads(stored)).toThrow(DeserializationError)
      expect(() => serializer.loads(stored)).toThrow(/a pickle is bytes/)
    },
  )

  test('is told from a pickle, with advice where it is a counter in text', () => {
    expect(() => serializer.loads(new TextEncoder().encode('42'))).toThrow(/plain text of a number, as a counter/)
    expect(() => serializer.loads(new TextEncoder().encode('{"a": 1}'))).toThrow(
      /no pickle: the first byte is 0x7b|cannot read/,
    )
  })

  test('is named without the bytes of values', () => {
    const bytes = serializer.dumps(['hunter2', 'x'])
    bytes[bytes.length - 1] = 0xff
    const error = failureOf(() => serializer.loads(bytes))
    expect(error.message).toMatch(/^cannot read the pickle at byte \d+: 0xff is no opcode$/)
  })

  test('shortens and escapes names from the pickle', () => {
    const bytes = new TextEncoder().encode(`c\u001b[31m${'x'.repeat(500)}\ny\n.`)
    const { message } = failureOf(() => serializer.loads(bytes))
    expect(message).toContain('\\u001b')
    expect(message.length).toBeLessThan(300)
  })
})

describe('limits', () => {
  test('hold for the length of a pickle, both ways', () => {
    const small = new PickleSerializer({ maxBytes: 100 })
    expect(small.loads(small.dumps('x'.repeat(80)))).toHaveLength(80)
    for (const value of ['x'.repeat(101), new Uint8Array(200), Array.from({ length: 60 }, (_, i) => i * 1.5)]) {
      expect(failureOf(() => small.dumps(value))).toMatchObject({ name: 'SerializationError', option: 'maxBytes' })
      expect(failureOf(() => small.loads(serializer.dumps(value)))).toMatchObject({
        name: 'DeserializationError',
        option: 'maxBytes',
      })
    }
  })

  test('hold for depth, both ways, and by default at 1000', () => {
    expect(tripped(nested(1000))).toEqual(nested(1000))
    expect(failureOf(() => serializer.dumps(nested(1001)))).toMatchObject({ option: 'maxDepth' })
    const deep = new PickleSerializer({ maxDepth: 1500 })
    expect(deep.loads(deep.dumps(nested(1500)))).toBeDefined()
    expect(() => serializer.loads(deep.dumps(nested(1500)))).toThrow(/nests deeper than 1000 levels; raise maxDepth/)
  })

  test('give a SerializationError where the stack ends before the depth does', () => {
    const bottomless = new PickleSerializer({ maxDepth: 1_000_000 })
    expect(failureOf(() => bottomless.dumps(nested(900_000)))).toMatchObject({
      name: 'SerializationError',
      option: 'maxDepth',
    })
  })

  test('hold for the number of objects, both ways', () => {
    const few = new PickleSerializer({ maxObjects: 10 })
    const many = Array.from({ length: 20 }, () => [])
    expect(few.loads(few.dumps(many.slice(0, 9)))).toEqual(many.slice(0, 9))
    expect(failureOf(() => few.dumps(many))).toMatchObject({ name: 'SerializationError', option: 'maxObjects' })
    expect(() => few.loads(serializer.dumps(many))).toThrow(/more than 10/)
  })

  test('leave long strings of small records readable', () => {
    const records = Array.from({ length: 50_000 }, (_, i) => ({ id: i, name: `name ${i}` }))
    expect(tripped(records)).toEqual(records)
  })
})

describe('options', () => {
  test.each<[object, string]>([
    [{ reducer: [] }, 'did you mean reducers? It knows reducers, naiveDates, maxBytes'],
    [{ naiveDates: 'gmt' }, "naiveDates is 'utc' or 'local', got gmt"],
    [{ reducers: 5 }, 'reducers is a list'],
    [{ reducers: [{}] }, 'reducers: each is { class, module, name, reduce, build }'],
    [{ maxDepth: 0 }, 'maxDepth is a whole number from 1'],
    [{ maxBytes: 1.5 }, 'maxBytes is a whole number from 1'],
    [{ maxObjects: '9' }, 'maxObjects is a whole number from 1 to 16777216, got string'],
  ])('that make no sense are refused: %o', (options, message) => {
    const error = failureOf(() => new PickleSerializer(options))
    expect(error).toBeInstanceOf(InvalidArgumentError)
    expect(error.message).toContain(message)
  })

  test('that are undefined are their defaults', () => {
    const defaults = new PickleSerializer({ reducers: undefined, naiveDates: undefined, maxBytes: undefined })
    expect(defaults.loads(defaults.dumps([1]))).toEqual([1])
  })
})
