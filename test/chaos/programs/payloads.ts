/** Reads damaged payloads with one serializer, alone and through a cache, and tells what came of it: its arguments are at `process.argv` below. */

import { DeserializationError } from '@pycached/core'
import { SimpleMemoryCache } from '@pycached/memory'
import { RedisCache } from '@pycached/redis'
import { NullSerializer } from '@pycached/serializer-null'
import { beginningOf, type SerializerName } from '../payloads/corpus.js'
import { hasForeignPrototype, isPolluted, seemsPolluted } from '../payloads/harm.js'
import { mutated } from '../payloads/mutate.js'
import { Random } from '../random.js'

export interface PayloadReport {
  /** Those that still are something, and those that were refused with `DeserializationError`. */
  read: number
  refused: number
  /** Anything else that was thrown, or nobody caught. */
  otherErrors: number
  /** Values that are read as a miss. */
  misses: number
  foreignPrototypes: number
  pollutions: number
  /** The longest, each read again where it seemed to be it: the machine holds up any. */
  longestMs: number
  /** Of all memory, at the most. */
  peakMb: number
  /** The first things that were wrong, with the payload in hexadecimal. */
  examples: string[]
}

const report: PayloadReport = {
  read: 0,
  refused: 0,
  otherErrors: 0,
  misses: 0,
  foreignPrototypes: 0,
  pollutions: 0,
  longestMs: 0,
  peakMb: 0,
  examples: [],
}

const [name, count, seed, root, port] = process.argv.slice(2) as [SerializerName, string, string, string, string]
const random = new Random(Number(seed))
const beginning = beginningOf(name, root, random)
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error) => note('otherErrors', `${event}: ${error}`, new Uint8Array()))
}

if (name === 'null') await readThroughRedis(Number(count), Number(port))
else await readInMemory(Number(count))
report.peakMb = Math.round(process.resourceUsage().maxRSS / 1024)
console.log(JSON.stringify(report))

async function readInMemory(payloads: number): Promise<void> {
  const caches = beginning.readers.map((serializer) => new SimpleMemoryCache({ serializer }))
  for (let done = 0; done < payloads; done++) {
    // First those that are whole: what they hold must do no harm either.
    const payload = beginning.payloads[done] ?? mutated(beginning, random)
    const cache = random.pick(caches)
    // A store may hand out text as text, or as its bytes.
    const stored = beginning.isText && random.chance(0.5) ? Buffer.from(payload).toString() : Uint8Array.from(payload)
    await cache.backend.set('key', stored, undefined)
    // Alone, too: a cache makes the right error of any other one.
    const read = done % 2 === 0 ? () => cache.get('key') : async () => cache.serializer.loads(stored)
    const startMs = performance.now()
    const reading = read()
    const tookMs = performance.now() - startMs
    await judge(reading, payload)
    // What takes long takes long again; what the machine held up does not.
    if (tookMs > report.longestMs) report.longestMs = Math.max(report.longestMs, await shortestMs(read, tookMs))
    if (done % 10_000 === 0 && isPolluted()) note('pollutions', 'something shared is another one', payload)
  }
  if (isPolluted()) note('pollutions', 'something shared is another one at the end', new Uint8Array())
}

async function shortestMs(read: () => Promise<unknown>, firstMs: number): Promise<number> {
  let shortest = firstMs
  for (let again = 0; again < 4; again++) {
    const startMs = performance.now()
    const reading = read()
    shortest = Math.min(shortest, performance.now() - startMs)
    await reading.catch(() => {})
  }
  return shortest
}

/** It passes everything through, so all that can fail is what Redis holds and the cache asks for as text. */
async function readThroughRedis(payloads: number, redisPort: number): Promise<void> {
  await using writer = new RedisCache({ port: redisPort, serializer: new NullSerializer({ encoding: null }) })
  await using reader = new RedisCache({ port: redisPort, serializer: new NullSerializer() })
  const batch = 500
  for (let done = 0; done < payloads; done += batch) {
    const pairs = Array.from({ length: batch }, (_, index) => [String(index), mutated(beginning, random)] as const)
    await writer.multiSet(pairs)
    const startMs = performance.now()
    const readings = pairs.map(([key]) => reader.get<string>(key))
    await Promise.allSettled(readings)
    report.longestMs = Math.max(report.longestMs, performance.now() - startMs)
    for (const [index, [, payload]] of pairs.entries()) {
      await judge(readings[index] as Promise<unknown>, payload)
      const text = await readings[index]?.catch(() => undefined)
      if (text !== undefined && !Buffer.from(text).equals(payload))
        note('otherErrors', 'read as something else', payload)
    }
  }
}

async function judge(reading: Promise<unknown>, payload: Uint8Array): Promise<void> {
  try {
    const value = await reading
    report.read++
    if (value === undefined) note('misses', 'read as a miss', payload)
    if (hasForeignPrototype(value)) note('foreignPrototypes', 'a foreign prototype', payload)
  } catch (error) {
    if (error instanceof DeserializationError) report.refused++
    else note('otherErrors', String(error), payload)
  }
  if (seemsPolluted()) note('pollutions', 'something was added to what is shared', payload)
}

function note(
  kind: 'otherErrors' | 'misses' | 'foreignPrototypes' | 'pollutions',
  what: string,
  payload: Uint8Array,
): void {
  report[kind]++
  if (report.examples.length < 5) {
    report.examples.push(`${what}: ${Buffer.from(payload).toString('hex').slice(0, 400)}`)
  }
}
