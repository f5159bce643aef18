import { PycachedTypeError, SerializationError, type Serializer } from '@pycached/core'
import { cacheOver, FailingSerializer, MapBackend } from '@pycached/testing'
import { describe, expect, test } from 'vitest'

const make = (serializer: Serializer = new FailingSerializer()) => cacheOver(new MapBackend(), { serializer })
const boom = new Error('boom')

describe('writing', () => {
  test('undefined and promises are refused, before the serializer sees them', async () => {
    const serializer = new FailingSerializer()
    serializer.dumpsError = boom
    const cache = make(serializer)
    const method = 'then'
    const queryBuilder = { [method]: () => {} }
    for (const value of [undefined, Promise.resolve(1), queryBuilder]) {
      for (const call of [cache.set('key', value), cache.add('key', value), cache.multiSet([['key', value]])]) {
        const error = await call.catch((thrown: unknown) => thrown)
        expect(error).toBeInstanceOf(PycachedTypeError)
        expect(error).toMatchObject({ name: 'InvalidArgumentError', key: 'key', option: 'value' })
      }
    }
  })

  test('whatever a serializer throws is wrapped, with the key as the caller wrote it, and not with the value', async () => {
    for (const thrown of [boom, 'text', undefined, null, { odd: true }, Object.create(null)]) {
      const cache = cacheOver(new MapBackend(), {
        namespace: 'main',
        serializer: {
          encoding: 'utf-8',
          loads: String,
          dumps: () => {
            throw thrown
          },
        },
      })
      const error = (await cache.set('key', 'secret value').catch((caught: unknown) => caught)) as SerializationError
      expect(error).toBeInstanceOf(SerializationError)
      expect(error).toMatchObject({ name: 'SerializationError', code: 'PYCACHED_SERIALIZATION', key: 'key' })
      expect(error.cause).toBe(thrown)
      expect(error.message).not.toContain('secret')
    }
  })

  test('a SerializationError of the serializer’s own stays, and gets the key', async () => {
    const own = new SerializationError('not this one')
    const serializer = new FailingSerializer()
    serializer.dumpsError = own
    await expect(make(serializer).set('key', 1)).rejects.toBe(own)
    expect(own.key).toBe('key')
  })

  test.each([
    [
      'utf-8',
      Uint8Array.of(1),
      /must return text, for its encoding is 'utf-8'; got bytes \(a serializer that writes bytes has encoding null\)/,
    ],
    ['utf-8', 42, /got number/],
    ['utf-8', null, /got null/],
    ['utf-8', undefined, /got undefined/],
    ['utf-8', Promise.resolve('text'), /dumps must be synchronous; got a promise/],
    [null, 'text', /must return bytes \(Uint8Array\), for its encoding is null; got text/],
    [null, {}, /got object/],
  ] as const)('what is of another kind than the encoding %j says is refused: %s', async (encoding, stored, message) => {
    const backend = new MapBackend()
    const cache = cacheOver(backend, { serializer: { encoding, dumps: () => stored, loads: String } })
    await expect(cache.set('key', 1)).rejects.toThrow(message)
    await expect(cache.multiSet([['key', 1]])).rejects.toMatchObject({ name: 'SerializationError', key: 'key' })
    expect(backend.raw('keys')).toEqual([])
  })

  test('dumps must be synchronous, and the failure of its promise is no unhandled rejection', async () => {
    const cache = make({ encoding: 'utf-8', dumps: () => Promise.reject(boom), loads: String })
    await expect(cache.set('key', 1)).rejects.toThrow(/dumps must be synchronous; got a promise/)
  })

  test('the very value may pass, for the store to judge', async () => {
    const cache = make({ encoding: 'utf-8', dumps: (value) => value, loads: (stored) => stored })
    for (const value of [{}, Number.NaN, null, 1]) {
      await cache.set('key', value)
      expect(await cache.get('key')).toBe(value)
    }
  })

  test('dumpsFn replaces the serializer, and is held to the same', async () => {
    const serializer = new FailingSerializer()
    serializer.dumpsError = boom
    const cache = make(serializer)
    await cache.set('key', 'text', { dumpsFn: (value: string) => JSON.stringify(`${value}!`) })
    expect(await cache.get('key')).toBe('text!')
    await expect(cache.set('key', 'text', { dumpsFn: () => 7 })).rejects.toMatchObject({ name: 'SerializationError' })
    await expect(
      cache.set('key', 'text', {
        dumpsFn: () => {
          throw boom
        },
      }),
    ).rejects.toMatchObject({ cause: boom })
  })
})

