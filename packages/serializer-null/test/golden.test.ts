/** The vectors of the original library: its null serializer changes nothing either. */
import { NullSerializer } from '@pycached/serializer-null'
import { expect, test } from 'vitest'
import { plainValue, type TypedValue } from '../../../test/support/python-values.js'
import { leftOut, sharedFile } from '../../../test/support/shared.js'

interface Golden {
  inputs: Record<string, { typed: TypedValue }>
  dumps: { id: string; serializer: string; input: string; loads: { value: TypedValue | '=input' } }[]
  loads: { id: string; serializer: string }[]
}

const serializer = new NullSerializer()

const golden = sharedFile<Golden>('golden/serializers.json')
if (golden === undefined) leftOut('golden/serializers.json', 'the vectors of the null serializer')
else {
  const vectors = golden.dumps.filter((vector) => vector.serializer === 'null')

  test('each of them reads back as the input, and none stands beside them but the missing key, which no serializer sees', () => {
    expect(vectors).toHaveLength(149)
    expect(vectors.filter((vector) => vector.loads.value !== '=input')).toEqual([])
    expect(golden.loads.filter((vector) => vector.serializer === 'null').map(({ id }) => id)).toEqual([
      'loads:null/missing',
    ])
  })

  test('those with a meaning in JavaScript come back as the very value', () => {
    const values = vectors
      .map((vector) => plainValue(golden.inputs[vector.input]!.typed))
      .filter((value) => value !== undefined)
    expect(values).toHaveLength(80)
    for (const value of values) expect(serializer.loads(serializer.dumps(value))).toBe(value)
  })
}
