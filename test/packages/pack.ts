/** Packs every package as it would be published, once for the run, and tells the tests where the tarballs lie. */

import { mkdirSync, rmSync } from 'node:fs'
import type { TestProject } from 'vitest/node'
import { manifestOf, packageNames, root } from '../support/repository.js'
import { pnpm } from './package-managers.js'

const folder = `${root}node_modules/.cache/packed`

export default async function pack(project: TestProject): Promise<void> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const packed = packageNames.map(async (name): Promise<[string, string]> => {
    await pnpm(['pack', '--pack-destination', folder], `${root}packages/${name}`)
    return [`@pycached/${name}`, `${folder}/pycached-${name}-${String(manifestOf(name)['version'])}.tgz`]
  })
  project.provide('tarballs', Object.fromEntries(await Promise.all(packed)))
}
