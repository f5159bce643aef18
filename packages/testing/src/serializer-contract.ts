/** What every serializer must do, as data. */
import { strict as assert } from 'node:assert'
import { inspect } from 'node:util'
import type { Encoding, Serializer } from '@pycached/core'
import { cacheOver } from './cache-over.js'
import type { ContractCase } from './contract.js'
import { MapBackend } from './map-backend.js'

export interface SerializerContractOptions {
  /** A new serializer; every call with the same options. */
  create: () => Serializer
  /** Values that it promises to give back as they were: at least one, better one of every kind. */
  values: readonly unknown[]
  /** Whether what was read is what was written. Default: deep and strict equality. Throws or answers `false` where it is not. */
  equal?: ((actual: unknown, expected: unknown) => boolean | void) | undefined
}

/**
 * Cases for any test runner:
 * `for (const { title, run } of serializerContract({ create: () => new AcmeSerializer(), values })) test(title, run)`.
 */
export function serializerContract({ create, values, equal = deepEqual }: SerializerContractOptions): ContractCase[] {
  const assertEqual = (actual: unknown, expected: unknown): void => assert.notEqual(equal(actual, expected), false)
  return [
    contractCase('says its encoding, and always the same', () => {
      const { encoding } = create()
      assert.ok(encoding === 'utf-8' || encoding === null, "encoding must be 'utf-8' or null")
      const used = create()
      for (const value of values) used.loads(used.dumps(value))
      assert.equal(used.encoding, encoding)
    }),
    contractCase('writes text or bytes, as its encoding says, or passes the value through', () => {
      const serializer = create()
      for (const value of values) {
        const stored = serializer.dumps(value)
        if (stored === value || Object.is(stored, value)) continue
        if (serializer.encoding === null) assert.ok(stored instanceof Uint8Array, `wrote ${typeof stored}, not bytes`)
        else assert.equal(typeof stored, 'string')
      }
    }),
    contractCase('reads what it wrote', () => {
      const serializer = create()
      for (const value of values) assertEqual(serializer.loads(serializer.dumps(value)), value)
    }),
    contractCase('reads what another instance wrote, as another process does', () => {
      const written = values.map((value) => create().dumps(value))
      for (const [index, value] of values.entries()) assertEqual(create().loads(written[index]), value)
    }),
    contractCase('leaves alone what it wrote before, when it writes and reads more', () => {
      const serializer = create()
      const written = values.map((value) => serializer.dumps(value))
      const before = written.map(copyOf)
      for (const value of [...values].reverse()) serializer.loads(serializer.dumps(value))
      assert.deepEqual(written.map(copyOf), before)
    }),
    contractCase('reads the same stored value again and again', () => {
      const serializer = create()
      for (const value of values) {
        const stored = serializer.dumps(value)
        serializer.loads(stored)
        assertEqual(serializer.loads(stored), value)
      }
    }),
    contractCase('reads bytes that are a part of a larger buffer', () => {
      const serializer = create()
      for (const value of values) {
        const stored = serializer.dumps(value)
        if (stored === value || !(stored instanceof Uint8Array)) continue
        const padded = new Uint8Array(stored.length + 16).fill(0xa5)
        padded.set(stored, 8)
        assertEqual(serializer.loads(padded.subarray(8, 8 + stored.length)), value)
        // Clients of stores give Node's subclass of Uint8Array.
        assertEqual(serializer.loads(Buffer.from(stored)), value)
      }
    }),
    contractCase('answers at once: neither function returns a promise', () => {
      const serializer = create()
      for (const value of values) {
        const stored = serializer.dumps(value)
        assert.ok(!(stored instanceof Promise), 'dumps returned a promise')
        assert.ok(!(serializer.loads(stored) instanceof Promise), 'loads returned a promise')
      }
    }),
    contractCase('leaves the value that it writes as it was', () => {
      const serializer = create()
      for (const value of values) {
        const before = inspect(value, { depth: Infinity, showHidden: true })
        serializer.dumps(value)
        assert.equal(inspect(value, { depth: Infinity, showHidden: true }), before)
      }
    }),
    contractCase('carries values through the commands of a cache', async () => {
      const cache = cacheOver(new MapBackend(), { serializer: create() })
      for (const [index, value] of values.entries()) {
        await cache.set(`set-${index}`, value)
        assertEqual(await cache.get(`set-${index}`), value)
        await cache.add(`add-${index}`, value)
        await cache.multiSet([[`many-${index}`, value]])
        const [added, many, none] = await cache.multiGet([`add-${index}`, `many-${index}`, 'none'])
        assertEqual(added, value)
        assertEqual(many, value)
        assert.equal(none, undefined)
      }
      await cache.close()
    }),
    contractCase(
      'refuses what it cannot write, or takes it; a refusal is a SerializationError and writes nothing',
      async () => {
        const cyclic: Record<string, unknown> = {}
        cyclic['self'] = cyclic
        const cache = cacheOver(new MapBackend(), { serializer: create() })
        for (const value of [
          Symbol('none'),
          () => undefined,
          cyclic,
          new WeakMap(),
          Object.create(null),
          10n ** 400n,
        ]) {
          await cache.delete('key')
          const error = await cache.set('key', value).then(
            () => undefined,
            (thrown: Error) => thrown,
          )
          assert.ok(error === undefined || error.name === 'SerializationError', String(error))
          assert.equal(await cache.exists('key'), error === undefined)
        }
        await cache.close()
      },
    ),
    contractCase('reads damaged data, or refuses it with DeserializationError', async () => {
      const serializer = create()
      const cache = cacheOver(new MapBackend(), { serializer })
      for (const stored of damaged(
        values.map((value) => serializer.dumps(value)),
        serializer.encoding,
      )) {
        await cache.backend.set('key', stored, undefined)
        const error = await cache.get('key').then(
          () => undefined,
          (thrown: Error) => thrown,
        )
        assert.ok(error === undefined || error.name === 'DeserializationError', String(error))
      }
      await cache.close()
    }),
    contractCase('is not asked to read a miss', async () => {
      const serializer = create()
      let reads = 0
      const counting: Serializer = {
        encoding: serializer.encoding,
        dumps: (value) => serializer.dumps(value),
        loads(stored) {
          reads++
          return serializer.loads(stored)
        },
      }
      const cache = cacheOver(new MapBackend(), { serializer: counting })
      assert.equal(await cache.get('none', { default: 'default' }), 'default')
      assert.deepEqual(await cache.multiGet(['none', 'none']), [undefined, undefined])
      assert.equal(reads, 0)
      await cache.close()
    }),
  ]

  function contractCase(title: string, run: () => void | Promise<void>): ContractCase {
    return {
      title,
      run: async () => {
        assert.ok(values.length > 0, 'values: give at least one value that the serializer promises to give back')
        await run()
      },
    }
  }
}

function deepEqual(actual: unknown, expected: unknown): void {
  assert.deepStrictEqual(actual, expected)
}

function copyOf(stored: unknown): unknown {
  return stored instanceof Uint8Array ? [...stored] : stored
}

/** Foreign data, and written data that were cut or changed. */
function damaged(written: readonly unknown[], encoding: Encoding): (string | Uint8Array)[] {
  if (encoding === 'utf-8') {
    const texts = written.filter((stored) => typeof stored === 'string')
    return ['', '\0', '{', '[[[[', ...texts.flatMap((text) => [text.slice(0, -1), text.slice(1), `${text}}`])]
  }
  const foreign = [[], [0], [0xff, 0xff, 0xff, 0xff, 0xff], [0x80, 0x04, 0x95], [0x7b]].map((bytes) =>
    Uint8Array.from(bytes),
  )
  const stored = written.filter((one) => one instanceof Uint8Array)
  return [
    ...foreign,
    ...stored.flatMap((bytes) => [bytes.slice(0, -1), bytes.slice(1), bytes.map((byte) => byte ^ 0x55)]),
  ]
}
