/**
 * Real Redis servers for tests, each on a port and in a temporary folder of its own.
 *
 * ```ts
 * await using server = await startRedisServer({ password: 'secret' })
 * ```
 *
 * A server never outlives the process that started it ({@link launch}).
 */

import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Certificates } from './certificates.js'
import { freePort } from './free-port.js'
import { redisBinary } from './redis-binary.js'
import { launch, type Running } from './supervised.js'

export interface RedisServerOptions {
  /** Default: a free one. */
  readonly port?: number
  /** Asked of every client (`requirepass`). Default: none. */
  readonly password?: string
  /** Users with rights of their own, as in `ACL SETUSER`: `['reader on >secret ~ns:* +get']`. */
  readonly users?: readonly string[]
  /** Port of a running server on 127.0.0.1; this one then starts with a copy of its data and refuses writes with `READONLY`. */
  readonly replicaOf?: number
  /** `maxmemory`, such as `'2mb'`, with the policy `noeviction`: writes beyond it fail with `OOM`. An empty server needs about 1 MB. */
  readonly maxMemory?: string
  /** Listens at {@link RedisServer.path}, too. */
  readonly unixSocket?: boolean
  /** Speaks TLS on its port, and nothing else there. */
  readonly tls?: {
    readonly certificates: Certificates
    /** Refuses clients without a certificate of the same authority. Default: false. */
    readonly clientCertificate?: boolean
  }
  /** Further command-line arguments: `['--maxclients', '10']`. */
  readonly args?: readonly string[]
}

export interface RedisServer extends AsyncDisposable {
  readonly port: number
  readonly url: string
  /** Its unix socket, if it has one; the same after a restart. */
  readonly path: string | undefined
  /** Kills the server at once, as a crash would; its data is gone and its port refuses connections. Again: nothing. */
  stop(): Promise<void>
  /** Starts the server again, empty, on the same port; stops it first where it runs. */
  restart(): Promise<void>
  /** Freezes the server: connections stay open and nothing is answered, until `resume`. */
  pause(): void
  resume(): void
}

export async function startRedisServer(options: RedisServerOptions = {}): Promise<RedisServer> {
  const { password } = options
  let running: Running | undefined
  const port = options.port ?? (await freePort())
  const folder = mkdtempSync(join(tmpdir(), 'pycached-redis-'))
  const path = options.unixSocket === true ? join(folder, 'redis.sock') : undefined
  running = await start(port, folder, options)
  const stop = async (): Promise<void> => {
    const last = running
    running = undefined
    await last?.kill()
  }
  const signal = (name: 'SIGSTOP' | 'SIGCONT'): void => {
    if (running === undefined) throw new Error(`The Redis on port ${port} is not running`)
    process.kill(running.pid, name)
  }
  const scheme = options.tls === undefined ? 'redis' : 'rediss'
  return {
    port,
    url: `${scheme}://${password === undefined ? '' : `:${encodeURIComponent(password)}@`}127.0.0.1:${port}`,
    path,
    stop,
    restart: async () => {
      await stop()
      running = await start(port, folder, options)
    },
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    [Symbol.asyncDispose]: stop,
  }
}

/** The folder goes with each life of the server, and comes again with the next, so that paths in it stay the same. */
async function start(port: number, folder: string, options: RedisServerOptions): Promise<Running> {
  const { path, env } = await redisBinary()
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const readyLine = options.replicaOf === undefined ? 'Ready to accept' : 'Finished with success'
  const args = serverArguments(port, folder, options)
  return await launch({ what: `Redis on port ${port}`, path, args, env, readyLine, ownFolder: folder })
}

function serverArguments(port: number, folder: string, options: RedisServerOptions): string[] {
  const { tls, users = [], replicaOf } = options
  const settings: [string, string | number | undefined][] = [
    [tls === undefined ? '--port' : '--tls-port', port],
    ['--bind', '127.0.0.1'],
    ['--save', ''],
    ['--appendonly', 'no'],
    ['--dir', folder],
    // A master waits this long for more replicas before it sends its data; the default is 5 seconds.
    ['--repl-diskless-sync-delay', 0],
    ['--requirepass', options.password],
    ['--maxmemory', options.maxMemory],
    ['--unixsocket', options.unixSocket === true ? join(folder, 'redis.sock') : undefined],
  ]
  const given = settings.flatMap(([name, value]) => (value === undefined ? [] : [name, String(value)]))
  const replica = replicaOf === undefined ? [] : ['--replicaof', '127.0.0.1', String(replicaOf)]
  const rights = users.flatMap((user) => ['--user', ...user.split(' ')])
  return [...given, ...replica, ...rights, ...(tls === undefined ? [] : tlsArguments(tls)), ...(options.args ?? [])]
}

function tlsArguments({ certificates, clientCertificate = false }: NonNullable<RedisServerOptions['tls']>): string[] {
  const { caFile, server } = certificates
  return [
    ['--port', '0'],
    ['--tls-ca-cert-file', caFile],
    ['--tls-cert-file', server.certFile],
    ['--tls-key-file', server.keyFile],
    ['--tls-auth-clients', clientCertificate ? 'yes' : 'no'],
  ].flat()
}
