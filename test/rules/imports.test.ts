import { describe, expect, test } from 'vitest'
import { packageNames, sources } from '../support/repository.js'
import { importCycles, importsOf, importViolations } from './imports.js'

const violations = (path: string, text: string, ...others: string[]): string[] =>
  importViolations(new Map([[path, text], ...others.map((other): [string, string] => [other, ''])]))

test('the sources import only what the dependency rule allows', () => {
  expect(sources().size).toBeGreaterThanOrEqual(packageNames.length)
  expect(importViolations(sources())).toEqual([])
})

test('no source file imports itself in a circle', () => {
  expect(importCycles(sources())).toEqual([])
})

describe('the dependency rule notices', () => {
  test('a package of ours in core', () => {
    expect(violations('packages/core/src/a.ts', `export { A } from '@pycached/memory'`)).toHaveLength(1)
    expect(violations('packages/core/src/a.ts', `const m = await import('@pycached/memory')`)).toHaveLength(1)
    expect(violations('packages/core/src/a.ts', `let a: import('@pycached/memory').A`)).toHaveLength(1)
  })

  test('a third party or Node itself in core', () => {
    expect(violations('packages/core/src/a.ts', `import x from 'lru-cache'`)).toHaveLength(1)
    expect(violations('packages/core/src/a.ts', `import type x from 'node:fs'`)).toHaveLength(1)
    expect(violations('packages/core/src/a.ts', `import x from 'fs'`)).toHaveLength(1)
  })

  test('a sibling', () => {
    expect(violations('packages/redis/src/a.ts', `import { A } from '@pycached/memory'`)).toHaveLength(1)
    expect(violations('packages/testing/src/a.ts', `import type { A } from '@pycached/memory'`)).toHaveLength(1)
    expect(
      violations('packages/redis/src/a.ts', `import { A } from '../../core/src/a.js'`, 'packages/core/src/a.ts'),
    ).toHaveLength(1)
  })

  test('a package that is not in its table', () => {
    expect(violations('packages/new/src/a.ts', '')).toHaveLength(1)
  })

  test('a relative import without its ending, or of nothing', () => {
    expect(violations('packages/core/src/a.ts', `import { b } from './b'`, 'packages/core/src/b.ts')).toHaveLength(1)
    expect(violations('packages/core/src/a.ts', `import { b } from './b.js'`)).toHaveLength(1)
  })

  test('types that are imported as values', () => {
    expect(
      violations('packages/core/src/a.ts', `import { type B, type C } from './b.js'`, 'packages/core/src/b.ts'),
    ).toHaveLength(1)
    expect(
      violations('packages/core/src/a.ts', `export { type B } from './b.js'`, 'packages/core/src/b.ts'),
    ).toHaveLength(1)
  })

  test('nothing wrong in what is allowed', () => {
    const text = `
      import { Redis } from 'ioredis'
      import { type A, b } from '@pycached/core'
      import type { C } from './connect.js'
      import './other.js'
    `
    expect(
      violations('packages/redis/src/a.ts', text, 'packages/redis/src/connect.ts', 'packages/redis/src/other.ts'),
    ).toEqual([])
  })
})

test('a circle is noticed across files and through types', () => {
  const files = new Map([
    ['packages/core/src/a.ts', `import { b } from './b.js'`],
    ['packages/core/src/b.ts', `import type { c } from './deep/c.js'`],
    ['packages/core/src/deep/c.ts', `import { a } from '../a.js'`],
    ['packages/core/src/d.ts', `import { a } from './a.js'`],
  ])
  expect(importCycles(files)).toEqual([
    'packages/core/src/a.ts → packages/core/src/b.ts → packages/core/src/deep/c.ts → packages/core/src/a.ts',
  ])
})

test('import type is told from a value import', () => {
  expect(importsOf(`import type { A } from './a.js'\nimport { a, type B } from './b.js'`)).toEqual([
    { specifier: './a.js', typeOnly: true, inlineTypesOnly: false },
    { specifier: './b.js', typeOnly: false, inlineTypesOnly: false },
  ])
})
