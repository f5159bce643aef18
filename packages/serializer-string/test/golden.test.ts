/** The vectors of the original library: what its string serializer wrote, which is always read as the text that it is. */
import { SerializationError } from '@pycached/core'
import { StringSerializer } from '@pycached/serializer-string'
import { expect, test } from 'vitest'
import { plainValue, type TypedValue } from '../../../test/support/python-values.js'
import { decodeBytes, type EncodedBytes, leftOut, sharedFile } from '../../../test/support/shared.js'

interface Vector {
  id: string
  serializer: string
  input: string
  dumps: EncodedBytes & { codepoints?: string }
  loads: { value: TypedValue | '=input' }
}
interface Golden {
  inputs: Record<string, { typed: TypedValue }>
  dumps: Vector[]
  loads: { id: string; serializer: string }[]
}

const serializer = new StringSerializer()

const golden = sharedFile<Golden>('golden/serializers.json')
if (golden === undefined) leftOut('golden/serializers.json', 'the vectors of the string serializer')
else {
  const vectors = golden.dumps.filter((vector) => vector.serializer === 'string')
  const inputOf = (vector: Vector) => plainValue(golden.inputs[vector.input]!.typed)
  const isText = (vector: Vector) => typeof inputOf(vector) === 'string'
  const isInteger = (vector: Vector) => golden.inputs[vector.input]!.typed.t === 'int'
  const textOf = (vector: Vector) =>
    plainValue(vector.loads.value === '=input' ? golden.inputs[vector.input]!.typed : vector.loads.value)

  test('there is a text for each value, and no vector beside them but the missing key, which no serializer sees', () => {
    expect(vectors).toHaveLength(149)
    expect(golden.loads.filter((vector) => vector.serializer === 'string').map(({ id }) => id)).toEqual([
      'loads:string/missing',
    ])
    for (const vector of vectors) expect(textOf(vector), vector.id).toBeTypeOf('string')
  })

  test.each(vectors.map((vector) => [vector.id, vector] as const))(
    '%s is read as the text that Python wrote',
    (_id, vector) => {
      const text = textOf(vector)
      expect(serializer.loads(text)).toBe(text)
      // Text with a lone surrogate has no bytes: no store that keeps UTF-8 could hold it.
      if (vector.dumps.codepoints === undefined) expect(serializer.loads(decodeBytes(vector.dumps))).toBe(text)
    },
  )

  test('text and integers are written as Python writes them', () => {
    const same = vectors.filter((vector) => isText(vector) || isInteger(vector))
    expect(same).toHaveLength(34)
    for (const vector of same) expect(serializer.dumps(inputOf(vector)), vector.id).toBe(textOf(vector))
  })

  test('everything else is written as JavaScript writes it, where there is such a value', () => {
    const others = vectors.filter((vector) => !isText(vector) && !isInteger(vector) && inputOf(vector) !== undefined)
    expect(others).toHaveLength(46)
    for (const vector of others) {
      // An object whose key `toString` hides the method of that name.
      if (vector.input === 'dict_proto_keys')
        expect(() => serializer.dumps(inputOf(vector))).toThrow(SerializationError)
      else expect(serializer.dumps(inputOf(vector)), vector.id).toBe(String(inputOf(vector)))
    }
  })
}
