/**
 * Finds a Redis server program for the tests: on the PATH, else unpacked below `node_modules/.cache` from Debian's packages.
 *
 * Unpacking rather than installing, even for root: an installed `redis-server` starts a service on port 6379 at every boot, which nobody who runs tests
 * asked for. apt gets state folders of its own, so that it needs no rights and changes nothing outside the clone.
 */

import { execFile, execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export interface RedisBinary {
  readonly path: string
  /** What the program needs in its environment beyond the parent's. */
  readonly env: Readonly<Record<string, string>>
}

const names = ['redis-server', 'valkey-server']
const cache = fileURLToPath(new URL('../../node_modules/.cache/redis-server', import.meta.url))
const run = promisify(execFile)

/** The program to start, looked for in every way there is; throws with the command that the user should run. */
export async function redisBinary(): Promise<RedisBinary> {
  const found = onPath() ?? unpacked()
  if (found !== undefined) return found
  try {
    await unpackFromDebian()
  } catch (error) {
    const lines = String((error as { stderr?: string }).stderr || error).split('\n')
    throw withAdvice(lines.find((line) => line.startsWith('E: ')) ?? lines[0] ?? '')
  }
  const fresh = unpacked()
  if (fresh === undefined) throw withAdvice('the unpacked program does not start')
  return fresh
}

function onPath(): RedisBinary | undefined {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const name of names) {
      const binary = { path: join(folder, name), env: {} }
      if (folder !== '' && starts(binary)) return binary
    }
  }
  return undefined
}

function unpacked(): RedisBinary | undefined {
  const lib = join(cache, 'usr', 'lib')
  if (!existsSync(lib)) return undefined
  const multiarch = readdirSync(lib).map((name) => join(lib, name))
  const binary = { path: join(cache, 'usr', 'bin', 'redis-server'), env: { LD_LIBRARY_PATH: multiarch.join(':') } }
  return starts(binary) ? binary : undefined
}

function starts(binary: RedisBinary): boolean {
  if (!existsSync(binary.path)) return false
  try {
    execFileSync(binary.path, ['--version'], { env: { ...process.env, ...binary.env }, stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Leaves a complete folder or none: the work is done beside it and renamed, since other test runs may look for it meanwhile. */
async function unpackFromDebian(): Promise<void> {
  mkdirSync(join(cache, '..'), { recursive: true })
  const work = mkdtempSync(`${cache}-`)
  try {
    const [debs, tree] = [join(work, 'debs'), join(work, 'tree')]
    for (const folder of ['lists/partial', 'cache/archives/partial', 'debs', 'tree']) {
      mkdirSync(join(work, folder), { recursive: true })
    }
    const apt = (...args: string[]) =>
      run('apt-get', [...ownState(work), ...args], { cwd: debs, env: { ...process.env, LC_ALL: 'C' } })
    console.log(
      "No redis-server or valkey-server on the PATH: unpacking Debian's redis-server below node_modules/.cache",
    )
    await apt('update')
    const plan = await apt('install', '--simulate', '--no-install-recommends', 'redis-server')
    await apt('download', ...[...plan.stdout.matchAll(/^Inst (\S+)/gm)].map((match) => String(match[1])))
    for (const deb of readdirSync(debs)) await run('dpkg', ['--extract', join(debs, deb), tree])
    rmSync(cache, { recursive: true, force: true })
    renameSync(tree, cache)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

const ownState = (work: string): string[] =>
  [
    `Dir::State::lists=${work}/lists`,
    `Dir::Cache=${work}/cache`,
    'Debug::NoLocking=1',
    'APT::Sandbox::User=',
    'APT::Update::Post-Invoke=',
    'APT::Update::Post-Invoke-Success=',
  ].flatMap((option) => ['-o', option])

function withAdvice(reason: string): Error {
  const command =
    process.platform === 'darwin' ? 'brew install redis' : 'sudo apt-get update && sudo apt-get install redis-server'
  const error = new Error(
    `The tests need a real Redis and found none: REDIS_URL is not set, neither ${names.join(' nor ')} is on the PATH, ` +
      `and Debian's package could not be unpacked (${reason}).\nRun this, then the tests again:\n\n  ${command}\n\n` +
      'or set REDIS_URL to a Redis that the tests may use; they touch it only below a namespace of their own.\n',
  )
  // A reader needs the command, not where in the set-up it was noticed.
  error.stack = ''
  return error
}
