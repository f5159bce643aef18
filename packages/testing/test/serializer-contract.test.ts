import type { Serializer } from '@pycached/core'
import { expect, test } from 'vitest'
import { FailingSerializer, serializerContract } from '../src/index.js'

const values = ['text', '', 0, null, { list: [1, 'two'] }]
const json = () => new FailingSerializer()

/** Bytes, two of them before the text. */
const bytes = (): Serializer => ({
  encoding: null,
  dumps: (value) => Uint8Array.of(0xff, 0xfe, ...new TextEncoder().encode(JSON.stringify(value))),
  loads: (stored) => JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode((stored as Uint8Array).subarray(2))),
})

for (const { title, run } of serializerContract({ create: json, values })) test(`JSON text ${title}`, run)
for (const { title, run } of serializerContract({ create: bytes, values })) test(`JSON bytes ${title}`, run)

const slab = new Uint8Array(1024)
let secrets = 0

const mutants: { mistake: string; caughtBy: string; create: () => object }[] = [
  {
    mistake: 'has no encoding',
    caughtBy: 'says its encoding, and always the same',
    create: () => ({ ...bytes(), encoding: 'latin1' }),
  },
  {
    mistake: 'changes its encoding',
    caughtBy: 'says its encoding, and always the same',
    create: () => {
      const serializer = { ...bytes() }
      return Object.assign(serializer, {
        dumps(value: unknown) {
          Object.assign(serializer, { encoding: 'utf-8' })
          return bytes().dumps(value)
        },
      })
    },
  },
  {
    mistake: 'writes text though its encoding says bytes',
    caughtBy: 'writes text or bytes, as its encoding says, or passes the value through',
    create: () => ({ encoding: null, dumps: JSON.stringify, loads: JSON.parse }),
  },
  {
    mistake: 'writes bytes though its encoding says text',
    caughtBy: 'writes text or bytes, as its encoding says, or passes the value through',
    create: () => ({ ...bytes(), encoding: 'utf-8' }),
  },
  {
    mistake: 'loses a null',
    caughtBy: 'reads what it wrote',
    create: () => ({
      encoding: 'utf-8',
      dumps: JSON.stringify,
      loads: (text: string) => JSON.parse(text) ?? undefined,
    }),
  },
  {
    mistake: 'gives every value back as text',
    caughtBy: 'carries values through the commands of a cache',
    create: () => ({ encoding: 'utf-8', dumps: String, loads: (text: string) => text }),
  },
  {
    mistake: 'reads only what the same instance wrote',
    caughtBy: 'reads what another instance wrote, as another process does',
    create: () => {
      const secret = `${++secrets}`
      return {
        encoding: 'utf-8',
        dumps: (value: unknown) => secret + JSON.stringify(value),
        loads: (text: string) => JSON.parse(text.startsWith(secret) ? text.slice(secret.length) : '"unknown"'),
      }
    },
  },
  {
    mistake: 'writes into one buffer again and again',
    caughtBy: 'leaves alone what it wrote before, when it writes and reads more',
    create: () => ({
      ...bytes(),
      dumps(value: unknown) {
        const written = bytes().dumps(value) as Uint8Array
        slab.set(written)
        return slab.subarray(0, written.length)
      },
    }),
  },
  {
    mistake: 'uses up what it reads',
    caughtBy: 'reads the same stored value again and again',
    create: () => ({
      ...bytes(),
      loads(stored: Uint8Array) {
        const value: unknown = bytes().loads(stored)
        stored.fill(0)
        return value
      },
    }),
  },
  {
    mistake: 'reads the buffer below its bytes',
    caughtBy: 'reads bytes that are a part of a larger buffer',
    create: () => ({ ...bytes(), loads: (stored: Uint8Array) => bytes().loads(new Uint8Array(stored.buffer)) }),
  },
  {
    mistake: 'answers with promises',
    caughtBy: 'answers at once: neither function returns a promise',
    create: () => ({ ...bytes(), loads: (stored: unknown) => Promise.resolve(bytes().loads(stored)) }),
  },
  {
    mistake: 'changes the value that it writes',
    caughtBy: 'leaves the value that it writes as it was',
    create: () => ({
      ...bytes(),
      dumps(value: unknown) {
        if (typeof value === 'object' && value !== null) Object.assign(value, { written: true })
        return bytes().dumps(value)
      },
    }),
  },
]

test.each(mutants)('catches a serializer that $mistake', async ({ caughtBy, create }) => {
  const options = { create: create as () => Serializer, values: structuredClone(values) }
  const found = serializerContract(options).find(({ title }) => title === caughtBy)
  await expect(found?.run()).rejects.toThrow()
})

test('asks for values where it was given none', async () => {
  for (const { run } of serializerContract({ create: json, values: [] }))
    await expect(run()).rejects.toThrow(/at least one/)
})
