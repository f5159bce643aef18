/** The runs by their names, each loaded from its file when it is asked for. */

import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { ChaosRun } from './run.js'

const folder = new URL('runs/', import.meta.url)

export const runNames: readonly string[] = readdirSync(fileURLToPath(folder))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length))
  .sort()

export async function loadRun(name: string): Promise<ChaosRun> {
  const path = fileURLToPath(new URL(`${name}.ts`, folder))
  const { default: run } = (await import(/* @vite-ignore */ path)) as { default?: ChaosRun }
  if (run === undefined) throw new Error(`test/chaos/runs/${name}.ts has no default export; it must be the run`)
  if (run.name !== name) throw new Error(`The run in test/chaos/runs/${name}.ts calls itself ${run.name}`)
  return run
}
