import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { root } from '../support/repository.js'
import { node, npm, pnpm } from './package-managers.js'

const tarballs = inject('tarballs')
const packed = mkdtempSync(join(tmpdir(), 'pycached-third-party-'))
const project = mkdtempSync(join(tmpdir(), 'pycached-project-'))

beforeAll(async () => {
  await pnpm(['pack', '--pack-destination', packed], `${root}examples/third-party-serializer`)
  const [tarball = ''] = readdirSync(packed)
  const ours = Object.entries(tarballs).map(([name, path]): [string, string] => [name, `file:${path}`])
  const installed = ['@pycached/core', '@pycached/memory']
  const manifest = {
    name: 'project',
    private: true,
    dependencies: {
      ...Object.fromEntries(ours.filter(([name]) => installed.includes(name))),
      '@acme/pycached-gzip': `file:${join(packed, tarball)}`,
    },
    overrides: Object.fromEntries(ours.filter(([name]) => !installed.includes(name))),
  }
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest))
  cpSync(`${root}test/packages/projects/third-party.mjs`, join(project, 'third-party.mjs'))
  await npm(['install', '--no-audit', '--no-fund'], project)
})

afterAll(() => {
  for (const folder of [packed, project]) rmSync(folder, { recursive: true, force: true })
})

test('a serializer of a third party is loaded from its tarball by its class path', async () => {
  expect(await node(['third-party.mjs'], project)).toBe('works\n')
})
