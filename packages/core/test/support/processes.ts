/** Programs of the tests, each run in several processes at once: what holds across processes is shown with real ones. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'vite'
import { inject } from 'vitest'

const run = promisify(execFile)

/** The Redis of the run, for a program: its URL with the namespace. */
export const redisArgument = (area: string): string =>
  `${inject('redisUrl')}?namespace=${encodeURIComponent(`${inject('redisNamespace')}:${area}`)}`

/** Runs `programs/<name>.ts`, from the sources, in as many processes as there are lists of arguments; what each of them printed. */
export async function runProcesses(name: string, argumentLists: readonly (readonly string[])[]): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'pycached-program-'))
  try {
    await build({
      configFile: false,
      logLevel: 'error',
      resolve: { conditions: ['@pycached/source', 'node', 'module-sync'] },
      ssr: { noExternal: true, resolve: { conditions: ['@pycached/source', 'node', 'module-sync'] } },
      build: {
        ssr: fileURLToPath(new URL(`programs/${name}.ts`, import.meta.url)),
        outDir: folder,
        target: 'node20',
        minify: false,
        rollupOptions: { output: { entryFileNames: 'program.mjs' } },
      },
    })
    const program = join(folder, 'program.mjs')
    const outputs = argumentLists.map((list) => run(process.execPath, [program, ...list], { timeout: 30_000 }))
    return (await Promise.all(outputs)).map(({ stdout }) => stdout.trim())
  } finally {
    rmSync(folder, { recursive: true })
  }
}
