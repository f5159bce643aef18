/** S1, S2: writing a record and reading it again. */

import { isDeepStrictEqual } from 'node:util'
import { timed, timePerOperation, type Workload } from '../workload.js'

/** Different ones in turn, so that nobody measures one that was seen before. */
const RECORDS = 50

/** About 1.4 KB as JSON: an order as a web shop would keep it. */
const plainRecord = (n: number): unknown => ({
  id: 100_000 + n,
  reference: `ORDER-${n}-2026`,
  status: n % 2 === 0 ? 'shipped' : 'paid',
  total: 12_345 + n / 4,
  paid: true,
  note: null,
  customer: {
    id: n * 31,
    name: `Zoë Müller ${n}`,
    email: `customer${n}@example.com`,
    addresses: ['billing', 'shipping'].map((kind) => ({
      kind,
      street: `${n} Long Street, "The Mill"`,
      city: 'Amsterdam',
      code: `10${n % 90}AB`,
      country: 'NL',
      position: { latitude: 52.37 + n / 1000, longitude: 4.89 - n / 1000 },
    })),
  },
  lines: Array.from({ length: 8 }, (_, line) => ({
    sku: `SKU-${n}-${line}`,
    title: `Article number ${line} of order ${n}`,
    quantity: line + 1,
    price: 19.5 + line,
    tags: ['new', 'sale', `shelf ${line}`],
  })),
})

/** The types that JSON loses. */
const typedRecord = (n: number): unknown => ({
  id: BigInt(n) * 10n ** 15n,
  created: new Date(1_767_225_600_000 + n * 86_400_000),
  updated: new Date(1_769_904_000_000 + n * 3_600_000),
  name: `Zoë Müller ${n}`,
  roles: new Set(['reader', 'writer', `team ${n}`]),
  settings: new Map<string, unknown>([
    ['theme', 'dark'],
    ['limit', 100 + n],
    ['since', new Date(1_700_000_000_000 + n)],
  ]),
  balances: new Map(Array.from({ length: 8 }, (_, account) => [`account ${account}`, BigInt(n * 1000 + account)])),
  visits: Array.from({ length: 10 }, (_, visit) => ({
    at: new Date(1_767_225_600_000 + visit * 60_000),
    page: `/products/${n}/${visit}`,
    seconds: visit * 1.5,
  })),
  seen: new Set(Array.from({ length: 20 }, (_, item) => n * 100 + item)),
})

const codecWorkload = (
  id: string,
  values: 'plain' | 'typed',
  direction: 'encode' | 'decode',
  reference: string,
  target: number,
): Workload => ({
  id,
  title: `${values === 'plain' ? 'a plain record' : 'a record of many types'}, ${direction}`,
  what:
    values === 'plain'
      ? `A record of about 1.4 KB that JSON can hold: ${direction}.`
      : `A record with dates, maps, sets and big integers: ${direction}.`,
  needs: 'codec',
  figures: [timePerOperation(reference, target)],
  full: { rounds: 11, warmUpRounds: 3, operations: 4000, keys: RECORDS },
  quick: { rounds: 3, warmUpRounds: 2, operations: 500, keys: RECORDS },
  async prepare({ contender, scale: { operations } }) {
    const codec = await contender.codec?.(values)
    if (codec === undefined) return undefined
    const records = Array.from({ length: RECORDS }, (_, n) => (values === 'plain' ? plainRecord(n) : typedRecord(n)))
    const encoded = records.map((record) => codec.encode(record))
    records.forEach((record, n) => {
      if (!isDeepStrictEqual(codec.decode(encoded[n] as string), record))
        throw new Error('A record came back as something else')
    })
    // Kept, so that no call can be left out as unused.
    let last: unknown
    return {
      run: () =>
        timed(operations, async () => {
          if (direction === 'encode') for (let n = 0; n < operations; n++) last = codec.encode(records[n % RECORDS])
          else for (let n = 0; n < operations; n++) last = codec.decode(encoded[n % RECORDS] as string)
        }),
      async check() {
        if (last === undefined) throw new Error('Nothing was written or read')
      },
      close: async () => {},
    }
  },
})

export const serializerWorkloads = [
  codecWorkload('S1.encode', 'plain', 'encode', 'native JSON', 1.1),
  codecWorkload('S1.decode', 'plain', 'decode', 'native JSON', 1.1),
  codecWorkload('S2.encode', 'typed', 'encode', 'superjson', 0.5),
  codecWorkload('S2.decode', 'typed', 'decode', 'superjson', 0.8),
]
