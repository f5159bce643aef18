/** Runs steps on a memory store and on the reference, and compares answers, state and structure after every one of them. */
import { isDeepStrictEqual } from 'node:util'
import { SerializationError } from '@pycached/core'
import { FakeClock } from '@pycached/testing'
import fc from 'fast-check'
import { type Bounds, resolveBounds, type SimpleMemoryCacheOptions } from '../../src/memory-options.js'
import { leastWeightOf, RealStore } from './parts.js'
import { type FifoNumbers, ReferenceFifo } from './reference-fifo.js'
import { ReferenceLru } from './reference-lru.js'
import { type Departure, HOME, ReferenceStore, sizeOf, TooLarge } from './reference-store.js'
import { referenceStateOf, stateOf } from './state-of.js'
import { violationsOf } from './violations.js'

type OnKey<Do extends string, More = unknown> = Do extends string
  ? { readonly do: Do; readonly key: string } & More
  : never

interface Sized {
  readonly size: number
}

interface Lasting {
  readonly ttlMs: number | undefined
}

export type Step =
  | OnKey<'get' | 'exists' | 'delete' | 'increment'>
  | OnKey<'set' | 'add' | 'lock', Sized & Lasting>
  | OnKey<'replace', Sized>
  | OnKey<'expire', Lasting>
  | OnKey<'count', { readonly from: number }>
  | ({ readonly do: 'setMany'; readonly keys: readonly string[] } & Sized & Lasting)
  | { readonly do: 'clear'; readonly prefix: string }
  | { readonly do: 'reset' }
  | { readonly do: 'advance'; readonly ms: number }

export interface Settings extends Pick<SimpleMemoryCacheOptions, 'maxEntries' | 'maxBytes' | 'eviction'> {
  readonly isObserved?: boolean
  /** Of the reference, where it should be another policy than the real one. */
  readonly numbers?: FifoNumbers
}

/** What both refuse. */
const REFUSED = 'refused'

export class SideBySide {
  readonly clock = new FakeClock()
  readonly real: RealStore
  readonly reference: ReferenceStore
  /** What the listener was told; complete once every promise had its turn. */
  readonly departures: Departure[] = []

  constructor({ isObserved = false, numbers, ...options }: Settings) {
    const onEvict = (...departure: Departure) => void this.departures.push(departure)
    const bounds: Bounds = resolveBounds({ ...options, sizeOf, onEvict: isObserved ? onEvict : undefined })
    this.real = new RealStore(this.clock, bounds)
    const policy = bounds.eviction === 'lru' ? new ReferenceLru() : new ReferenceFifo(leastWeightOf(bounds), numbers)
    this.reference = new ReferenceStore(policy, { ...bounds, isObserved })
  }

  /** @throws an error that shows how the two differ, or what is wrong inside the real one. */
  run(step: Step): void {
    this.step(step)
    this.compare(step)
  }

  /** Compares the answers only. */
  step(step: Step): void {
    const [answer, expected] = [onReal(this, step), onReference(this, step)]
    if (!Object.is(answer, expected)) throw different('answers', step, answer, expected)
  }

  /** `step` was the last one. */
  compare(step: Step): void {
    const parts = this.real.parts()
    const violations = violationsOf(parts)
    if (violations.length > 0) throw new Error(`after ${JSON.stringify(step)}:\n${violations.join('\n')}`)
    const [state, wanted] = [stateOf(parts), referenceStateOf(this.reference)]
    if (!isDeepStrictEqual(state, wanted)) throw different('states', step, state, wanted)
  }

  /** What the listener was told, and what the reference told it; timers and clears come to entries in whatever order. */
  async departuresOfBoth(): Promise<[real: string[], reference: string[]]> {
    await Promise.resolve()
    const sorted = (list: readonly Departure[]) => list.map((one) => JSON.stringify(one)).sort()
    return [sorted(this.departures), sorted(this.reference.departures)]
  }
}

function different(what: string, step: Step, got: unknown, wanted: unknown): Error {
  return new Error(
    `after ${JSON.stringify(step)} the ${what} differ:\n got ${JSON.stringify(got)}\nwant ${JSON.stringify(wanted)}`,
  )
}

const textOf = (size: number): string => 'x'.repeat(size)

function onReal({ real, clock }: SideBySide, step: Step): unknown {
  try {
    if (step.do === 'advance') return clock.advance(step.ms)
    if (step.do === 'reset') return real.reset()
    if (step.do === 'clear') {
      const { prefix } = step
      if (prefix.startsWith(HOME)) return real.home.clear(prefix.slice(HOME.length))
      void real.rest.clear(prefix)
      return HOME.startsWith(prefix) ? real.home.clear('') : undefined
    }
    if (step.do === 'setMany') {
      // A backend gives each table what is its own.
      for (const table of [real.rest, real.home]) {
        const pairs = step.keys
          .map((key) => real.find(key))
          .filter(([owner]) => owner === table)
          .map(([, key]) => [key, textOf(step.size)] as const)
        table.setMany(pairs, step.ttlMs)
      }
      return undefined
    }
    const [table, key] = real.find(step.key)
    if (step.do === 'get') return table.get(key)
    if (step.do === 'exists') return table.exists(key)
    if (step.do === 'delete') return table.delete(key)
    if (step.do === 'increment') return table.increment(key, 1, 1)
    if (step.do === 'set') return table.set(key, textOf(step.size), step.ttlMs)
    if (step.do === 'add') return table.add(key, textOf(step.size), step.ttlMs)
    if (step.do === 'lock') return table.add(key, textOf(step.size), step.ttlMs, true)
    if (step.do === 'count') return table.set(key, String(step.from), undefined)
    if (step.do === 'expire') return table.expire(key, step.ttlMs)
    const slot = table._snapshot().get(key)
    const there = slot === undefined || real.store.hasExpired(slot) ? undefined : real.store.valueOf(slot)
    return table.compareAndSet(key, there, textOf(step.size), 'keep')
  } catch (error) {
    if (error instanceof SerializationError) return REFUSED
    throw error
  }
}

