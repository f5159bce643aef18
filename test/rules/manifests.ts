/** What every package.json has in common, and what ties the packages to each other. */

import type { Manifest } from '../support/repository.js'

const types = (file: string, code: string) => ({ types: `./dist/${file}`, default: `./dist/${code}` })
const esm = types('index.d.ts', 'index.js')

/** One copy and one identity for `import` and `require`: `module-sync` first among the conditions that an installed package answers. */
const EXPORTS = {
  '.': {
    '@pycached/source': './src/index.ts',
    'module-sync': esm,
    import: esm,
    require: types('index.d.cts', 'index.cjs'),
  },
  './package.json': './package.json',
}

/** What is wrong with the manifest of a package, one line each. `version` is the workspace's. */
export function manifestViolations(folder: string, manifest: Manifest, version: string): string[] {
  const expected: [string, unknown][] = [
    ['name', `@pycached/${folder}`],
    ['version', version],
    ['license', 'MIT'],
    ['type', 'module'],
    ['files', ['dist', 'README.md', 'LICENSE']],
    ['exports', EXPORTS],
    ['main', './dist/index.cjs'],
    ['types', './dist/index.d.cts'],
    ['engines', { node: '>=20.19.0' }],
    ['publishConfig', { access: 'public' }],
    ['peerDependencies', folder === 'core' ? undefined : { '@pycached/core': 'workspace:^' }],
    ['private', undefined],
  ]
  const problems = expected.flatMap(([field, value]) =>
    JSON.stringify(manifest[field]) === JSON.stringify(value) ? [] : [`${field} should be ${JSON.stringify(value)}`],
  )
  if (typeof manifest['description'] !== 'string') problems.push('description is missing')
  if (manifest['sideEffects'] === undefined)
    problems.push('sideEffects is missing: bundlers must know what an import registers')
  const dependencies = Object.entries((manifest['dependencies'] ?? {}) as Record<string, string>)
  if (folder === 'core' && dependencies.length > 0) problems.push('core has no dependencies')
  for (const [name, range] of dependencies) {
    if (name.startsWith('@pycached/') && range !== 'workspace:^')
      problems.push(`${name} should have the range workspace:^`)
  }
  return problems.map((problem) => `packages/${folder}/package.json: ${problem}`)
}

/** The first-party class paths that core loads by itself, with their packages, read from the table in its source. */
export function firstPartyClassPaths(registrySource: string): [classPath: string, packageName: string][] {
  return [...registrySource.matchAll(/\['(pycached\.[\w.]+)', '(@pycached\/[\w-]+)'\]/g)].map((match) => [
    String(match[1]),
    String(match[2]),
  ])
}
