import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { knownClassPaths, resolveClassPath } from '../../packages/core/src/registry.js'
import { manifestOf, packageNames, read, root } from '../support/repository.js'
import { firstPartyClassPaths, manifestViolations } from './manifests.js'

const version = (JSON.parse(read('lerna.json')) as { version: string }).version

test.each(packageNames)('the manifest of %s has what every package has', (name) => {
  expect(manifestViolations(name, manifestOf(name), version)).toEqual([])
})

test.each(packageNames)('%s has a README, and the repository a LICENSE that is packed with it', (name) => {
  expect(existsSync(`${root}packages/${name}/README.md`)).toBe(true)
  expect(existsSync(`${root}LICENSE`)).toBe(true)
})

describe('class paths of our own', () => {
  const table = firstPartyClassPaths(read('packages/core/src/registry.ts'))

  test('core knows nine', () => {
    expect(table.map(([classPath]) => classPath)).toEqual(knownClassPaths().slice(0, 9))
  })

  test.each(table)('%s is registered by importing %s', async (classPath, packageName) => {
    const exports = (await import(packageName)) as Record<string, unknown>
    const className = classPath.split('.').at(-1) ?? ''
    expect(exports[className]).toBeTypeOf('function')
    expect(resolveClassPath(classPath, 'cache')).toBe(exports[className])
  })

  test('no package registers a path that core does not know', async () => {
    for (const name of packageNames) await import(`@pycached/${name}`)
    expect(
      knownClassPaths()
        .filter((path) => path.startsWith('pycached.'))
        .sort(),
    ).toEqual(table.map(([classPath]) => classPath).sort())
  })
})

test('what is wrong with a manifest is noticed', () => {
  const good = manifestOf('memory')
  expect(manifestViolations('memory', { ...good, version: '9.9.9' }, version)).toHaveLength(1)
  expect(manifestViolations('memory', { ...good, exports: './dist/index.js' }, version)).toHaveLength(1)
  expect(manifestViolations('memory', { ...good, files: ['dist'] }, version)).toHaveLength(1)
  expect(manifestViolations('memory', { ...good, sideEffects: undefined }, version)).toHaveLength(1)
  expect(manifestViolations('memory', { ...good, peerDependencies: { '@pycached/core': '*' } }, version)).toHaveLength(
    1,
  )
  expect(
    manifestViolations('memory', { ...good, dependencies: { '@pycached/serializer-null': '^1' } }, version),
  ).toHaveLength(1)
  expect(manifestViolations('core', { ...manifestOf('core'), dependencies: { tslib: '^2' } }, version)).toHaveLength(1)
})
