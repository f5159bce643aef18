/** Values of every kind that the serializer promises to keep, for property-based tests. */
import fc from 'fast-check'

/** Text with everything in it: lone surrogates, NUL, emoji, and names that objects inherit. */
export const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
  fc.string({ minLength: 60, maxLength: 300 }),
  fc.constantFrom('__proto__', 'constructor', 'then', 'toString', 'length', '0', '-0', ''),
)

export const number = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.constantFrom(
    0,
    -0,
    255,
    256,
    65535,
    65536,
    2 ** 31,
    -(2 ** 31),
    -(2 ** 31) - 1,
    2 ** 32,
    2 ** 53,
    2 ** 53 + 2,
    1e300,
  ),
)

export const bigint = fc.oneof(
  fc.bigInt(),
  fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }),
  fc.bigInt({ min: -300n, max: 300n }),
  fc
    .integer({ min: 1, max: 2100 })
    .chain((bits) =>
      fc.constantFrom(2n ** BigInt(bits), 2n ** BigInt(bits) - 1n, -(2n ** BigInt(bits)), -(2n ** BigInt(bits)) - 1n),
    ),
)

/** Of the years that Python has. */
export const date = fc.date({
  min: new Date('0001-01-01T00:00:00.000Z'),
  max: new Date('9999-12-31T23:59:59.999Z'),
  noInvalidDate: true,
})

export const bytes = fc.oneof(fc.uint8Array(), fc.uint8Array({ minLength: 250, maxLength: 300 }))

const scalar = fc.oneof(
  { weight: 2, arbitrary: text },
  { weight: 2, arbitrary: number },
  bigint,
  date,
  bytes,
  fc.constantFrom(null, true, false, undefined),
)

export interface ValueOptions {
  /** Whether sets and keys of maps hold only what Python can hash and tells apart. Default `false`: anything. */
  readonly pythonKeys?: boolean
}

/** Any value; never `undefined` itself. */
export function anyValue({ pythonKeys = false }: ValueOptions = {}): fc.Arbitrary<unknown> {
  const { value } = fc.letrec<{ value: unknown; key: unknown }>((tie) => ({
    key: pythonKeys ? text : fc.oneof({ weight: 3, arbitrary: scalar }, tie('value')),
    value: fc.oneof(
      { depthSize: 'small', maxDepth: 5, withCrossShrink: true },
      scalar,
      fc.array(tie('value')),
      fc.array(fc.tuple(text, tie('value'))).map((entries) => Object.fromEntries(entries)),
      fc.array(fc.tuple(tie('key'), tie('value'))).map((entries) => new Map(entries)),
      fc.array(tie('key')).map((members) => new Set(members)),
    ),
  }))
  return value.filter((candidate) => candidate !== undefined)
}

/** Objects, arrays, maps and sets that refer to each other at random, to themselves too. */
export const graph: fc.Arbitrary<unknown> = fc
  .array(
    fc.record({
      kind: fc.constantFrom('object', 'array', 'map', 'set', 'keyedMap'),
      links: fc.array(fc.nat({ max: 11 }), { maxLength: 4 }),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((nodes) => {
    const made = nodes.map(({ kind }) => {
      if (kind === 'object') return {}
      if (kind === 'array') return []
      return kind === 'set' ? new Set() : new Map()
    })
    nodes.forEach(({ kind, links }, i) => {
      const node = made[i]
      links.forEach((link, place) => {
        const target = made[link % made.length]
        if (node instanceof Set) node.add(target)
        else if (node instanceof Map) node.set(kind === 'map' ? place : target, target)
        else if (Array.isArray(node)) (node as unknown[]).push(target)
        else (node as Record<string, unknown>)[`link${place}`] = target
      })
    })
    return made[0]
  })
