/** npm, pnpm and Node as a user at a prompt would call them, from a folder of their choice. */

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { read } from '../support/repository.js'

const execute = promisify(execFile)
const pnpmVersion = /^pnpm@([\d.]+)/.exec(
  (JSON.parse(read('package.json')) as { packageManager: string }).packageManager,
)?.[1]

/** Without what the package manager that runs the tests leaves in the environment for its own children. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) =>
      !/^(npm_(package|lifecycle|config_(verify|_jsr))|npm_(execpath|command|node_execpath)|NODE_|PNPM_|VITEST|INIT_CWD|TEST$)/i.test(
        name,
      ),
  ),
)

/** Resolves to what the command printed; a failure carries all of it. */
async function call(command: string, args: readonly string[], cwd: string): Promise<string> {
  try {
    const { stdout, stderr } = await execute(command, args, { cwd, env: environment, maxBuffer: 1 << 26 })
    return stdout + stderr
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}\n${stderr}`)
  }
}

export const node = (args: readonly string[], cwd: string): Promise<string> => call(process.execPath, args, cwd)

export const npm = (args: readonly string[], cwd: string): Promise<string> => call('npm', args, cwd)

export const pnpm = (args: readonly string[], cwd: string): Promise<string> =>
  call('npx', ['-y', `pnpm@${pnpmVersion}`, ...args], cwd)
