import { DeserializationError, InvalidArgumentError, isPycachedError, SerializationError } from '@pycached/core'
import { JsonSerializer } from '@pycached/serializer-json'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hasPython, readByPython } from './python.js'

const serializer = new JsonSerializer()

describe('writing', () => {
  test('is what JavaScript writes, to the letter', () => {
    const values = [
      null,
      true,
      1.5,
      1e21,
      'é\u2028',
      [1, [2]],
      { a: { b: null } },
      new Date(0),
      { left: undefined, out: () => 1 },
      [Number.NaN],
    ]
    for (const value of values) expect(serializer.dumps(value)).toBe(JSON.stringify(value))
  })

  test.each([
    ['a function', () => 1, 'a function'],
    ['a symbol', Symbol('secret'), 'a symbol'],
    ['NaN', Number.NaN, 'NaN or Infinity'],
    ['an invalid Date', new Date(Number.NaN), 'this Date'],
    ['a Map', new Map([[1, 'secret']]), 'this Map'],
    ['a Set', new Set(['secret']), 'this Set'],
    ['an Error', new Error('secret'), 'this Error'],
    ['a toJSON that gives nothing', { toJSON: () => undefined }, 'this Object'],
  ])('refuses %s, of which JSON keeps nothing', (_name, value, named) => {
    expect(() => serializer.dumps(value)).toThrow(SerializationError)
    expect(() => serializer.dumps(value)).toThrow(`JSON keeps nothing of ${named}`)
  })

  test('takes what is empty in itself, and an object that says how it is written', () => {
    class Point {
      toJSON() {
        return {}
      }
    }
    expect([{}, Object.create(null), [], '', new Point()].map((value) => serializer.dumps(value))).toEqual([
      '{}',
      '{}',
      '[]',
      '""',
      '{}',
    ])
  })

  test('refuses a BigInt, a cycle, and what throws while it is read, each with its reason', () => {
    const cycle: Record<string, unknown> = { secret: 'secret' }
    cycle['self'] = cycle
    const thrower = {
      get secret(): string {
        throw new Error('own reason')
      },
    }
    expect(() => serializer.dumps({ secret: 1n })).toThrow('BigInt')
    expect(() => serializer.dumps(cycle)).toThrow('holds itself')
    expect(() => serializer.dumps(thrower)).toThrow('getter')
    for (const value of [{ a: 1n }, cycle, thrower]) expect(() => serializer.dumps(value)).toThrow(SerializationError)
  })

  test('refuses what is too deep for JSON.stringify', () => {
    let nested: unknown[] = []
    for (let depth = 0; depth < 100_000; depth++) nested = [nested]
    expect(() => serializer.dumps(nested)).toThrow(SerializationError)
  })
})

describe('reading', () => {
  test('takes NaN and Infinity wherever a value may stand', () => {
    expect(serializer.loads('NaN')).toBeNaN()
    expect(serializer.loads(' [NaN, -Infinity, {"a": Infinity}, "NaN", "\\"Infinity"]')).toEqual([
      Number.NaN,
      Number.NEGATIVE_INFINITY,
      { a: Number.POSITIVE_INFINITY },
      'NaN',
      '"Infinity',
    ])
  })

  test.each([
    '-NaN',
    '+Infinity',
    '- Infinity',
    'nan',
    'Inf',
    '{NaN: 1}',
    '[NaN,]',
    '[NaN 1]',
    'NaN,',
    'NaNNaN',
    'undefined',
    '[1NaN]',
    '["\t",NaN]',
    '["\\x",NaN]',
    '[01,NaN]',
    '{"a":NaN,}',
  ])('refuses %s', (text) => {
    expect(() => serializer.loads(text)).toThrow(DeserializationError)
  })

  test.each([null, 1, {}, ['{}']])('refuses %o, which is neither text nor bytes', (stored) => {
    expect(() => serializer.loads(stored)).toThrow(DeserializationError)
  })

  test('takes bytes too, if they are UTF-8', () => {
    expect(serializer.loads(new TextEncoder().encode('"é"'))).toBe('é')
    expect(() => serializer.loads(Uint8Array.of(0x22, 0xff, 0x22))).toThrow(DeserializationError)
    expect(() => serializer.loads(Uint8Array.of(0xef, 0xbb, 0xbf, 0x31))).toThrow(DeserializationError)
  })

  test('says where the text stops being JSON and shows nothing of it', () => {
    const error = errorOf(() => serializer.loads('{"name": "secret", secret}'))
    expect(error.message).toBe(
      'what is stored cannot be read as JSON: expected a name in double quotes at character 19',
    )
    expect((error.cause as Error).message).toBe('expected a name in double quotes at character 19')
    expect(errorOf(() => serializer.loads('["secret"')).message).toContain('where the text ends')
  })
})

