/** What the mutations begin with, for each serializer: what released versions wrote, what is written today, and pieces that mean harm. */

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { BaseSerializer } from '@pycached/core'
import { JsonSerializer } from '@pycached/serializer-json'
import { MsgPackSerializer } from '@pycached/serializer-msgpack'
import { NullSerializer } from '@pycached/serializer-null'
import { PickleSerializer, reducers } from '@pycached/serializer-pickle'
import { StringSerializer } from '@pycached/serializer-string'
import type { Random } from '../random.js'

export const SERIALIZERS = ['string', 'json', 'pickle', 'msgpack', 'null'] as const
export type SerializerName = (typeof SERIALIZERS)[number]

interface Corpus {
  /** Each reads every payload, in turn. */
  readonly readers: readonly BaseSerializer[]
  readonly isText: boolean
  /** Kinds of values beyond those of JSON that it writes. */
  readonly kinds: readonly ((random: Random) => unknown)[]
  /** Put into payloads. */
  readonly pieces: readonly Uint8Array[]
}

const integer = (random: Random) => BigInt(random.below(2 ** 32)) << BigInt(random.below(32))
const bytes = (random: Random) => Uint8Array.from({ length: random.below(40) }, () => random.below(256))
const date = (random: Random) => new Date(random.below(2 ** 41))
const map = (random: Random) => new Map([[random.below(1000), random.below(1000)]])
const set = (random: Random) => new Set([random.below(1000), 'a'])

const text = (...pieces: string[]) => pieces.map((piece) => Buffer.from(piece, 'latin1'))
const hex = (...pieces: string[]) => pieces.map((piece) => Buffer.from(piece, 'hex'))

const corpora: Readonly<Record<SerializerName, Corpus>> = {
  string: {
    readers: [new StringSerializer()],
    isText: true,
    kinds: [],
    pieces: hex('c0af', 'eda080', 'fffe', 'efbbbf'),
  },
  json: {
    readers: [
      new JsonSerializer(),
      new JsonSerializer({ bigIntegers: 'bigint' }),
      new JsonSerializer({ bigIntegers: 'error' }),
    ],
    isText: true,
    kinds: [],
    pieces: text(
      '{"__proto__":',
      '"constructor":{"prototype":{',
      '[[[[',
      '{"":',
      '1e999',
      '-0',
      '"\\ud800',
      'NaN',
      '9'.repeat(30),
    ),
  },
  pickle: {
    readers: [new PickleSerializer(), new PickleSerializer({ reducers: reducers.standard })],
    isText: false,
    kinds: [integer, bytes, date, map, set],
    pieces: [
      // Names and calls in every spelling, values of every kind, jumps in the memo, lengths without end.
      ...text(
        'cos\nsystem\n',
        'cbuiltins\neval\n',
        "(S'ls'\ntR",
        'ccopyreg\n_reconstructor\n',
        '(icollections\nOrderedDict\n',
      ),
      ...text(
        '\x8c\x02os\x8c\x06system\x93',
        '\x8c\x09__proto__',
        '\x8c\x0bconstructor',
        'cdatetime\ndatetime\n',
        '(tR',
        '}b',
        ')\x81',
      ),
      ...text(
        'h\x00',
        'j\xff\xff\xff\x7f',
        'r\xff\xff\xff\xff',
        'g0\n',
        '(',
        '0',
        '1',
        '2',
        'e',
        'u',
        '\x90',
        '\x8f',
        '\x97',
        '\x98',
      ),
      ...hex(
        '8bffffff7f',
        '8effffffffffffffff7f',
        '8dffffffffffffff7f',
        '54ffffff7f',
        '95ffffffffffffffff',
        '96ffffffffffffff00',
      ),
      ...text('I99999999999999999999\n', 'Lffff\n', 'F1e999\n', 'V\\ud800\n', 'P1\n', 'Q', '\x82\x01', '\x80\x06'),
    ],
  },
  msgpack: {
    readers: [new MsgPackSerializer()],
    isText: false,
    kinds: [integer, bytes, date, map],
    pieces: [
      ...hex(
        'dfffffffff',
        'deffff',
        'ddffffffff',
        'dcffff',
        'c6ffffffff',
        'dbffffffff',
        'c9ffffffffff',
        'c70cff',
        'd6ff',
        'd7ff',
      ),
      ...hex(
        '91'.repeat(40),
        '81a95f5f70726f746f5f5f',
        '81ab636f6e7374727563746f72',
        'c1',
        'cfffffffffffffffff',
        'd3',
        'ca',
        'cb',
      ),
    ],
  },
  null: {
    readers: [new NullSerializer()],
    isText: true,
    kinds: [],
    pieces: hex('00', 'c0af', 'eda080', 'fffe', 'efbbbf', 'efbfbd'),
  },
}

export interface Beginning {
  readonly readers: readonly BaseSerializer[]
  readonly isText: boolean
  readonly payloads: readonly Uint8Array[]
  readonly pieces: readonly Uint8Array[]
}

const GENERATED = 300

export function beginningOf(name: SerializerName, root: string, random: Random): Beginning {
  const { readers, isText, kinds, pieces } = corpora[name]
  const [serializer] = readers as readonly [BaseSerializer]
  const written = Array.from({ length: GENERATED }, () => {
    const value = valueOf(random, kinds)
    return bytesOf(serializer.dumps(name === 'null' || name === 'string' ? JSON.stringify(value) : value))
  })
  return { readers, isText, payloads: [...goldenOf(name, root, isText), ...written], pieces }
}

/** Texts are kept as they are, bytes in hexadecimal. */
function goldenOf(name: SerializerName, root: string, isText: boolean): Uint8Array[] {
  const path = fileURLToPath(new URL(`packages/serializer-${name}/test/golden/v0.1.0.json`, root))
  const golden = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
  const texts = Object.values(golden).flatMap((one) => (typeof one === 'string' ? [one] : Object.values(one as object)))
  return texts.map((one: string) => Buffer.from(one, isText ? 'utf8' : 'hex'))
}

function bytesOf(stored: unknown): Uint8Array {
  return typeof stored === 'string' ? Buffer.from(stored) : (stored as Uint8Array)
}

const TEXTS = ['', 'a', 'name', '__proto__', 'constructor', 'toString', 'then', 'Zoë 😀', 'x'.repeat(300)]

/** A value such as programs store, with names in it that objects inherit. */
function valueOf(random: Random, kinds: Corpus['kinds'], depth = 0): unknown {
  const items = () => Array.from({ length: random.below(5) }, () => valueOf(random, kinds, depth + 1))
  const choice = random.below(depth > 3 ? 5 : 8)
  if (choice === 0) return random.pick([null, true, false])
  if (choice === 1) return random.pick([0, -1, random.below(2 ** 31), -random.below(2 ** 53), 2 ** 53])
  if (choice === 2) return random.next() * 10 ** random.below(300)
  if (choice === 3) return random.pick(TEXTS)
  if (choice === 4) return kinds.length === 0 ? 'text' : random.pick(kinds)(random)
  if (choice === 5) return items()
  // As own properties, whatever they are called.
  return Object.fromEntries(items().map((item) => [random.pick(TEXTS), item]))
}
