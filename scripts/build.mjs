// Builds every package in the order of their dependencies, from lerna's cache where nothing changed. Says little unless something fails.

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const started = performance.now()
console.log('build: the first one takes half a minute')
const lerna = spawnSync(process.execPath, [`${root}node_modules/lerna/dist/cli.js`, 'run', 'build'], {
  cwd: root,
  encoding: 'utf8',
})
if (lerna.status !== 0) console.error(lerna.stdout + lerna.stderr)
const seconds = ((performance.now() - started) / 1000).toFixed(1)
console.log(lerna.status === 0 ? `build: every package in ${seconds} s` : 'build: failed')
process.exitCode = lerna.status ?? 1
