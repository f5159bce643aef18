import { DeserializationError } from '@pycached/core'
import { PickleSerializer } from '@pycached/serializer-pickle'
import { describe, expect, test } from 'vitest'

const serializer = new PickleSerializer()
/** Opcodes as a Python programmer writes them: Latin-1 text. */
const load = (pickle: string, reader = serializer) => reader.loads(Uint8Array.from(Buffer.from(pickle, 'latin1')))

describe('older protocols', () => {
  test.each([
    ['a list that is built and then filled', '(lp0\nI1\naI2\na.', [1, 2]],
    ['a dict made from a mark', '(Va\nI1\nVb\n(dd.', { a: 1, b: {} }],
    ['a dict made from a mark, with other keys', '(I1\nVx\nd.', new Map([[1, 'x']])],
    ['text with escapes', 'Va\\u00e9\\U0001f600\\n\n.', 'aé😀\\n'],
    ['a string of Python 2', "S'a\\x41\\n\\'\\101\\q'\n.", "aA\n'A\\q"],
    ['booleans of protocol 0', '(I00\nI01\nl.', [false, true]],
    ['bytes as text', 'c_codecs\nencode\n(V\u00e9\u0001\nVlatin1\ntR.', Uint8Array.of(0xe9, 1)],
    ['sets', 'c__builtin__\nset\n((lI1\natR.', new Set([1])],
    ['frozensets', 'cbuiltins\nfrozenset\n((lI1\natR.', new Set([1])],
    ['byte arrays', 'c__builtin__\nbytearray\n(c_codecs\nencode\n(Vab\nVlatin1\ntRtR.', Uint8Array.of(97, 98)],
    ['a memo that starts anywhere', ']r\u0010\u0000\u0000\u0010j\u0010\u0000\u0000\u0010\u0086.', [[], []]],
    ['a value below others on the stack', 'I1\nI2\n0.', 1],
    ['a mark that is popped', 'I5\n(I1\n1.', 5],
    ['floats in text', '(F1.5\nF-inf\nF1e3\nl.', [1.5, Number.NEGATIVE_INFINITY, 1000]],
    ['integers in text', '(I0x10\nL-12345678901234567890L\nI-0\nl.', [16, -12345678901234567890n, 0]],
  ])('%s', (_title, pickle, value) => {
    expect(load(pickle)).toStrictEqual(value)
  })
})

describe('dicts', () => {
  test('with text keys are objects, with any other key maps', () => {
    expect(load('}(Va\nI1\nVb\nI2\nu.')).toStrictEqual({ a: 1, b: 2 })
    expect(load('}(Va\nI1\nNI2\nu.')).toStrictEqual(
      new Map<unknown, unknown>([
        ['a', 1],
        [null, 2],
      ]),
    )
  })

  test('that become a map late are the same map wherever they were mentioned', () => {
    // d = {'self': d, 'list': [d], 1: d}; the references before the integer key were to an object.
    const value = load(
      '}q\u0000(X\u0004\u0000\u0000\u0000selfh\u0000X\u0004\u0000\u0000\u0000list]h\u0000aK\u0001h\u0000u.',
    ) as Map<unknown, unknown>
    expect(value).toBeInstanceOf(Map)
    expect([...value.keys()]).toEqual(['self', 'list', 1])
    expect(value.get('self')).toBe(value)
    expect((value.get('list') as unknown[])[0]).toBe(value)
    expect(value.get(1)).toBe(value)
  })

  test('inside sets, maps and __proto__ are replaced as well', () => {
    const inside = load(
      '(}q\u0000X\u0001\u0000\u0000\u0000ah\u0000s}X\u0009\u0000\u0000\u0000__proto__h\u0000sh\u0000K\u0001Nsl.',
    ) as [Map<unknown, unknown>, object, Map<unknown, unknown>]
    expect(inside[0]).toBe(inside[2])
    expect(inside[0].get('a')).toBe(inside[0])
    expect(Object.getOwnPropertyDescriptor(inside[1], '__proto__')?.value).toBe(inside[0])
  })
})

