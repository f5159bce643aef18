/**
 * Reference data that lies beside the checkout, in `../shared`: what the original Python library writes and reads. It is read in place, never copied.
 *
 * A clone alone does not have it. Tests that need it then say so, in one way:
 *
 * ```ts
 * const golden = sharedFile<Golden>('golden/serializers.json')
 * if (golden === undefined) leftOut('golden/serializers.json', 'the byte vectors of pickle')
 * else for (const vector of golden.dumps) test(…)
 * ```
 */

import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { inflateSync } from 'node:zlib'
import { test } from 'vitest'

/** Where `name` lies, or `undefined` when it is absent. */
export function sharedPath(name: string): string | undefined {
  const path = fileURLToPath(new URL(`../../../shared/${name}`, import.meta.url))
  return existsSync(path) ? path : undefined
}

/** The parsed content of a JSON file, or `undefined` when it is absent. The caller vouches for the type. */
export function sharedFile<T>(name: string): T | undefined {
  const path = sharedPath(name)
  return path === undefined ? undefined : (JSON.parse(readFileSync(path, 'utf8')) as T)
}

/** Reports, as a test of its own and on the console, that `what` was not tested because `name` is absent. */
export function leftOut(name: string, what: string): void {
  test(`${what}: left out, because ../shared/${name} is not beside this checkout`, () => {
    console.info(`Left out: ${what} (needs ../shared/${name})`)
  })
}

/** Bytes as the reference data writes them: plain, or deflated when long, or the text that they are in UTF-8. */
export interface EncodedBytes {
  readonly text?: string
  readonly b64?: string
  readonly zlib_b64?: string
  readonly sha256?: string
}

export function decodeBytes(encoded: EncodedBytes): Uint8Array<ArrayBuffer> {
  const bytes = Uint8Array.from(plainBytes(encoded))
  if (encoded.sha256 !== undefined && createHash('sha256').update(bytes).digest('hex') !== encoded.sha256) {
    throw new Error('The bytes do not have the SHA-256 that is written beside them')
  }
  return bytes
}

function plainBytes({ b64, zlib_b64, text }: EncodedBytes): Buffer {
  if (b64 !== undefined) return Buffer.from(b64, 'base64')
  if (zlib_b64 !== undefined) return inflateSync(Buffer.from(zlib_b64, 'base64'))
  if (text !== undefined) return Buffer.from(text)
  throw new Error('Expected bytes as { b64 }, { zlib_b64 } or { text }')
}
