import { expect, test } from 'vitest'
import { cacheOver, FailingSerializer, MapBackend } from '../src/index.js'

test('writes and reads JSON until told otherwise', async () => {
  const cache = cacheOver(new MapBackend(), { serializer: new FailingSerializer() })
  await cache.set('key', { a: [1] })
  expect(await cache.get('key')).toEqual({ a: [1] })
})

test('throws what it was told to, or writes what it was told to', async () => {
  const serializer = new FailingSerializer()
  const cache = cacheOver(new MapBackend(), { serializer })
  await cache.set('key', 1)
  const boom = new Error('boom')
  serializer.loadsError = boom
  await expect(cache.get('key')).rejects.toMatchObject({ name: 'DeserializationError', cause: boom })
  serializer.dumpsError = boom
  await expect(cache.set('key', 2)).rejects.toMatchObject({ name: 'SerializationError', cause: boom })
  serializer.dumpsError = undefined
  serializer.dumpsAnswer = 42
  await expect(cache.set('key', 2)).rejects.toMatchObject({ name: 'SerializationError' })
})
