/** What holds for every value and for all bytes. */
import { DeserializationError } from '@pycached/core'
import { PickleSerializer } from '@pycached/serializer-pickle'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyValue, bigint, bytes, date, graph, number, text } from './support/arbitraries.js'
import { isSame } from './support/same.js'
import { allReducers } from './support/typed-value.js'

const serializer = new PickleSerializer()
const tripped = (value: unknown) => serializer.loads(serializer.dumps(value))

describe('every value comes back as it was', () => {
  test.each([
    ['text', text],
    ['numbers', number],
    ['big integers', bigint],
    ['dates', date],
    ['bytes', bytes],
  ] as const)('%s', (_title, arbitrary) => {
    fc.assert(
      fc.property(arbitrary as fc.Arbitrary<unknown>, (value) => isSame(value, tripped(value))),
      { numRuns: 2000 },
    )
  })

  test('nested in objects, arrays, maps and sets', () => {
    fc.assert(
      fc.property(anyValue(), (value) => isSame(value, tripped(value))),
      { numRuns: 2000 },
    )
  })

  test('with shared and cyclic references', () => {
    fc.assert(
      fc.property(graph, (value) => isSame(value, tripped(value))),
      { numRuns: 2000 },
    )
  })

  test('in arrays with holes, which come back as undefined', () => {
    fc.assert(fc.property(fc.sparseArray(number), (value) => isSame(value, tripped(value))))
  })
})

test('the same value gives the same bytes', () => {
  fc.assert(fc.property(anyValue(), (value) => Buffer.compare(serializer.dumps(value), serializer.dumps(value)) === 0))
})

describe('any bytes give a value or a DeserializationError', () => {
  const readers = [serializer, new PickleSerializer({ reducers: allReducers, naiveDates: 'local' })]

  function expectContained(payload: Uint8Array): void {
    for (const reader of readers) {
      try {
        const value = reader.loads(payload)
        expect(typeof value).not.toBe('function')
        reader.dumps(value)
      } catch (error) {
        // A value that was read can always be written again, so only reading fails.
        expect(error).toBeInstanceOf(DeserializationError)
      }
    }
    expect(Object.keys(Object.prototype)).toEqual([])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  }

  /** Every kind of opcode that is written, and some that only others write. */
  const seeds: Uint8Array[] = [
    serializer.dumps({
      __proto__: null,
      a: [1, -1, 70_000, 2 ** 40, 1.5, 5n, 2n ** 80n],
      b: new Date(0),
      c: new Map([[1, new Set(['x', [1, 2]])]]),
    }),
    serializer.dumps([
      { polluted: true, é: '\ud800' },
      new Uint8Array(3),
      undefined,
      new Map([[{}, []]]),
      'x'.repeat(300),
    ]),
    new TextEncoder().encode("(dp0\nVa\np1\n(lp2\nI1\naL5L\naF1.5\nasVb\nS'q\\x41'\nsI3\nI01\ns."),
    Uint8Array.from(Buffer.from('8002635f5f6275696c74696e5f5f0a7365740a71005d7101284b014b02658571025271032e', 'hex')),
    new PickleSerializer({ reducers: allReducers }).dumps(new Map([[1, [...Array(3).keys()]]])),
  ]
  const mutation = fc.record({
    seed: fc.nat({ max: seeds.length - 1 }),
    edits: fc.array(
      fc.record({
        kind: fc.constantFrom('set', 'insert', 'delete', 'copy'),
        at: fc.nat({ max: 400 }),
        to: fc.nat({ max: 400 }),
        byte: fc.nat({ max: 255 }),
      }),
      { minLength: 1, maxLength: 6 },
    ),
  })

  test('where pickles were altered', () => {
    fc.assert(
      fc.property(mutation, ({ seed, edits }) => {
        const payload = [...(seeds[seed] as Uint8Array)]
        for (const { kind, at, to, byte } of edits) {
          const place = at % payload.length
          if (kind === 'set') payload[place] = byte
          else if (kind === 'insert') payload.splice(place, 0, byte)
          else if (kind === 'delete') payload.splice(place, 1)
          else payload.splice(place, 0, ...payload.slice(to % payload.length, (to % payload.length) + 8))
          if (payload.length === 0) payload.push(byte)
        }
        expectContained(Uint8Array.from(payload))
      }),
      { numRuns: 20_000 },
    )
  })

  test('where they are made of random opcodes', () => {
    const opcodes =
      '()]}{.0125FGIJKLMNPQRSTUVXabcdefghijlopqrstu\x80\x81\x82\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8f\x90\x91\x92\x93\x94\x95'
    const opcode = fc.constantFrom(...Buffer.from(opcodes, 'latin1'))
    fc.assert(
      fc.property(fc.array(fc.oneof({ weight: 4, arbitrary: opcode }, fc.nat({ max: 3 }))), (payload) =>
        expectContained(Uint8Array.from([...payload, 0x2e])),
      ),
      { numRuns: 10_000 },
    )
  })

  test('where they are cut off anywhere', () => {
    for (const seed of seeds) {
      for (let length = 0; length < seed.length; length++) {
        expect(() => serializer.loads(seed.subarray(0, length))).toThrow(DeserializationError)
      }
    }
  })
})
