/**
 * A server program that never outlives the process that started it, however that ends: a shell stands between the two, waits for its standard input to
 * close, then kills the server and removes what is only its own. It is detached, so that Ctrl-C reaches the tests alone.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface ServerProgram {
  /** For messages: `'Redis on port 15000'`. */
  readonly what: string
  readonly path: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** What it prints once it can be used. */
  readonly readyLine: string
  /** Removed with it. Default: nothing. */
  readonly ownFolder?: string | undefined
}

export interface Running {
  readonly pid: number
  /** As a crash would: at once. */
  kill(): Promise<void>
}

const runServer =
  '"$@" & server=$!; echo "pid $server"; cat; kill -9 $server 2> /dev/null; wait $server 2> /dev/null; [ -z "$FOLDER" ] || rm -rf "$FOLDER"'

/** Where servers are killed at the same time, one of them may still write into the folder. */
const keepFolder = 'cat; rm -rf "$FOLDER" || { sleep 1; rm -rf "$FOLDER"; }'

export async function launch(program: ServerProgram): Promise<Running> {
  const shell = spawn('sh', ['-c', runServer, 'sh', program.path, ...program.args], {
    env: { ...process.env, ...program.env, FOLDER: program.ownFolder ?? '' },
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  })
  const kill = (): Promise<void> => endOf(shell)
  try {
    const pid = await ready(shell, program)
    unref(shell)
    return { pid, kill }
  } catch (error) {
    await kill()
    throw error
  }
}

export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string
}

/** A folder for several servers, or for several lives of one. It is removed when it is disposed of, or when this process ends. */
export function temporaryFolder(name: string): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), `pycached-${name}-`))
  const shell = spawn('sh', ['-c', keepFolder], {
    env: { ...process.env, FOLDER: path },
    stdio: ['pipe', 'ignore', 'inherit'],
    detached: true,
  })
  unref(shell)
  return { path, [Symbol.asyncDispose]: () => endOf(shell) }
}

async function endOf(shell: ChildProcess): Promise<void> {
  const ended = shell.exitCode === null && shell.signalCode === null ? once(shell, 'exit') : undefined
  // Now there is something to do: a process that has nothing else would end without having waited.
  shell.ref()
  shell.stdin?.end()
  await ended
}

/** A server must not keep a test process alive that has nothing else to do. */
function unref(shell: ChildProcess): void {
  shell.unref()
  for (const stream of [shell.stdin, shell.stdout]) {
    if (stream !== null && 'unref' in stream) (stream as { unref(): void }).unref()
  }
}

/** Resolves to the server's process id once it has printed its line. */
function ready(shell: ChildProcess, { what, readyLine }: ServerProgram): Promise<number> {
  return new Promise((resolve, reject) => {
    let log = ''
    const fail = (why: string) => reject(new Error(`${what} did not start: ${why}\n${log}`))
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
      } else if (/Failed listening|Fatal|FATAL CONFIG|bad directive|Failed to configure/i.test(log)) {
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
