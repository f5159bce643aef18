/** A schema as serializer: what is read from the store is checked, and becomes an instance of a class again. */
import assert from 'node:assert/strict'
import { BaseSerializer, Cache, DeserializationError } from '@pycached/core'
import * as v from 'valibot'

class RandomModel {
  static readonly MY_CONSTANT = 'CONSTANT'
  readonly intType: number
  readonly strType: string
  readonly dictType: Record<string, unknown>
  readonly listType: readonly number[]

  constructor({
    intType = 1 + Math.floor(Math.random() * 10),
    strType = String.fromCharCode(97 + Math.floor(Math.random() * 26)),
    dictType = {},
    listType = [],
  }: Partial<RandomModel> = {}) {
    this.intType = intType
    this.strType = strType
    this.dictType = dictType
    this.listType = listType
  }
}

const RandomModelSchema = v.pipe(
  v.strictObject({
    intType: v.pipe(v.number(), v.integer()),
    strType: v.string(),
    dictType: v.record(v.string(), v.unknown()),
    listType: v.array(v.pipe(v.number(), v.integer())),
  }),
  v.transform((fields) => new RandomModel(fields)),
)

/** The part of the Standard Schema interface that is needed here: valibot, zod, arktype and others have it. */
interface StandardSchema<T> {
  readonly '~standard': {
    validate(value: unknown): SchemaResult<T> | Promise<SchemaResult<T>>
  }
}
type SchemaResult<T> = { readonly value: T; readonly issues?: undefined } | { readonly issues: readonly Issue[] }
interface Issue {
  readonly message: string
}

class SchemaSerializer<T> extends BaseSerializer {
  readonly #schema: StandardSchema<T>

  constructor(schema: StandardSchema<T>) {
    super()
    this.#schema = schema
  }

  dumps(value: T): string {
    return JSON.stringify(value)
  }

  loads(stored: string): T {
    const result = this.#schema['~standard'].validate(JSON.parse(stored))
    if (result instanceof Promise) throw new TypeError('a serializer is synchronous: the schema must be too')
    if (result.issues !== undefined) throw new TypeError(result.issues.map((issue) => issue.message).join('; '))
    return result.value
  }
}

const cache = new Cache({ serializer: new SchemaSerializer(RandomModelSchema), namespace: 'main' })

const model = new RandomModel()
await cache.set('key', model)
const result = await cache.get<RandomModel>('key')

assert.ok(result instanceof RandomModel)
assert.equal(result.intType, model.intType)
assert.equal(result.strType, model.strType)
assert.deepEqual(result.dictType, model.dictType)
assert.deepEqual(result.listType, model.listType)

// What the schema does not accept is not returned.
await cache.set('key', model, { dumpsFn: () => '{"intType":"one"}' })
await assert.rejects(cache.get('key'), DeserializationError)

await cache.delete('key')
await cache.close()
