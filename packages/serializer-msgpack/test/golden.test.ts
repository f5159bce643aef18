/** The vectors of the original library, every one of them: what Python's `msgpack` wrote and what it read. */
import { DeserializationError, SerializationError } from '@pycached/core'
import { MsgPackSerializer } from '@pycached/serializer-msgpack'
import { describe, expect, test } from 'vitest'
import { plainValue, type TypedValue } from '../../../test/support/python-values.js'
import { decodeBytes, type EncodedBytes, leftOut, sharedFile } from '../../../test/support/shared.js'

interface Golden {
  inputs: Record<string, { typed: TypedValue }>
  dumps: {
    id: string
    serializer: string
    input: string
    dumps?: EncodedBytes
    loads?: { value?: TypedValue | '=input'; error?: { message: string } }
  }[]
  loads: {
    id: string
    serializer: string
    input: EncodedBytes & { type: string; hex?: string }
    value?: TypedValue
    error?: { message: string }
  }[]
}

const serializer = new MsgPackSerializer()

const golden = sharedFile<Golden>('golden/serializers.json')
if (golden === undefined) leftOut('golden/serializers.json', 'the vectors of MessagePack')
else {
  type Dumped = Golden['dumps'][number]
  type Loaded = Golden['loads'][number]
  const named = <T extends { id: string }>(vectors: T[]) => vectors.map((vector) => [vector.id, vector] as const)
  const refusedKey = (error?: { message: string }) => error?.message.includes('strict_map_key') ?? false

  describe('what Python wrote', () => {
    const vectors = golden.dumps.filter((vector) => vector.serializer === 'msgpack')
    const inputOf = (vector: Dumped) => plainValue(golden.inputs[vector.input]!.typed)
    const meaningOf = (vector: Dumped) =>
      vector.loads?.value === '=input' ? inputOf(vector) : plainValue(vector.loads!.value!)
    const written = vectors.filter((vector) => vector.dumps !== undefined)
    const refused = vectors.filter((vector) => vector.dumps === undefined)
    const unreadable = written.filter((vector) => refusedKey(vector.loads?.error))
    const readable = written.filter((vector) => !unreadable.includes(vector))
    // JavaScript has one type of numbers: 1.0 is written as the integer 1.
    const wholeFloats = readable.filter(
      (vector) =>
        Number.isSafeInteger(meaningOf(vector)) &&
        golden.inputs[vector.input]!.typed.t === 'float' &&
        !Object.is(meaningOf(vector), -0),
    )
    // An object keeps keys that are digits before the others, in their numeric order.
    const reordered = readable.filter((vector) => ['dict_unsorted'].includes(vector.input))

    test('falls in one class each', () => {
      expect(written.length + refused.length).toBe(vectors.length)
      expect([readable, unreadable, refused, wholeFloats, reordered].map((list) => list.length)).toEqual([
        80, 2, 68, 2, 1,
      ])
    })

    test.each(named(readable))('%s is read to the same value', (_id, vector) => {
      expect(meaningOf(vector)).not.toBeUndefined()
      expect(serializer.loads(decodeBytes(vector.dumps!))).toEqual(meaningOf(vector))
    })

    test.each(named(readable.filter((vector) => !wholeFloats.includes(vector) && !reordered.includes(vector))))(
      '%s is written with the same bytes',
      (_id, vector) => {
        expect(hex(serializer.dumps(meaningOf(vector)))).toBe(hex(decodeBytes(vector.dumps!)))
      },
    )

    test.each(named([...wholeFloats, ...reordered]))(
      '%s is written with other bytes, read to the same value',
      (_id, vector) => {
        expect(hex(serializer.dumps(meaningOf(vector)))).not.toBe(hex(decodeBytes(vector.dumps!)))
        expect(serializer.loads(serializer.dumps(meaningOf(vector)))).toEqual(meaningOf(vector))
      },
    )

    test.each(named(unreadable))(
      '%s, whose keys its own reader refuses by default, is read as a Map',
      (_id, vector) => {
        expect(serializer.loads(decodeBytes(vector.dumps!))).toBeInstanceOf(Map)
      },
    )

    test('what Python could not write for its content is refused here too', () => {
      const same = refused.filter((vector) => inputOf(vector) !== undefined)
      expect(same.map(({ input }) => input)).toEqual(REFUSED)
      for (const vector of same) {
        // Two surrogates that make a pair are one character in JavaScript, and fine.
        if (vector.input === 'str_surrogate_pair_as_two') expect(serializer.dumps(inputOf(vector))).toHaveLength(5)
        else expect(() => serializer.dumps(inputOf(vector)), vector.id).toThrow(SerializationError)
      }
    })
  })

  // The original could be told to read arrays as tuples, and text as bytes. JavaScript has no tuples, and text stays text here.
  describe.each([
    ['msgpack', [29, 15, 2, 3, 0]],
    ['msgpack_use_list_false', [26, 10, 2, 3, 0]],
    ['msgpack_encoding_none', [15, 10, 3, 4, 8]],
  ])('what %s was given to read', (variant, counts) => {
    const vectors = golden.loads.filter((vector) => vector.serializer === variant && vector.input.type === 'bytes')
    const bytesOf = ({ input }: Loaded) =>
      input.hex === undefined ? decodeBytes(input) : Uint8Array.from(Buffer.from(input.hex, 'hex'))
    const nameOf = ({ id }: Loaded) => id.slice(id.indexOf('/') + 1)
    const apart = vectors.filter(
      (vector) => variant === 'msgpack_encoding_none' && nameOf(vector) in TEXT_READ_AS_BYTES,
    )
    const isExtension = (vector: Loaded) => vector.value?.t === 'namedtuple'
    const extensions = vectors.filter(isExtension)
    const otherKeys = vectors.filter((vector) => refusedKey(vector.error))
    const invalid = vectors.filter((vector) => vector.error !== undefined && !otherKeys.includes(vector))
    const valid = vectors.filter(
      (vector) => vector.value !== undefined && !extensions.includes(vector) && !apart.includes(vector),
    )

    test('falls in one class each', () => {
      const classes = [valid, invalid, extensions, otherKeys, apart]
      expect(classes.flat().length).toBe(vectors.length)
      expect(classes.map((list) => list.length)).toEqual(counts)
    })

    test.each(named(valid))('%s gives the same value', (_id, vector) => {
      // The reference data says of this one only how deep it is; its innermost array holds 1.
      const value = vector.value!.t === 'nested_list' ? nestedLists(vector.value!.depth!) : plainValue(vector.value!)
      expect(value).not.toBeUndefined()
      expect(serializer.loads(bytesOf(vector))).toEqual(value)
    })

    test.each(named([...invalid, ...extensions]))('%s is an error', (_id, vector) => {
      expect(() => serializer.loads(bytesOf(vector))).toThrow(DeserializationError)
    })

    test.each(named(otherKeys))('%s, whose keys Python refuses by default, is read as a Map', (_id, vector) => {
      expect(serializer.loads(bytesOf(vector))).toBeInstanceOf(Map)
    })

    test.each(named(apart))(
      '%s, which Python was told to read as bytes, is text, or an error where it is none',
      (_id, vector) => {
        const text = TEXT_READ_AS_BYTES[nameOf(vector)]
        if (text === undefined) expect(() => serializer.loads(bytesOf(vector))).toThrow(DeserializationError)
        else expect(serializer.loads(bytesOf(vector))).toEqual(text)
      },
    )
  })
}

const TEXT_READ_AS_BYTES: Readonly<Record<string, unknown>> = {
  fixstr: 'hi',
  str8: 'hi',
  str16: 'hi',
  str32: 'hi',
  str_surrogate_cesu: undefined,
  map32: { a: 1 },
  map_dup: { a: 2 },
  map_proto: JSON.parse('{"__proto__":1}'),
}

/** The other 61 are values of types that JavaScript has not, or that MessagePack has not: `msgpack-serializer.test.ts` has theirs. */
const REFUSED = [
  'str_lone_high',
  'str_lone_low',
  'str_surrogate_pair_as_two',
  'int_neg2p63m1',
  'int_2p64',
  'int_200digits',
  'int_neg200digits',
]

function nestedLists(depth: number): unknown {
  let nested: unknown = 1
  for (let level = 0; level < depth; level++) nested = [nested]
  return nested
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
