import { DeserializationError, InvalidArgumentError, SerializationError } from '@pycached/core'
import { describe, expect, test } from 'vitest'
import { checkKey, fromReply, toArgument } from '../src/wire.js'

describe('keys', () => {
  test('any well-formed text is a key', () => {
    for (const key of ['k', 'ключ', '🔑', '\0', ' ', '\uFFFD']) expect(checkKey(key)).toBe(key)
  })

  test('half of a surrogate pair is refused, since UTF-8 has no form for it', () => {
    expect(() => checkKey('lone\ud800')).toThrow(InvalidArgumentError)
    expect(() => checkKey('\udc00lone')).toThrow(InvalidArgumentError)
  })
})

describe('values on their way to the server', () => {
  test('text goes as it is', () => {
    expect(toArgument('Grüße 🔑')).toBe('Grüße 🔑')
    expect(toArgument('')).toBe('')
  })

  test('text with half of a surrogate pair is refused, and the message says what to do', () => {
    expect(() => toArgument('a\ud83d')).toThrow(SerializationError)
    expect(() => toArgument('a\ud83d')).toThrow(/toWellFormed/)
  })

  test('bytes go as a Buffer over the same bytes, also where they are a part of a larger array', () => {
    const part = new Uint8Array([9, 1, 2, 200, 9]).subarray(1, 4)
    const argument = toArgument(part) as Buffer
    expect(Buffer.isBuffer(argument)).toBe(true)
    expect([...argument]).toEqual([1, 2, 200])
  })

  test.each([[1], [true], [null], [{}], [[1]], [1n], [new Float64Array(1)], [new Date(0)]])(
    '%o is neither text nor bytes and is refused, naming serializers that help',
    (value) => {
      expect(() => toArgument(value)).toThrow(SerializationError)
      expect(() => toArgument(value)).toThrow(/JsonSerializer/)
    },
  )
})

describe('replies', () => {
  test('nil is a miss', () => {
    expect(fromReply(null, 'utf-8', 'k')).toBeUndefined()
    expect(fromReply(null, null, 'k')).toBeUndefined()
  })

  test('bytes come as a plain array with memory of its own', () => {
    const chunk = Buffer.from([7, 1, 2, 200, 7])
    const bytes = fromReply(chunk.subarray(1, 4), null, 'k') as Uint8Array
    expect(bytes.constructor).toBe(Uint8Array)
    expect(bytes.buffer.byteLength).toBe(3)
    chunk.fill(0)
    expect([...bytes]).toEqual([1, 2, 200])
  })

  test('text is decoded whole: a byte order mark, the replacement character itself and NUL included', () => {
    for (const text of ['', 'é', '\uFEFFbom', 'a\uFFFDb', '\0', '🔑']) {
      expect(fromReply(Buffer.from(text), 'utf-8', 'k')).toBe(text)
    }
  })

  test.each([[[0xff]], [[0x61, 0xc3]], [[0xed, 0xa0, 0x80]], [[0xc0, 0x80]], [[0x80, 4, 0x95]]])(
    'the bytes %o are no text and are refused instead of being read with replacements',
    (bytes) => {
      expect(() => fromReply(Buffer.from(bytes), 'utf-8', 'k')).toThrow(DeserializationError)
    },
  )
})
