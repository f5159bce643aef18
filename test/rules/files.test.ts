import { expect, test } from 'vitest'
import { filesMatching, sources } from '../support/repository.js'
import { forbiddenTexts, longFilesWithoutReason } from './files.js'

const violations = (path: string, text: string): string[] => forbiddenTexts(new Map([[path, text]]))

test('no file contains what does not belong in the project', () => {
  const files = filesMatching(/\.(ts|mjs|cjs|js|json|md|ya?ml|toml|sh)$|\/run$/)
  expect([...files.keys()]).toContain('pnpm-lock.yaml')
  expect(forbiddenTexts(files)).toEqual([])
})

test('a source of more than 300 lines says why it is one concept', () => {
  expect(longFilesWithoutReason(sources())).toEqual([])
})

test.each([
  ['docs/a.md', `see ${'/'}home/ann/pycached`],
  ['README.md', `cd ${'/'}root/pycached`],
  ['pnpm-lock.yaml', `tarball: https${':'}//registry.example/a.tgz`],
  ['packages/core/src/a.ts', `// TO${'DO'} later`],
  ['packages/core/test/a.test.ts', `// @ts-${'ignore'}`],
  ['packages/core/src/a.ts', `x as a${'ny'}`],
  ['packages/core/test/a.test.ts', `test.${'skip'}('title')`],
])('in %s, this is noticed: %s', (path, text) => {
  expect(violations(path, text)).toHaveLength(1)
})

test.each([
  ['docs/a.md', 'https://example.com/home/page and ./home/ann/main'],
  ['packages/core/test/a.test.ts', '// @ts-expect-error: a number is no key'],
])('in %s, this is allowed: %s', (path, text) => {
  expect(violations(path, text)).toEqual([])
})

test('a long source without a reason is noticed, and one with a reason is not', () => {
  const body = 'const a = 1\n'.repeat(300)
  const long = (header: string) => longFilesWithoutReason(new Map([['packages/core/src/a.ts', header + body]]))
  expect(long('/** A file. */\n')).toHaveLength(1)
  expect(long('import b from "b"\n/** one concept */\n')).toHaveLength(1)
  expect(long('/** A table is one\n * concept, however long. */\n')).toEqual([])
  expect(longFilesWithoutReason(new Map([['packages/core/src/a.ts', body]]))).toEqual([])
})
