/**
 * Many processes of one program of the tests, which talk with it by messages.
 *
 * ```ts
 * await using children = startChildren(program, 8, (index) => [server.url, String(index)])
 * const results = await Promise.all(children.map((child) => child.next<Result>()))
 * ```
 *
 * None outlives the process that started it, however that ends and though it may be stopped: a shell knows their numbers and kills them when its input closes.
 */

import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Program } from './program.js'

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface Child {
  readonly pid: number
  readonly exited: Promise<Exit>
  /** What it printed on its standard error so far. */
  readonly complaints: string
  send(message: unknown): void
  /** Its next message with `process.send`, in order; rejects where it has ended without one. */
  next<T>(): Promise<T>
  signal(name: NodeJS.Signals): void
}

export type Children = readonly Child[] & AsyncDisposable

const watch = `pids=' '
while read -r sign pid; do
  case $sign in
    +) pids="$pids$pid " ;;
    -) pids="\${pids%% $pid *} \${pids#* $pid }" ;;
  esac
done
kill -9 $pids 2> /dev/null`

export function startChildren(
  program: Program,
  count: number,
  argsOf: (index: number) => readonly string[] = () => [],
  flags: readonly string[] = [],
): Children {
  const watchdog = spawn('sh', ['-c', watch], { stdio: ['pipe', 'ignore', 'inherit'], detached: true })
  const children = Array.from({ length: count }, (_, index) => {
    const child = startChild(program, argsOf(index), flags)
    watchdog.stdin.write(`+ ${child.pid}\n`)
    void child.exited.then(() => watchdog.stdin.write(`- ${child.pid}\n`))
    return child
  })
  const dispose = async (): Promise<void> => {
    for (const child of children) child.signal('SIGKILL')
    await Promise.all(children.map((child) => child.exited))
    watchdog.stdin.end()
    await once(watchdog, 'exit')
  }
  return Object.assign(children, { [Symbol.asyncDispose]: dispose })
}

function startChild(program: Program, args: readonly string[], flags: readonly string[]): Child {
  const child = fork(program.path, [...args], { execArgv: [...flags], stdio: ['ignore', 'inherit', 'pipe', 'ipc'] })
  const exited = exitOf(child)
  const messages: unknown[] = []
  const waiting: { resolve(message: unknown): void; reject(error: Error): void }[] = []
  let complaints = ''
  let ended: Error | undefined
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaints += text
  })
  child.on('message', (message) => {
    const first = waiting.shift()
    if (first === undefined) messages.push(message)
    else first.resolve(message)
  })
  void exited.then(({ code, signal }) => {
    ended = new Error(`The program ended with ${signal ?? `exit code ${code}`} and said:\n${complaints}`)
    for (const { reject } of waiting) reject(ended)
  })
  return {
    pid: Number(child.pid),
    exited,
    get complaints() {
      return complaints
    },
    // To one that has ended nothing can be said; `next` and `exited` tell so.
    send: (message) => void child.send(message as object, () => {}),
    next: <T>() =>
      new Promise<T>((resolve, reject) => {
        if (messages.length > 0) resolve(messages.shift() as T)
        else if (ended !== undefined) reject(ended)
        else waiting.push({ resolve: (message) => resolve(message as T), reject })
      }),
    signal: (name) => void child.kill(name),
  }
}

/** `close`, not `exit`: by then everything that it printed and sent has arrived. */
async function exitOf(child: ChildProcess): Promise<Exit> {
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  return { code, signal }
}
