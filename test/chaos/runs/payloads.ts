/** Every serializer reads what was damaged on its way. */

import { programAt } from '../../support/program.js'
import { startRedisServer } from '../../support/redis-server.js'
import { SERIALIZERS, type SerializerName } from '../payloads/corpus.js'
import type { PayloadReport } from '../programs/payloads.js'
import type { ChaosRun, Figure } from '../run.js'

const PAYLOADS = { quick: 3000, full: 1_000_000 }

/** A payload that asks for memory it does not bring ends the process that reads it. */
const MAX_HEAP_MB = 192
const MAX_PEAK_MB = 512

const run: ChaosRun = {
  name: 'payloads',
  title: 'Payloads are damaged',
  mustShow: 'only `DeserializationError`; no other throw, no prototype pollution, bounded time',
  async run(size) {
    const seed = Date.now() % 2 ** 32
    await using server = await startRedisServer()
    using program = await programAt(new URL('../programs/payloads.ts', import.meta.url))
    const root = new URL('../../../', import.meta.url).href
    const read = async (name: SerializerName): Promise<Told> => {
      const args = [name, String(PAYLOADS[size]), String(seed), root, String(server.port)]
      const printed = await program.run([`--max-old-space-size=${MAX_HEAP_MB}`], args)
      return { name, ...(JSON.parse(printed) as PayloadReport) }
    }
    // One after the other where the times are told: they are those of the machine, too.
    const told: Told[] = size === 'quick' ? await Promise.all(SERIALIZERS.map(read)) : []
    if (size === 'full') for (const name of SERIALIZERS) told.push(await read(name))
    for (const { name, examples } of told) for (const example of examples) console.error(`${name}: ${example}`)
    return [
      { name: 'seed', value: String(seed) },
      ...told.flatMap((one) => figuresOf(one, PAYLOADS[size])),
      sum('payloads that threw anything but DeserializationError', told, 'otherErrors'),
      sum('payloads that are read as a miss', told, 'misses'),
      sum('values with a foreign prototype', told, 'foreignPrototypes'),
      sum('prototype pollutions', told, 'pollutions'),
    ]
  },
}

export default run

type Told = PayloadReport & { readonly name: SerializerName }

function figuresOf({ name, read, refused, longestMs, peakMb }: Told, payloads: number): Figure[] {
  // Neither all nor none: else they would be no damaged payloads, or nothing but noise.
  const some = payloads / 50
  return [
    { name: `${name}: payloads`, value: read + refused, limit: { exactly: payloads } },
    { name: `${name}: refused`, value: refused, limit: { atLeast: some, atMost: payloads - some } },
    {
      name: name === 'null' ? `${name}: longest 500 payloads` : `${name}: longest payload`,
      value: longestMs,
      unit: 'ms',
      limit: { atMost: 1000 },
    },
    { name: `${name}: memory of the process, at the most`, value: peakMb, unit: 'MB', limit: { atMost: MAX_PEAK_MB } },
  ]
}

function sum(
  name: string,
  told: readonly Told[],
  kind: 'otherErrors' | 'misses' | 'foreignPrototypes' | 'pollutions',
): Figure {
  return { name, value: told.reduce((total, one) => total + one[kind], 0), limit: { exactly: 0 } }
}
