import { createHash } from 'node:crypto'
import { deflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { decodeBytes, sharedFile, sharedPath } from './shared.js'

test('a file that is absent is undefined, as path and as content', () => {
  expect(sharedPath('no/such.json')).toBeUndefined()
  expect(sharedFile('no/such.json')).toBeUndefined()
})

test('bytes are decoded from each of their forms', () => {
  const bytes = Uint8Array.of(0, 255, 10)
  expect(decodeBytes({ b64: Buffer.from(bytes).toString('base64') })).toEqual(bytes)
  expect(decodeBytes({ zlib_b64: deflateSync(bytes).toString('base64') })).toEqual(bytes)
  expect(decodeBytes({ text: 'é' })).toEqual(Uint8Array.of(0xc3, 0xa9))
  expect(() => decodeBytes({})).toThrow('Expected bytes')
})

test('bytes that differ from their checksum are refused', () => {
  const sha256 = createHash('sha256').update('a').digest('hex')
  expect(decodeBytes({ text: 'a', sha256 })).toEqual(Uint8Array.of(97))
  expect(() => decodeBytes({ text: 'b', sha256 })).toThrow('SHA-256')
})