describe('dates', () => {
  const stateOf = (...bytes: number[]) => `C${String.fromCharCode(bytes.length, ...bytes)}`
  const state = stateOf(0x07, 0xe8, 2, 29, 13, 45, 59, 1, 0xe2, 0x40)
  const zone = (seconds: number) =>
    `cdatetime\ntimezone\n(cdatetime\ntimedelta\n(I${Math.floor(seconds / 86_400)}\nI${seconds - Math.floor(seconds / 86_400) * 86_400}\nI0\ntRtR`

  test('have their microseconds cut to milliseconds', () => {
    expect(load(`cdatetime\ndatetime\n(${state}${zone(0)}tR.`)).toEqual(new Date('2024-02-29T13:45:59.123Z'))
  })
  test('are moved by the offset of their time zone', () => {
    expect(load(`cdatetime\ndatetime\n(${state}${zone(19_800)}tR.`)).toEqual(new Date('2024-02-29T08:15:59.123Z'))
    expect(load(`cdatetime\ndatetime\n(${state}${zone(-28_800)}tR.`)).toEqual(new Date('2024-02-29T21:45:59.123Z'))
  })
  test('without a time zone are UTC, or local time as an option says', () => {
    const naive = `cdatetime\ndatetime\n(${state}tR.`
    expect(load(naive)).toEqual(new Date('2024-02-29T13:45:59.123Z'))
    const local = new PickleSerializer({ naiveDates: 'local' })
    expect(load(naive, local)).toEqual(new Date(2024, 1, 29, 13, 45, 59, 123))
    const early = stateOf(0, 50, 3, 1, 1, 2, 3, 0, 0, 0)
    expect((load(`cdatetime\ndatetime\n(${early}tR.`, local) as Date).getFullYear()).toBe(50)
  })
  test('are read also where a frame begins before the call that makes them', () => {
    const end = (length: number) => `\x95${String.fromCharCode(length)}\0\0\0\0\0\0\0`
    const value = `cdatetime\ndatetime\n(${state}${zone(0).slice(0, -1)}${end(1)}Rt${end(2)}R.`
    expect(load(value)).toEqual(new Date('2024-02-29T13:45:59.123Z'))
  })
  test('with another time zone than a fixed offset are refused', () => {
    expect(() => load(`cdatetime\ndatetime\n(${state}I5\ntR.`)).toThrow(/expects a datetime.timezone/)
  })
})

describe('what is refused', () => {
  test.each([
    ['a name that is not registered, when it is read', 'cos\nsystem\n.', 'os.system is not registered'],
    ['a known class as a value', 'cdatetime\ndatetime\n.', 'datetime.datetime as a value'],
    ['a known class in a list', '](cdatetime\ndatetime\ne.', 'datetime.datetime as a value'],
    ['a known class in a dict', '}(Va\ncdatetime\ndatetime\nu.', 'datetime.datetime as a value'],
    ['a known class as a key', '}(ccollections\nOrderedDict\nI1\nu.', 'collections.OrderedDict as a value'],
    ['a known class in a tuple', 'cbuiltins\nset\n\x85.', 'builtins.set as a value'],
    [
      'a class in the arguments of a call, remembered',
      'ccopyreg\n_reconstructor\n(cos\nsystem\n.',
      'os.system is not registered',
    ],
    ['a span of time without its reducer', 'cdatetime\ntimedelta\n(I1\nI2\nI3\ntR.', 'datetime.timedelta as a value'],
    ['a call of what cannot be called', 'cbuiltins\nobject\n)R.', 'a call of builtins.object'],
    ['a call of a value', 'I1\n)R.', 'a call of what is no class'],
    ['__new__ of what has no reducer', 'cbuiltins\nset\n)\x81.', 'made by __new__'],
    ['getattr', 'cbuiltins\ngetattr\n(Va\nVb\ntR.', 'only for the members of registered enums'],
    ['keyword arguments', 'cbuiltins\nset\n)}\x92.', 'NEWOBJ_EX'],
    ['persistent ids', 'Px\n.', 'persistent id'],
    ['extension codes', '\x82\x01.', 'extension registry'],
    ['out-of-band data', '\x80\x05\x97.', 'out-of-band'],
    ['an exception', 'cbuiltins\nReferenceError\n(Vx\ntR.', 'builtins.ReferenceError is an exception'],
    ['a state for a dict', '}}b.', 'a state for what has none'],
    ['a list as a key', '}]I1\ns.', 'which Python does not allow'],
    ['a set in a set', '\x8f(\x8f\x90.', 'which Python does not allow'],
    ['Ellipsis alone', 'cbuiltins\nEllipsis\n.', 'stands for undefined'],
    ['a protocol of the future', '\x80\x06N.', 'protocol 6 is not known'],
    ['the end without a value', '.', 'more values than there are'],
    ['the end with a mark left over', '(.', 'a mark left over'],
    ['values below a mark', 'I1\n(\x85.', 'more values than there are'],
    ['integers with leading zeros', 'I010\n.', 'an integer in text that is none'],
    ['an integer of too many digits', `I${'9'.repeat(5000)}\n.`, 'an integer in text that is none'],
    ['a string of Python 2 that is not ASCII', 'U\x01\xe9.', 'not ASCII'],
    ['a frame within a frame', '\x95\x0b\0\0\0\0\0\0\0\x95\x02\0\0\0\0\0\0\0N.', 'a frame within a frame'],
    ['an opcode across the end of its frame', '\x95\x01\0\0\0\0\0\0\0K\x01.', 'crosses the end of its frame'],
  ])('%s', (_title, pickle, message) => {
    expect(() => load(pickle)).toThrow(DeserializationError)
    expect(() => load(pickle)).toThrow(message)
  })

  test('does not keep undefined inside from being read', () => {
    expect(load('](cbuiltins\nEllipsis\nI1\ne.')).toStrictEqual([undefined, 1])
  })

  test('a tuple of arguments that held a class is empty wherever else it turns up', () => {
    // The tuple of arguments is remembered, and taken from the memo afterwards.
    const zone = 'cdatetime\ntimezone\n(cdatetime\ntimedelta\n(I0\nI0\nI0\ntRtp5\nR0g5\n.'
    expect(load(zone)).toStrictEqual([])
  })
})
