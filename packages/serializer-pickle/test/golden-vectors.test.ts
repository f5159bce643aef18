/** Every pickle of the reference data: what Python 2 and 3 wrote, in every protocol, is read to what it means or refused by name. */
import { DeserializationError } from '@pycached/core'
import { PickleSerializer, PyUuid } from '@pycached/serializer-pickle'
import { describe, expect, test } from 'vitest'
import { decodeBytes, type EncodedBytes, leftOut, sharedFile } from '../../../test/support/shared.js'
import { allReducers, meaningOf, REFUSED, type TypedValue } from './support/typed-value.js'

interface Reading {
  readonly value?: TypedValue | '=input'
  readonly error?: object
}
interface Golden {
  readonly inputs: Record<string, { readonly typed: TypedValue }>
  readonly dumps: readonly {
    readonly id: string
    readonly serializer: string
    readonly input: string
    readonly dumps?: EncodedBytes
    readonly dumps_error?: object
    readonly loads?: Reading
  }[]
  readonly loads: readonly (Reading & {
    readonly id: string
    readonly serializer: string
    readonly input: { readonly type: string; readonly hex?: string; readonly text?: string }
  })[]
  readonly pickle_versions: {
    readonly variants: readonly { readonly id: string; readonly pythons: readonly string[]; readonly b64: string }[]
    readonly python2: readonly { readonly id: string; readonly b64: string; readonly 'loads_in_3.11.2': Reading }[]
  }
}

interface Vector {
  readonly id: string
  readonly bytes: unknown
  /** `undefined` where Python itself fails to read it. */
  readonly typed: TypedValue | undefined
}

const bare = new PickleSerializer()
const registered = new PickleSerializer({ reducers: allReducers })

/** Reads it, or answers the refusal. */
function read(serializer: PickleSerializer, bytes: unknown): unknown {
  try {
    return serializer.loads(bytes)
  } catch (error) {
    expect(error).toBeInstanceOf(DeserializationError)
    return (error as Error).message
  }
}

const BY_NAME =
  /[\w"][\w.<>"]*\.\w+ (is not registered|as a value|names |is read only|has )|NEWOBJ_EX|Ellipsis|states?|call of/

function check(
  vectors: readonly Vector[],
  serializer: PickleSerializer,
  isRegistered: boolean,
): Record<string, number> {
  const counts = { read: 0, refused: 0, unreadable: 0 }
  for (const { id, bytes, typed } of vectors) {
    const meaning = typed === undefined ? undefined : meaningOf(typed, isRegistered)
    const result = read(serializer, bytes)
    if (typed === undefined) {
      expect(result, id).toMatch(/^cannot read|^a pickle is bytes/)
      counts.unreadable++
    } else if (meaning === REFUSED) {
      expect(result, id).toMatch(BY_NAME)
      counts.refused++
    } else {
      expect(result, id).toStrictEqual(meaning)
      counts.read++
    }
  }
  return counts
}

