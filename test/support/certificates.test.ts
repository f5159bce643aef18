import { existsSync, readFileSync } from 'node:fs'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { makeCertificates } from './certificates.js'
import { startRedisServer } from './redis-server.js'

function connect(port: number, tls: Record<string, unknown>): Redis & AsyncDisposable {
  const client = new Redis({ port, tls, lazyConnect: true, retryStrategy: null, maxRetriesPerRequest: 0 })
  client.on('error', () => {})
  return Object.assign(client, { [Symbol.asyncDispose]: async () => client.disconnect() })
}

test('a server with TLS is trusted by those who know the authority, and by nobody else', async () => {
  await using certificates = makeCertificates()
  await using server = await startRedisServer({ tls: { certificates } })
  expect(server.url).toBe(`rediss://127.0.0.1:${server.port}`)
  await using client = connect(server.port, { ca: readFileSync(certificates.caFile) })
  expect(await client.ping()).toBe('PONG')
  await using stranger = connect(server.port, {})
  await expect(stranger.ping()).rejects.toThrow()
})

test('a server can ask for the certificate of its clients', async () => {
  await using certificates = makeCertificates()
  await using server = await startRedisServer({ tls: { certificates, clientCertificate: true } })
  const ca = readFileSync(certificates.caFile)
  const { certFile, keyFile } = certificates.client
  await using client = connect(server.port, { ca, cert: readFileSync(certFile), key: readFileSync(keyFile) })
  expect(await client.ping()).toBe('PONG')
  await using stranger = connect(server.port, { ca })
  await expect(stranger.ping()).rejects.toThrow()
})

test('the files are gone when the certificates are disposed of', async () => {
  const certificates = makeCertificates()
  expect(existsSync(certificates.client.keyFile)).toBe(true)
  await certificates[Symbol.asyncDispose]()
  expect(existsSync(certificates.client.keyFile)).toBe(false)
})
