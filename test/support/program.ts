/** Programs of the tests, each run in a process of its own: what V8 does, or holds across processes, is seen from the outside only. */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire, isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { build, type Plugin } from 'vite'

const run = promisify(execFile)

export interface Program {
  /** Where it lies. */
  readonly path: string
  /** Its text, with all that it imports from our sources. */
  readonly text: string
  /** What it printed, with flags for Node and arguments of its own; fails after `timeoutMs` (default: never). */
  run(flags: readonly string[], args?: readonly string[], timeoutMs?: number): Promise<string>
  /** Removes it. */
  [Symbol.dispose](): void
}

/** Packages that are not ours are loaded from where they are installed: to build them in takes most of the time. */
const foreignPackages: Plugin = {
  name: 'foreign-packages',
  enforce: 'pre',
  resolveId(id, importer) {
    if (importer === undefined || /^([./]|node:|@pycached\/)/.test(id) || isBuiltin(id)) return null
    return { id: pathToFileURL(createRequire(importer).resolve(id)).href, external: true }
  },
}

/** The program at `source`, from the sources, in one file. */
export async function programAt(source: URL): Promise<Program> {
  const folder = mkdtempSync(join(tmpdir(), 'pycached-program-'))
  const conditions = ['@pycached/source', 'node', 'module-sync']
  await build({
    configFile: false,
    logLevel: 'error',
    plugins: [foreignPackages],
    resolve: { conditions },
    ssr: { noExternal: true, resolve: { conditions } },
    build: {
      ssr: fileURLToPath(source),
      outDir: folder,
      target: 'node20',
      minify: false,
      rollupOptions: { output: { entryFileNames: 'program.mjs' } },
    },
  })
  const program = join(folder, 'program.mjs')
  return {
    path: program,
    text: readFileSync(program, 'utf8'),
    async run(flags, args = [], timeoutMs = 0) {
      const options = { maxBuffer: 2 ** 26, timeout: timeoutMs }
      const { stdout } = await run(process.execPath, [...flags, program, ...args], options)
      return stdout
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  }
}