describe('integers beyond 2^53', () => {
  const text =
    '[9007199254740991, 9007199254740992, -9007199254740993, 1e20, 100000000000000000000, 9007199254740993.0, "9007199254740993"]'
  const numbers = [
    9007199254740991,
    9007199254740992,
    -9007199254740992,
    1e20,
    1e20,
    9007199254740992,
    '9007199254740993',
  ]

  test('are rounded to numbers by default', () => {
    expect(serializer.bigIntegers).toBe('number')
    expect(serializer.loads(text)).toEqual(numbers)
    expect(serializer.loads(`[${text}, NaN]`)).toEqual([numbers, Number.NaN])
  })

  test('are BigInts where asked; what is no integer literal stays a number', () => {
    expect(new JsonSerializer({ bigIntegers: 'bigint' }).loads(text)).toEqual([
      9007199254740991,
      9007199254740992n,
      -9007199254740993n,
      1e20,
      100000000000000000000n,
      9007199254740992,
      '9007199254740993',
    ])
  })

  test('are an error where asked, which says what to do', () => {
    const careful = new JsonSerializer({ bigIntegers: 'error' })
    expect(() => careful.loads('[9007199254740992]')).toThrow(
      /an integer of 16 digits at character 1.*bigIntegers: 'bigint'/,
    )
    expect(careful.loads('[9007199254740991, 1e300]')).toEqual([9007199254740991, 1e300])
  })
})

describe('options', () => {
  test('that are unknown are refused, naming the known one', () => {
    const error = errorOf(() => new JsonSerializer({ bigInts: 'bigint' } as never))
    expect(error).toBeInstanceOf(InvalidArgumentError)
    expect(error.message).toBe("JsonSerializer has no option 'bigInts': it knows bigIntegers")
  })

  test('of the wrong value are refused, naming the right ones', () => {
    expect(() => new JsonSerializer({ bigIntegers: 'string' as never })).toThrow(
      "'number', 'bigint' or 'error', got 'string'",
    )
    expect(() => new JsonSerializer({ bigIntegers: true as never })).toThrow('got boolean')
    expect(new JsonSerializer({ bigIntegers: undefined }).bigIntegers).toBe('number')
  })
})

describe('for any value', () => {
  const json = fc.jsonValue({ maxDepth: 5, noUnicodeString: false })

  test('what is written is read to the same value, through either parser', () => {
    const exact = new JsonSerializer({ bigIntegers: 'bigint' })
    fc.assert(
      fc.property(json, (value) => {
        const text = serializer.dumps(value)
        expect(serializer.loads(text)).toEqual(JSON.parse(text))
        expect(serializer.loads(`[NaN,${text}]`)).toEqual([Number.NaN, JSON.parse(text)])
        if (!/\d{16}/.test(text)) expect(exact.loads(text)).toEqual(JSON.parse(text))
      }),
    )
  })

  test('both parsers agree on what is JSON, when any character of a text is replaced', () => {
    const replacements = fc.constantFrom(
      '"',
      '\\',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '0',
      '1',
      '-',
      '.',
      'e',
      'n',
      ' ',
      '\n',
      '\u0000',
      '\ud800',
      'u',
    )
    fc.assert(
      fc.property(json, fc.nat(), replacements, (value, position, replacement) => {
        const text = JSON.stringify(value)
        const at = position % text.length
        const mutated = text.slice(0, at) + replacement + text.slice(at + 1)
        const native = attempt(() => JSON.parse(mutated))
        const lenient = attempt(() => (serializer.loads(`[NaN,${mutated}\n]`) as unknown[]).slice(1))
        if ('value' in native) expect(lenient).toEqual({ value: [native.value] })
        else if ('error' in lenient) expect(lenient.error).toBeInstanceOf(DeserializationError)
        // A replaced character can end the array early and begin more of it: valid only inside the brackets.
        else expect(JSON.parse(`[${mutated}\n]`)).toEqual(lenient.value)
      }),
      { numRuns: 1000 },
    )
  })

  test('bytes with any of them changed are a value or a DeserializationError', () => {
    fc.assert(
      fc.property(
        json,
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 }),
        (value, changes) => {
          const bytes = new TextEncoder().encode(JSON.stringify(value))
          for (const [at, byte] of changes) bytes[at % bytes.length] = byte
          const outcome = attempt(() => serializer.loads(bytes))
          if ('error' in outcome) expect(outcome.error).toBeInstanceOf(DeserializationError)
        },
      ),
      { numRuns: 1000 },
    )
  })

  if (hasPython()) {
    test("Python's json reads what is written to the same value", () => {
      const samples = [...fc.sample(json, 500), ...SPECIAL]
      const texts = samples.map((value) => serializer.dumps(value))
      // Python tells integers beyond 2^53 from floats; as numbers they are the same.
      const asNumber = (_: string, value: unknown) => (typeof value === 'bigint' ? Number(value) : value)
      const read = readByPython(texts).map((value) => JSON.stringify(value, asNumber))
      expect(read).toEqual(texts.map((text) => JSON.stringify(JSON.parse(text))))
    })
  } else
    test('what Python reads of it: left out, because there is no python3', () => console.info('Left out: no python3'))
})

const SPECIAL = [
  '\ud800',
  '\ud83d\ude00',
  '\u2028\u0000\u007f',
  5e-324,
  1.7976931348623157e308,
  1e21,
  1e20,
  2 ** 53,
  -1.5,
  0.1,
  { '': [[], {}] },
]

function attempt(action: () => unknown): { value: unknown } | { error: unknown } {
  try {
    return { value: action() }
  } catch (error) {
    return { error }
  }
}

function errorOf(action: () => unknown): Error {
  const outcome = attempt(action)
  if (!('error' in outcome) || !isPycachedError(outcome.error)) throw new Error('Expected an error of the library')
  return outcome.error
}
