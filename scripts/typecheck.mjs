// Checks the types of every part of the workspace: the root's own files, then each folder below that has a tsconfig.json of its own.
// The parts differ: core sees no Node types, the legacy tests use the older decorators.

import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const tsc = `${root}node_modules/typescript-native/bin/tsc`
const isSource = (file) => file.endsWith('.ts') && !file.includes('node_modules')
const packages = readdirSync(`${root}packages`).map((name) => `packages/${name}`)
const folders = ['.', 'examples', 'examples/third-party-serializer', 'benchmarks', ...packages]
  .flatMap((folder) => [folder, `${folder}/test`, `${folder}/test/legacy`])
  .filter((folder) => existsSync(`${root}${folder}/tsconfig.json`))
  .filter((folder) => folder === '.' || readdirSync(`${root}${folder}`, { recursive: true }).some(isSource))

const failed = folders.filter(
  (folder) => spawnSync(process.execPath, [tsc, '-p', folder], { cwd: root, stdio: 'inherit' }).status !== 0,
)
console.log(failed.length === 0 ? `types: ${folders.length} parts are sound` : `types: errors in ${failed.join(', ')}`)
process.exitCode = failed.length === 0 ? 0 : 1
