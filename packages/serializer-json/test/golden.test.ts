/** The vectors of the original library, every one of them: what its JSON serializers wrote and what they read. */
import { DeserializationError } from '@pycached/core'
import { JsonSerializer } from '@pycached/serializer-json'
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
    loads?: { value?: TypedValue | '=input' }
  }[]
  loads: {
    id: string
    serializer: string
    input: EncodedBytes & { type: string }
    value?: TypedValue
    error?: object
  }[]
}

/** What ujson reads although it is no JSON, and never writes. */
const UJSON_LENIENCY = ['lead0', 'trail_dot', 'str_raw_ctrl']
/** The integer -0 is 0 in Python; JavaScript has only the number -0, which equals 0. */
const MINUS_ZERO = ['neg0']

const exact = new JsonSerializer({ bigIntegers: 'bigint' })
const rounding = new JsonSerializer()
const strict = new JsonSerializer({ bigIntegers: 'error' })

const golden = sharedFile<Golden>('golden/serializers.json')
if (golden === undefined) leftOut('golden/serializers.json', 'the vectors of the JSON serializers')
else {
  describe.each(['json_ujson', 'json_stdlib'])('what %s wrote', (serializer) => {
    const vectors = golden.dumps.filter((vector) => vector.serializer === serializer)
    const written = vectors.filter((vector) => vector.dumps !== undefined)
    const valueOf = (vector: (typeof vectors)[number]): unknown => {
      const value = vector.loads?.value
      return plainValue(value === '=input' ? golden.inputs[vector.input]!.typed : value!)
    }

    test('is there to be read, each with a meaning in JavaScript, or was refused by the original', () => {
      const counts = { written: written.length, refused: vectors.length - written.length }
      expect(counts).toEqual(serializer === 'json_ujson' ? { written: 87, refused: 62 } : { written: 80, refused: 69 })
      for (const vector of written) expect(valueOf(vector), vector.id).not.toBeUndefined()
    })

    test.each(written.map((vector) => [vector.id, vector] as const))(
      '%s is read as text and as bytes',
      (_id, vector) => {
        const bytes = decodeBytes(vector.dumps!)
        expect(exact.loads(bytes)).toEqual(valueOf(vector))
        expect(exact.loads(new TextDecoder().decode(bytes))).toEqual(valueOf(vector))
      },
    )

    test('is read with its big integers rounded by default, and refused for them where asked', () => {
      const withBigIntegers = written.filter((vector) => typeof valueOf(vector) === 'bigint')
      expect(withBigIntegers).toHaveLength(9)
      for (const vector of withBigIntegers) {
        const bytes = decodeBytes(vector.dumps!)
        expect(rounding.loads(bytes)).toBe(Number(valueOf(vector)))
        expect(() => strict.loads(bytes)).toThrow(DeserializationError)
      }
    })
  })

  describe.each(['json_ujson', 'json_stdlib'])('what %s was given to read', (serializer) => {
    const vectors = golden.loads.filter((vector) => vector.serializer === serializer)
    const nameOf = (vector: (typeof vectors)[number]) => vector.id.slice(vector.id.indexOf('/') + 1)
    const is = (list: string[]) => (vector: (typeof vectors)[number]) => list.includes(nameOf(vector))
    const missing = vectors.filter(is(['missing']))
    const lenient = vectors.filter((vector) => serializer === 'json_ujson' && is(UJSON_LENIENCY)(vector))
    const minusZero = vectors.filter((vector) => vector.value !== undefined && is(MINUS_ZERO)(vector))
    const apart = [...missing, ...lenient, ...minusZero]
    const valid = vectors.filter((vector) => vector.value !== undefined && !apart.includes(vector))
    const invalid = vectors.filter((vector) => vector.error !== undefined)
    const textOf = (vector: (typeof vectors)[number]) =>
      new TextDecoder('utf-8', { ignoreBOM: true }).decode(decodeBytes(vector.input))

    test('falls in one class each: values, errors, and differences that are documented', () => {
      const counts = [valid, invalid, missing, lenient, minusZero].map((list) => list.length)
      expect(counts.reduce((sum, count) => sum + count)).toBe(vectors.length)
      expect(counts).toEqual(serializer === 'json_ujson' ? [23, 16, 1, 3, 0] : [17, 22, 1, 0, 1])
    })

    test.each(valid.map((vector) => [vector.id, vector] as const))('%s gives the same value', (_id, vector) => {
      const value = plainValue(vector.value!)
      expect(value).not.toBeUndefined()
      expect(exact.loads(textOf(vector))).toEqual(value)
    })

    test.each(invalid.map((vector) => [vector.id, vector] as const))('%s is an error', (_id, vector) => {
      expect(() => exact.loads(textOf(vector))).toThrow(DeserializationError)
    })

    test.each(lenient.map((vector) => [vector.id, vector] as const))('%s is no JSON and refused', (_id, vector) => {
      expect(() => exact.loads(textOf(vector))).toThrow(DeserializationError)
    })

    test.each(minusZero.map((vector) => [vector.id, vector] as const))('%s is the number -0', (_id, vector) => {
      expect(exact.loads(textOf(vector))).toBe(-0)
    })
  })
}
