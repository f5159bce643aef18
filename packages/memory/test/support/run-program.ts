/** Programs of the tests, each in a process of its own with flags for Node: what V8 does is seen from the outside only. */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'vite'

const run = promisify(execFile)

export interface Program {
  /** Its text, with all that it imports from our sources. */
  readonly text: string
  /** What it printed. */
  run(flags: readonly string[], args?: readonly string[]): Promise<string>
  /** Removes it. */
  [Symbol.dispose](): void
}

/** `programs/<name>.ts`, from the sources, in one file. */
export async function programOf(name: string): Promise<Program> {
  const folder = mkdtempSync(join(tmpdir(), 'pycached-program-'))
  const conditions = ['@pycached/source', 'node', 'module-sync']
  await build({
    configFile: false,
    logLevel: 'error',
    resolve: { conditions },
    ssr: { noExternal: true, resolve: { conditions } },
    build: {
      ssr: fileURLToPath(new URL(`programs/${name}.ts`, import.meta.url)),
      outDir: folder,
      target: 'node20',
      minify: false,
      rollupOptions: { output: { entryFileNames: 'program.mjs' } },
    },
  })
  const program = join(folder, 'program.mjs')
  return {
    text: readFileSync(program, 'utf8'),
    async run(flags, args = []) {
      const { stdout } = await run(process.execPath, [...flags, program, ...args], { maxBuffer: 2 ** 26 })
      return stdout
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  }
}
