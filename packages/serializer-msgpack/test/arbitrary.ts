/** Values that MessagePack has a form for, and how they read: the same, with the differences that the README lists. */
import fc from 'fast-check'

const bigint = fc.oneof(
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
  fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) }),
)
const integer = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.constantFrom(-32, -33, -128, -129, 127, 128, 255, 256, 65535, 65536, 2 ** 32 - 1, 2 ** 32),
)
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'binary', minLength: 20, maxLength: 300 }),
  fc.constantFrom('__proto__', 'constructor', '\ufeff', '10', ''),
)
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Uint8Array.from(array))
const date = fc.date({ noInvalidDate: true, min: new Date(-8.64e15), max: new Date(8.64e15) })
const scalar = fc.oneof(fc.constant(null), fc.boolean(), integer, fc.double(), bigint, text, bytes, date)

/**
 * A Map needs a key that is not text to come back as a Map. Neither 0 nor 1, which in Python are the same keys as false and true.
 */
const mapKey = fc
  .oneof(integer, fc.boolean(), fc.constant(null), bigint, fc.double({ noNaN: true }))
  .filter((key) => key !== 0 && key !== 1)

/** Values that come back equal to the last bit. */
export const storable = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, scalar, tie('array'), tie('record'), tie('map')),
  array: fc.array(tie('value'), { maxLength: 8 }),
  record: fc.dictionary(text, tie('value'), { maxKeys: 8 }),
  map: fc.array(fc.tuple(mapKey, tie('value')), { minLength: 1, maxLength: 8 }).map((entries) => new Map(entries)),
})).value
