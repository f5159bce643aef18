/** TLS by options and by files → the options of Node's `tls.connect`. */
import { readFileSync } from 'node:fs'
import type { ConnectionOptions as TlsOptions } from 'node:tls'
import { InvalidArgumentError } from '@pycached/core'
import { check, isObject } from './check.js'
import type { RedisCacheOptions } from './redis-options.js'

/** Each option that names a file, and which option of TLS has its content. */
export const TLS_FILES = { caFile: 'ca', certFile: 'cert', keyFile: 'key' } as const

/** Throws `InvalidArgumentError` for a file that cannot be read, and for half a pair. */
export function tlsOf(options: RedisCacheOptions): boolean | TlsOptions {
  const { tls = false } = options
  const files: TlsOptions = {}
  for (const [option, part] of Object.entries(TLS_FILES) as [keyof typeof TLS_FILES, 'ca' | 'cert' | 'key'][]) {
    const file = options[option]
    if (file !== undefined) files[part] = contentOf(file, option)
  }
  const { ca, cert, key } = files
  check(
    (cert === undefined) === (key === undefined),
    cert === undefined ? 'certFile' : 'keyFile',
    'given, too',
    undefined,
  )
  checkTls('tls', tls)
  if (ca === undefined && cert === undefined) return tls
  check(options.tls !== false, 'tls', 'true where files for it are given', tls)
  return { ...(isObject(tls) && tls), ...files }
}

function contentOf(file: unknown, option: string): Buffer {
  check(typeof file === 'string' && file !== '', option, 'the name of a file', file)
  try {
    return readFileSync(file)
  } catch (cause) {
    throw new InvalidArgumentError(`${option} cannot be read: ${(cause as Error).message}`, { option, cause })
  }
}

export function checkTls(option: string, tls: unknown): void {
  check(typeof tls === 'boolean' || isObject(tls), option, 'true, false or TLS options', tls)
}
