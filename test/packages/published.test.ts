import { readFileSync } from 'node:fs'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { describe, expect, inject, test } from 'vitest'
import { type Manifest, packageNames, root } from '../support/repository.js'
import { node } from './package-managers.js'
import { fileInTarball, pathsInTarball } from './tarball.js'

describe.each(packageNames)('@pycached/%s as published', (name) => {
  const tarball = String(inject('tarballs')[`@pycached/${name}`])

  test('has the built files, README and LICENSE, and nothing else', () => {
    const paths = pathsInTarball(tarball)
    expect(paths.filter((path) => !/^dist\/chunk-\w+\.c?js(\.map)?$/.test(path)).sort()).toEqual([
      'LICENSE',
      'README.md',
      'dist/index.cjs',
      'dist/index.cjs.map',
      'dist/index.d.cts',
      'dist/index.d.ts',
      'dist/index.js',
      'dist/index.js.map',
      'package.json',
    ])
  })

  test('asks for versions that a registry knows', () => {
    const manifest = JSON.parse(fileInTarball(tarball, 'package.json')) as Manifest
    expect(JSON.stringify(manifest)).not.toContain('workspace:')
  })

  test('has nothing for publint to say', async () => {
    const { messages, pkg } = await publint({
      pack: { tarball: Uint8Array.from(readFileSync(tarball)).buffer },
      strict: true,
    })
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([])
  })

  test('has types that every way of resolving them finds', async () => {
    const attw = `${root}node_modules/@arethetypeswrong/cli/dist/index.js`
    const told = await node([attw, tarball, '--format', 'ascii', '--no-color', '--no-emoji'], root)
    expect(told).toContain('No problems found')
  })
})
