/**
 * The traces that were recorded from real applications. They lie beside the project, in `../shared/traces`, and are read in place. The
 * program `xz` decompresses them: Node cannot, and the program is older and more widely installed than any package that could.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Trace, traceOf } from './trace.js'

export const recordedNames = ['web07', 'web12', 'orm-night', 'orm-busy'] as const

/** Why a trace cannot be read, and what to do about it. */
export class TraceLeftOut extends Error {
  override readonly name = 'TraceLeftOut'
}

/** The first `length` accesses of a recorded trace. Rejects with {@link TraceLeftOut} where it is not there, or there is no `xz`. */
export async function recordedTrace(name: string, length?: number): Promise<Trace> {
  const path = join(projectRoot(), '..', 'shared', 'traces', `${name}.trace.xz`)
  if (!existsSync(path)) throw new TraceLeftOut(`${name} is left out: ../shared/traces is not beside this checkout`)
  return traceOf(name, bigEndian(await decompressed(name, path)), length)
}

async function decompressed(name: string, path: string): Promise<Buffer> {
  try {
    const options = { encoding: 'buffer', maxBuffer: 2 ** 28 } as const
    return (await promisify(execFile)('xz', ['--decompress', '--stdout', path], options)).stdout
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new TraceLeftOut(`${name} is left out: there is no xz on the PATH; install xz-utils`)
  }
}

function* bigEndian(bytes: Buffer): Generator<number> {
  for (let at = 0; at + 4 <= bytes.length; at += 4) yield bytes.readInt32BE(at)
}

/** Above the sources as above what was built from them. */
function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'pnpm-workspace.yaml'))) {
    const parent = dirname(folder)
    if (parent === folder) throw new Error(`There is no pnpm-workspace.yaml above ${import.meta.url}`)
    folder = parent
  }
  return folder
}
