/** Hostile pickles, as data: each is refused or harmless, quickly and in little memory, whatever is registered. */
import { DeserializationError } from '@pycached/core'
import { defineReducer, PickleSerializer } from '@pycached/serializer-pickle'
import { describe, expect, test } from 'vitest'
import { decodeBytes, leftOut, sharedFile } from '../../../test/support/shared.js'
import { allReducers } from './support/typed-value.js'

interface Hostile {
  readonly id: string
  readonly require: 'reject' | 'bounded' | 'data'
  readonly b64?: string
  readonly zlib_b64?: string
  readonly recipe?: readonly (readonly [string, number])[]
}

function bytesOf({ recipe, ...encoded }: Hostile): Uint8Array {
  if (recipe === undefined) return decodeBytes(encoded)
  return Uint8Array.from(Buffer.concat(recipe.map(([hex, times]) => Buffer.from(hex.repeat(times), 'hex'))))
}

/** The class of the reference data that most hostile instances are of. */
class Plain {
  attributes: unknown
}
const plain = defineReducer({
  class: Plain,
  module: 'golden_types',
  name: 'Plain',
  reduce: ({ attributes }) => ({ state: attributes }),
  build: () => new Plain(),
  setState(instance, state) {
    instance.attributes = state
  },
})

const bare = new PickleSerializer()
const registered = new PickleSerializer({ reducers: [...allReducers, plain] })

const WATCHED = [Object, Array, Map, Set, Date, Uint8Array, String, Number, BigInt, Boolean, Function, Error, RegExp]

/** What a payload must not reach: every property of these prototypes, itself, and the names of what is global. */
function surroundings(): unknown[] {
  const properties = WATCHED.flatMap(({ prototype }) =>
    Reflect.ownKeys(prototype).flatMap((key) => {
      const { value, get, set } = Object.getOwnPropertyDescriptor(prototype, key) as PropertyDescriptor
      return [prototype, key, value as unknown, get, set]
    }),
  )
  return [...properties, ...Object.getOwnPropertyNames(globalThis)]
}

function expectUnchanged(before: readonly unknown[]): void {
  const now = surroundings()
  expect(now.length).toBe(before.length)
  expect(now.every((thing, i) => Object.is(thing, before[i]))).toBe(true)
}

/** Walks a value as a careful program does, each object once and without recursion; answers how many there are. */
function walk(root: unknown): number {
  const seen = new Set<unknown>()
  const pending = [root]
  while (pending.length > 0) {
    const value = pending.pop()
    expect(typeof value).not.toBe('function')
    if (typeof value !== 'object' || value === null || seen.has(value)) continue
    seen.add(value)
    if (value instanceof Map) pending.push(...value.keys(), ...value.values())
    else if (value instanceof Set) pending.push(...value)
    else pending.push(...Object.values(value))
  }
  return seen.size
}

interface Outcome {
  readonly value?: unknown
  readonly error?: unknown
}

function attempt(serializer: PickleSerializer, bytes: Uint8Array): Outcome {
  try {
    return { value: serializer.loads(bytes) }
  } catch (error) {
    return { error }
  }
}

const golden = sharedFile<{ pickle: readonly Hostile[] }>('golden/malicious.json')
if (golden === undefined) leftOut('golden/malicious.json', 'hostile pickles')
else {
  describe.each([
    ['without reducers', bare],
    ['with all shipped reducers and classes of the user', registered],
  ])('hostile pickles, read %s', (_title, serializer) => {
    test('are all there', () => {
      const counts = { reject: 0, bounded: 0, data: 0 }
      for (const hostile of golden.pickle) counts[hostile.require]++
      expect(counts).toEqual({ reject: 289, bounded: 47, data: 14 })
    })

    test.each(golden.pickle.map((hostile) => [hostile.id, hostile] as const))('%s does no harm', (_id, hostile) => {
      const bytes = bytesOf(hostile)
      const before = surroundings()
      const heapBefore = process.memoryUsage().heapUsed
      const outcome = attempt(serializer, bytes)
      const heapAfter = process.memoryUsage().heapUsed
      if (outcome.error !== undefined) expect(outcome.error).toBeInstanceOf(DeserializationError)
      else {
        expect(hostile.require).not.toBe('reject')
        expect(walk(outcome.value)).toBeLessThan(200_000)
        // What was read can be written again, each object once.
        expect(serializer.dumps(outcome.value).length).toBeLessThanOrEqual(bytes.length * 10 + 1000)
      }
      expect(heapAfter - heapBefore).toBeLessThan(256 * 1024 * 1024)
      expectUnchanged(before)
    })
  })
}

describe('names of JavaScript in a pickle', () => {
  test('__proto__ as a key is a property as any other', () => {
    const bytes = bare.dumps(
      JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}'),
    )
    const value = bare.loads(bytes) as object
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor'])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})
