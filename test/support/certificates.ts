/**
 * An authority of the tests' own, with one certificate for a server on 127.0.0.1 and one for its clients, in files.
 *
 * ```ts
 * await using certificates = makeCertificates()
 * ```
 *
 * They are written here, from the parts of X.509 that they need: Node can sign but not write certificates, `openssl` may not be installed, and the smallest
 * package that can brings ten others.
 */

import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from './supervised.js'

export interface Certified {
  readonly certFile: string
  readonly keyFile: string
}

export interface Certificates extends AsyncDisposable {
  readonly caFile: string
  readonly server: Certified
  readonly client: Certified
}

export function makeCertificates(): Certificates {
  const folder = temporaryFolder('certificates')
  const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const issue = (name: string, publicKey: KeyObject, extensions: Buffer[]) =>
    pem('CERTIFICATE', certificate(name, publicKey, extensions, authority.privateKey))
  const write = (name: string, text: string): string => {
    const path = join(folder.path, name)
    writeFileSync(path, text, { mode: 0o600 })
    return path
  }
  const certified = (name: string): Certified => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    return {
      certFile: write(`${name}.crt`, issue(name, publicKey, [forLoopback()])),
      keyFile: write(`${name}.key`, privateKey.export({ type: 'pkcs8', format: 'pem' }) as string),
    }
  }
  return {
    caFile: write('ca.crt', issue(AUTHORITY, authority.publicKey, [mayIssue()])),
    server: certified('server'),
    client: certified('client'),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

const AUTHORITY = 'tests'
const DAY_MS = 86_400_000

/** RFC 5280, section 4.1. */
function certificate(name: string, publicKey: KeyObject, extensions: Buffer[], issuerKey: KeyObject): Buffer {
  const content = sequence(
    // Version 3.
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    sequence(ECDSA_WITH_SHA256),
    distinguishedName(AUTHORITY),
    sequence(time(Date.now() - DAY_MS), time(Date.now() + DAY_MS)),
    distinguishedName(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  )
  return sequence(content, sequence(ECDSA_WITH_SHA256), bitString(sign('sha256', content, issuerKey)))
}

// Object identifiers, encoded.
const ECDSA_WITH_SHA256 = der(0x06, Buffer.from('2a8648ce3d040302', 'hex'))
const COMMON_NAME = der(0x06, Buffer.from('550403', 'hex'))
const BASIC_CONSTRAINTS = der(0x06, Buffer.from('551d13', 'hex'))
const SUBJECT_ALTERNATIVE_NAME = der(0x06, Buffer.from('551d11', 'hex'))

const mayIssue = (): Buffer =>
  sequence(BASIC_CONSTRAINTS, der(0x01, Buffer.from([0xff])), der(0x04, sequence(der(0x01, Buffer.from([0xff])))))

const forLoopback = (): Buffer =>
  sequence(
    SUBJECT_ALTERNATIVE_NAME,
    der(0x04, sequence(der(0x82, Buffer.from('localhost')), der(0x87, Buffer.from([127, 0, 0, 1])))),
  )

const distinguishedName = (name: string): Buffer =>
  sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from(name)))))

/** Without fractions of a second: `20261122185500Z`, two digits of the year left away until 2049. */
const time = (ms: number): Buffer =>
  der(0x17, Buffer.from(`${new Date(ms).toISOString().slice(2, 19).replace(/\D/g, '')}Z`))

const bitString = (bytes: Buffer): Buffer => der(0x03, Buffer.concat([Buffer.from([0]), bytes]))

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts))
}

/** Tag, length, content: the length in one byte, or in as many as the first one says. */
function der(tag: number, content: Buffer): Buffer {
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}