const golden = sharedFile<Golden>('golden/serializers.json')
if (golden === undefined) leftOut('golden/serializers.json', 'the pickles that Python wrote')
else {
  const inputOf = (id: string) => golden.inputs[id]?.typed as TypedValue
  const typedOf = (reading: Reading | undefined, input?: string) =>
    reading?.value === '=input' ? inputOf(input as string) : reading?.value
  const written = golden.dumps.filter(
    ({ serializer, dumps }) => serializer.startsWith('pickle_') && dumps !== undefined,
  )
  const dumps: Vector[] = written.map((vector) => ({
    id: vector.id,
    bytes: decodeBytes(vector.dumps as EncodedBytes),
    typed: typedOf(vector.loads, vector.input),
  }))

  describe('what Python 3.11 wrote', () => {
    test('has a vector for each input and protocol, except for what cannot be pickled', () => {
      const failed = golden.dumps.filter(
        ({ serializer, dumps_error }) => serializer.startsWith('pickle_') && dumps_error,
      )
      expect([dumps.length, failed.length]).toEqual([1034, 16])
    })

    test('is read without reducers, or refused by name', () => {
      expect(check(dumps, bare, false)).toEqual({ read: 665, refused: 369, unreadable: 0 })
    })

    test('is read with the shipped reducers, or refused by name', () => {
      expect(check(dumps, registered, true)).toEqual({ read: 805, refused: 229, unreadable: 0 })
    })
  })

  /** Inputs that the reference data has only as bytes, so that what they mean is said here. */
  const int = (v: number): TypedValue => ({ t: 'int', v: String(v) })
  const str = (v: string): TypedValue => ({ t: 'str', v })
  const onlyBytes: Record<string, TypedValue> = {
    array_B_empty: { t: 'array' },
    bool_false: { t: 'bool', v: false },
    bool_true: { t: 'bool', v: true },
    bytes_binary: { t: 'bytes', hex: Buffer.from(Array.from({ length: 256 }, (_, i) => i)).toString('hex') },
    counter: { t: 'counter' },
    cyclic_instance: { t: 'instance' },
    cyclic_list: { t: 'list', id: 1, v: [int(1), { t: 'ref', id: 1 }] },
    date_min: { t: 'date', v: [1, 1, 1] },
    datetime_fold: { t: 'datetime', v: [2024, 10, 27, 2, 30, 0, 0], tz: null },
    defaultdict_list: { t: 'defaultdict' },
    defaultdict_none: { t: 'defaultdict' },
    deque_maxlen: { t: 'deque' },
    dict_empty: { t: 'dict', v: [] },
    dict_int_keys: {
      t: 'dict',
      v: [
        [int(1), str('one')],
        [int(-2), str('minus two')],
        [{ t: 'int', v: '100000000000000000000' }, str('big')],
      ],
    },
    dict_subclass: { t: 'instance' },
    instance_getnewargs: { t: 'instance' },
    instance_plain: { t: 'instance' },
    int_0: int(0),
    int_1: int(1),
    int_256: int(256),
    int_65536: int(65536),
    int_bool_like_1: int(1),
    int_neg2p31: int(-(2 ** 31)),
    list_empty: { t: 'list', v: [] },
    list_one: { t: 'list', v: [int(1)] },
    list_subclass: { t: 'instance' },
    none: { t: 'none' },
    range: { t: 'range' },
    set_empty: { t: 'set', v: [] },
    set_ints: { t: 'set', v: [int(1), int(2), int(3)] },
    shared_in_dict: {
      t: 'dict',
      v: [
        [str('a'), { t: 'list', id: 1, v: [int(1), int(2)] }],
        [str('b'), { t: 'ref', id: 1 }],
      ],
    },
    shared_instance: { t: 'list', v: [{ t: 'instance' }] },
    str_control: str('tab\t nl\n cr\r nul\x00 bell\x07 esc\x1b del\x7f bs\b ff\f'),
    time: { t: 'time', v: [13, 45, 59, 123456], fold: 0, tz: null },
    timedelta: { t: 'timedelta', days: 1, seconds: 2, us: 3 },
    tuple_2: { t: 'tuple', v: [int(1), str('b')] },
    two_instances_same_class: { t: 'list', v: [{ t: 'instance' }] },
  }

  describe('what the other versions of Python wrote differently', () => {
    const all = golden.pickle_versions.variants.map(({ id, pythons, b64 }) => {
      const input = id.slice(id.indexOf('/') + 1)
      const original = golden.dumps.find((vector) => vector.id === id)
      const typed = original === undefined ? onlyBytes[input] : typedOf(original.loads, input)
      return { id: `${id} ${pythons.join()}`, input, bytes: decodeBytes({ b64 }), typed }
    })
    const variants = all.filter(({ input }) => input !== 'realistic')

    test('is there to be read', () => {
      expect(variants.filter(({ typed }) => typed === undefined)).toEqual([])
      expect([variants.length, all.length]).toEqual([187, 188])
    })
    test('is read where it is a record of many classes', () => {
      const { bytes } = all.find(({ input }) => input === 'realistic') as Vector
      expect(read(bare, bytes)).toMatch(BY_NAME)
      expect(read(registered, bytes)).toMatchObject({
        name: 'Ünï😀',
        raw: Uint8Array.of(0, 255),
        identifier: new PyUuid('00000000-0000-0000-0000-000000000001'),
      })
    })
    test('is read without reducers, or refused by name', () => {
      expect(check(variants, bare, false)).toEqual({ read: 71, refused: 116, unreadable: 0 })
    })
    test('is read with the shipped reducers, or refused by name', () => {
      expect(check(variants, registered, true)).toEqual({ read: 124, refused: 63, unreadable: 0 })
    })
  })

  describe('what Python 2 wrote', () => {
    const vectors: Vector[] = golden.pickle_versions.python2.map((vector) => ({
      id: vector.id,
      bytes: decodeBytes(vector),
      typed: typedOf(vector['loads_in_3.11.2']),
    }))
    test('is read as Python 3 reads it, or refused', () => {
      expect(check(vectors, bare, false)).toEqual({ read: 82, refused: 12, unreadable: 18 })
      expect(check(vectors, registered, true)).toEqual({ read: 94, refused: 0, unreadable: 18 })
    })
  })

  describe('single opcodes, one by one', () => {
    const vectors: Vector[] = golden.loads
      .filter(({ serializer, input }) => serializer.startsWith('pickle') && input.type !== 'none')
      .map(({ id, input, ...reading }) => ({
        id,
        bytes: input.hex === undefined ? input.text : Uint8Array.from(Buffer.from(input.hex, 'hex')),
        typed: typedOf(reading),
      }))
    test('are read as Python reads them, and refused where it fails', () => {
      expect(check(vectors, bare, false)).toEqual({ read: 48, refused: 0, unreadable: 24 })
    })
  })
}