function onReference({ real, reference }: SideBySide, step: Step): unknown {
  try {
    if (step.do === 'advance') return reference.advance(step.ms, (key) => real.has(key))
    if (step.do === 'reset') return reference.reset()
    if (step.do === 'clear') return reference.clear(step.prefix)
    if (step.do === 'setMany') {
      const [rest, home] = [false, true].map((isHome) =>
        step.keys.filter((key) => key.startsWith(HOME) === isHome).map((key) => [key, textOf(step.size)] as const),
      ) as [[string, string][], [string, string][]]
      reference.setMany(rest, step.ttlMs)
      return reference.setMany(home, step.ttlMs)
    }
    const { key } = step
    if (step.do === 'get') return reference.get(key)
    if (step.do === 'exists') return reference.exists(key)
    if (step.do === 'delete') return reference.delete(key)
    if (step.do === 'increment') return reference.increment(key)
    if (step.do === 'set') return reference.set(key, textOf(step.size), step.ttlMs)
    if (step.do === 'add') return reference.add(key, textOf(step.size), step.ttlMs, false)
    if (step.do === 'lock') return reference.add(key, textOf(step.size), step.ttlMs, true)
    if (step.do === 'count') return reference.set(key, String(step.from), undefined)
    if (step.do === 'expire') return reference.expire(key, step.ttlMs)
    reference.replace(key, textOf(step.size))
    return true
  } catch (error) {
    if (error instanceof TooLarge) return REFUSED
    throw error
  }
}

/** Steps on `keys` keys in two namespaces, mostly reads and writes. Low numbers are the favourites. */
export function steps(keys: number, length: { minLength?: number; maxLength: number }): fc.Arbitrary<Step[]> {
  const number = fc.oneof(
    { weight: 2, arbitrary: fc.nat(Math.ceil(keys / 8)) },
    { weight: 1, arbitrary: fc.nat(keys - 1) },
  )
  const key = number.map((one) => (one % 3 === 0 ? `${HOME}${one}` : `${one}`))
  const size = fc.oneof({ weight: 3, arbitrary: fc.nat(9) }, { weight: 1, arbitrary: fc.nat(60) })
  const ttlMs = fc.option(fc.oneof(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: 100_000_000 })), {
    nil: undefined,
    freq: 2,
  })
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 30, arbitrary: fc.record({ do: fc.constant('get' as const), key }) },
    { weight: 30, arbitrary: fc.record({ do: fc.constant('set' as const), key, size, ttlMs }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('add' as const, 'lock' as const), key, size, ttlMs }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('delete' as const, 'exists' as const), key }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('increment' as const), key }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('count' as const), key, from: fc.constantFrom(1, 9, 98) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('replace' as const), key, size }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('setMany' as const), keys: fc.array(key, { maxLength: 5 }), size, ttlMs }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('expire' as const), key, ttlMs }) },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.oneof(fc.nat(2000), fc.nat(1_000_000)) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('clear' as const),
        prefix: fc.constantFrom('', HOME, '1', `${HOME}1`, 'm'),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ do: 'reset' as const }) },
  )
  return fc.array(step, length)
}

/** A program's accesses, the same in each run: popular keys, a scan now and then, and what is popular changes. */
export function* accesses(count: number, keys: number, size: () => number): Generator<Step> {
  const random = randomOf(1)
  for (let index = 0; index < count; index++) {
    const shift = Math.floor(index / 4000) * 17
    const isScan = index % 1000 > 850
    const number = isScan ? keys + (index % (4 * keys)) : (Math.floor(keys * random() ** 3) + shift) % keys
    const key = number % 3 === 0 ? `${HOME}${number}` : `${number}`
    yield { do: 'get', key }
    if (random() < 0.5)
      yield { do: 'set', key, size: size(), ttlMs: random() < 0.2 ? 1 + Math.floor(random() * 5000) : undefined }
    if (random() < 0.02) yield { do: 'increment', key: `count:${index % 7}` }
    if (random() < 0.02) yield { do: 'delete', key }
    if (random() < 0.05) yield { do: 'advance', ms: Math.floor(random() * 100) }
  }
}

/** Numbers from 0 to 1, the same ones for the same seed. */
export function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    return (state >>> 0) / 2 ** 32
  }
}