describe('reading', () => {
  test('whatever a serializer throws is wrapped, with the key, and what is stored stays', async () => {
    const serializer = new FailingSerializer()
    const backend = new MapBackend()
    const cache = cacheOver(backend, { serializer, namespace: 'main' })
    backend.set('main:key', 'secret, not json', undefined)
    await expect(cache.get('key')).rejects.toMatchObject({
      name: 'DeserializationError',
      code: 'PYCACHED_DESERIALIZATION',
      key: 'key',
    })
    const error = (await cache.get('key', { default: 1 }).catch((thrown: unknown) => thrown)) as Error
    expect(error.cause).toBeInstanceOf(SyntaxError)
    expect(backend.get('main:key')).toBe('secret, not json')
  })

  test('loads must be synchronous, and the failure of its promise is no unhandled rejection', async () => {
    const cache = make({ encoding: 'utf-8', dumps: String, loads: () => Promise.reject(boom) })
    await cache.set('key', 1)
    const refusal = { name: 'DeserializationError', key: 'key', message: expect.stringMatching(/got a promise/) }
    await expect(cache.get('key')).rejects.toMatchObject(refusal)
    await expect(cache.multiGet(['key'])).rejects.toMatchObject(refusal)
  })

  test('multiGet names the first key that cannot be read', async () => {
    const backend = new MapBackend()
    const cache = cacheOver(backend, { serializer: new FailingSerializer() })
    backend.setMany(
      [
        ['a', '1'],
        ['b', 'bad'],
        ['c', 'bad'],
      ],
      undefined,
    )
    await expect(cache.multiGet(['a', 'b', 'c'])).rejects.toMatchObject({ name: 'DeserializationError', key: 'b' })
  })

  test('neither loads nor loadsFn is called for a miss', async () => {
    const serializer = new FailingSerializer()
    serializer.loadsError = boom
    const cache = make(serializer)
    const loadsFn = () => expect.unreachable()
    expect(await cache.get('key')).toBeUndefined()
    expect(await cache.get('key', { loadsFn, default: 1 })).toBe(1)
    expect(await cache.multiGet(['a', 'b'], { loadsFn })).toEqual([undefined, undefined])
  })

  test('values come back as they were, falsy ones too', async () => {
    const cache = make()
    for (const value of [0, '', false, null, [], {}, '123']) {
      await cache.set('key', value)
      expect(await cache.get('key', { default: 'default' })).toEqual(value)
    }
  })
})

describe('increment', () => {
  test('asks the store to count where the serializer writes integers as decimal text or as they are, and only there', async () => {
    for (const [dumps, counts] of [
      [JSON.stringify, true],
      [String, true],
      [(value: unknown) => value, true],
      [(value: unknown) => `n${String(value)}`, false],
    ] as const) {
      const backend = new MapBackend()
      let counted = false
      backend.increment = () => {
        counted = true
        return 7
      }
      const cache = cacheOver(backend, {
        serializer: { encoding: 'utf-8', dumps, loads: (text) => Number(String(text).replace('n', '')) },
      })
      await cache.increment('key')
      expect(counted).toBe(counts)
    }
  })

  test('under an encoding of its own reads and replaces, again when another writer came between', async () => {
    const backend = new MapBackend()
    const cache = cacheOver(backend, {
      serializer: {
        encoding: 'utf-8',
        dumps: (value) => `n${String(value)}`,
        loads: (text) => Number(String(text).slice(1)),
      },
    })
    await cache.set('key', 1, { ttl: '1h' })
    const { get } = backend
    let between = 3
    backend.get = (key: string) => {
      const stored = get.call(backend, key)
      if (between-- > 0) backend.compareAndSet(key, stored, `n${Number((stored as string).slice(1)) + 10}`, 'keep')
      return stored
    }
    expect(await cache.increment('key')).toBe(32)
    expect(await cache.get('key')).toBe(32)
  })

  test.each([1.5, '1', 2n, Number.MAX_SAFE_INTEGER + 1])('refuses %s as a delta', async (delta) => {
    await expect(make().increment('key', delta as number)).rejects.toMatchObject({
      name: 'InvalidArgumentError',
      option: 'delta',
      key: 'key',
    })
  })
})
