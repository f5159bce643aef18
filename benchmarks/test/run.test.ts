/** A run with real processes, of the sources bundled for it: processes run JavaScript. */

import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'tsup'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ArgumentError } from '../src/arguments.js'
import { contenderFiles } from '../src/contenders/index.js'
import { loadContender } from '../src/load-contender.js'
import type * as Run from '../src/run/run.js'
import type { Workload } from '../src/workload.js'
import { workloads } from '../src/workloads/index.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const example = `${root}example-contender.mjs`
let folder: string
let run: typeof Run.run

beforeAll(async () => {
  // Below the package, so that what is bundled finds its dependencies.
  mkdirSync(`${root}node_modules`, { recursive: true })
  folder = mkdtempSync(`${root}node_modules/.run-test-`)
  await build({
    config: false,
    entry: { run: `${root}src/run/run.ts`, child: `${root}src/child.ts`, map: `${root}src/contenders/map.ts` },
    outDir: folder,
    format: ['esm'],
    target: 'node20',
    skipNodeModulesBundle: true,
    silent: true,
  })
  run = ((await import(pathToFileURL(`${folder}/run.js`).href)) as typeof Run).run
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const small = { rounds: 2, warmUpRounds: 1, operations: 500, keys: 1000 }

async function runOf(id: string, paths: readonly string[], scale = small): Promise<readonly Run.Outcome[]> {
  const entrants = await Promise.all(paths.map(async (path) => ({ path, contender: await loadContender(path) })))
  const workload = { ...(workloads.find((known) => known.id === id) as Workload), quick: scale }
  const none = { redisUrl: '', ownRedis: false, runNamespace: 'test', progress() {} }
  const [result] = await run({ workloads: [workload], entrants, quick: true, ...none })
  return result?.outcomes ?? []
}

const written = (name: string, source: string): string => {
  writeFileSync(`${folder}/${name}.mjs`, source)
  return `${folder}/${name}.mjs`
}

test('a contender given by its path is run beside the others, in processes of its own', async () => {
  const outcomes = await runOf('M1', [`${folder}/map.js`, example])
  expect(outcomes.map(({ entrant }) => entrant.contender.name)).toEqual(['Map', 'expiring map'])
  for (const { rounds, failed } of outcomes) {
    expect(failed).toBeUndefined()
    expect(rounds).toHaveLength(2)
    for (const { time, cpu } of rounds) {
      expect(time).toBeGreaterThan(0)
      expect(cpu).toBeGreaterThan(0)
    }
  }
})

test('who cannot do a workload is absent, and not failed', async () => {
  expect(await runOf('M3e.new', [`${folder}/map.js`, example])).toEqual([])
})

test('who loses entries fails with the reason, and the others go on', async () => {
  const forgetful = written(
    'forgetful',
    `export default { name: 'forgetful', memory: () => ({ get: async () => undefined, set: async () => {} }) }`,
  )
  const [map, failed] = await runOf('M1', [`${folder}/map.js`, forgetful])
  expect(map).toMatchObject({ rounds: [{}, {}] })
  expect(failed).toMatchObject({ rounds: [], failed: expect.stringContaining('should have its value') })
})

test('who ends its process fails with the reason', async () => {
  const dying = written('dying', `export default { name: 'dying', memory: () => process.exit(3) }`)
  const [failed] = await runOf('M1', [dying])
  expect(failed?.failed).toBe('its process ended with 3')
})

test('a workload with a process for each round measures memory', async () => {
  const scale = { rounds: 2, warmUpRounds: 0, operations: 20_000, keys: 20_000 }
  const outcomes = await runOf('M7', [`${folder}/map.js`], scale)
  expect(outcomes[0]?.failed).toBeUndefined()
  expect(outcomes[0]?.rounds).toHaveLength(2)
  expect(outcomes[0]?.rounds[0]?.['bytes']).toBeGreaterThan(100)
})

test.each([
  ['nowhere', undefined, 'cannot be loaded'],
  ['no-name', `export default { memory() {} }`, 'is no contender: it needs a name'],
  ['nothing', `export default { name: 'nothing' }`, 'at least one of the functions memory'],
])('a module that is no contender (%s) is refused with what is missing', async (name, source, message) => {
  const path = source === undefined ? `${folder}/${name}.mjs` : written(name, source)
  await expect(loadContender(path)).rejects.toThrow(ArgumentError)
  await expect(loadContender(path)).rejects.toThrow(message)
})

test('every module of a contender takes part in a run', () => {
  const modules = readdirSync(`${root}src/contenders`).map((file) => file.replace(/\.ts$/, ''))
  expect(modules.filter((name) => name !== 'index').sort()).toEqual([...contenderFiles].sort())
})
