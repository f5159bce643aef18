/**
 * Real Redis servers for tests, each on a port and in a temporary folder of its own.
 *
 * ```ts
 * await using server = await startRedisServer({ password: 'secret' })
 * ```
 *
 * A server never outlives the process that started it, however that ends: a shell stands between the two, waits for its standard input to close, then kills
 * the server and removes its folder. It is detached, so that Ctrl-C reaches the tests alone.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { redisBinary } from './redis-binary.js'

export interface RedisServerOptions {
  /** Default: a free one. */
  readonly port?: number
  /** Asked of every client (`requirepass`). Default: none. */
  readonly password?: string
  /** Port of a running server on 127.0.0.1; this one then starts with a copy of its data and refuses writes with `READONLY`. */
  readonly replicaOf?: number
  /** `maxmemory`, such as `'2mb'`, with the policy `noeviction`: writes beyond it fail with `OOM`. An empty server needs about 1 MB. */
  readonly maxMemory?: string
  /** Further command-line arguments: `['--maxclients', '10']`. */
  readonly args?: readonly string[]
}

export interface RedisServer extends AsyncDisposable {
  readonly port: number
  readonly url: string
  /** Kills the server at once, as a crash would; its data is gone and its port refuses connections. Again: nothing. */
  stop(): Promise<void>
  /** Starts the server again, empty, on the same port; stops it first where it runs. */
  restart(): Promise<void>
  /** Freezes the server: connections stay open and nothing is answered, until `resume`. */
  pause(): void
  resume(): void
}

const supervisor =
  '"$@" & server=$!; echo "pid $server"; cat; kill -9 $server 2> /dev/null; wait $server 2> /dev/null; rm -rf "$FOLDER"'

export async function startRedisServer(options: RedisServerOptions = {}): Promise<RedisServer> {
  const password = options.password
  let running: Running | undefined
  const port = options.port ?? (await freePort())
  running = await launch(port, options)
  const stop = async (): Promise<void> => {
    const last = running
    running = undefined
    await last?.kill()
  }
  const signal = (name: 'SIGSTOP' | 'SIGCONT'): void => {
    if (running === undefined) throw new Error(`The Redis on port ${port} is not running`)
    process.kill(running.pid, name)
  }
  return {
    port,
    url: `redis://${password === undefined ? '' : `:${encodeURIComponent(password)}@`}127.0.0.1:${port}`,
    stop,
    restart: async () => {
      await stop()
      running = await launch(port, options)
    },
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    [Symbol.asyncDispose]: stop,
  }
}

interface Running {
  readonly pid: number
  kill(): Promise<void>
}

async function launch(port: number, options: RedisServerOptions): Promise<Running> {
  const binary = await redisBinary()
  const folder = mkdtempSync(join(tmpdir(), 'pycached-redis-'))
  const shell = spawn('sh', ['-c', supervisor, 'sh', binary.path, ...serverArguments(port, folder, options)], {
    env: { ...process.env, ...binary.env, FOLDER: folder },
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  })
  const kill = async (): Promise<void> => {
    const ended = shell.exitCode === null && shell.signalCode === null ? once(shell, 'exit') : undefined
    // Now there is something to do: a process that has nothing else would end without having waited.
    shell.ref()
    shell.stdin.end()
    await ended
  }
  try {
    const pid = await ready(shell, port, options.replicaOf === undefined ? 'Ready to accept' : 'Finished with success')
    // The server must not keep a test process alive that has nothing else to do.
    shell.unref()
    for (const stream of [shell.stdin, shell.stdout]) if ('unref' in stream) (stream as { unref(): void }).unref()
    return { pid, kill }
  } catch (error) {
    await kill()
    throw error
  }
}

function serverArguments(port: number, folder: string, options: RedisServerOptions): string[] {
  const settings: [string, string | number | undefined][] = [
    ['--port', port],
    ['--bind', '127.0.0.1'],
    ['--save', ''],
    ['--appendonly', 'no'],
    ['--dir', folder],
    // A master waits this long for more replicas before it sends its data; the default is 5 seconds.
    ['--repl-diskless-sync-delay', 0],
    ['--requirepass', options.password],
    ['--maxmemory', options.maxMemory],
  ]
  const given = settings.flatMap(([name, value]) => (value === undefined ? [] : [name, String(value)]))
  const replica = options.replicaOf === undefined ? [] : ['--replicaof', '127.0.0.1', String(options.replicaOf)]
  return [...given, ...replica, ...(options.args ?? [])]
}

/** Resolves to the server's process id once it accepts connections (a replica: once it has its master's data). */
function ready(shell: ChildProcess, port: number, readyLine: string): Promise<number> {
  return new Promise((resolve, reject) => {
    let log = ''
    const fail = (why: string) => reject(new Error(`Redis did not start on port ${port}: ${why}\n${log}`))
    const timer = setTimeout(() => fail('not ready after 20 seconds'), 20_000)
    shell.stdout?.setEncoding('utf8').on('data', (text: string) => {
      // Reading on after the start, into nothing: a full pipe would stop the server.
      if (log === 'started') return
      log += text
      const pid = /^pid (\d+)$/m.exec(log)?.[1]
      if (pid !== undefined && log.includes(readyLine)) {
        log = 'started'
        clearTimeout(timer)
        resolve(Number(pid))
      } else if (/Failed listening|Fatal|FATAL CONFIG|bad directive/i.test(log)) {
        clearTimeout(timer)
        fail('it refused')
      }
    })
    shell.once('error', (error) => {
      clearTimeout(timer)
      fail(error.message)
    })
  })
}

/**
 * A port below the range from which the system takes the local ends of outgoing connections (32768 and up). In that range a client that keeps connecting to
 * a stopped server can be given the server's own port and reach itself, or hold the port when the server wants it back.
 */
async function freePort(): Promise<number> {
  for (let tries = 0; tries < 50; tries++) {
    const port = 15_000 + Math.floor(Math.random() * 15_000)
    const probe = createServer()
    const free = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true))
    })
    if (free) {
      probe.close()
      await once(probe, 'close')
      return port
    }
  }
  throw new Error('No free port between 15000 and 30000 on 127.0.0.1')
}
