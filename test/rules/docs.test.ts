import { execFile, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { transformWithEsbuild } from 'vite'
import { describe, expect, test } from 'vitest'
import { filesMatching, root } from '../support/repository.js'
import { blockViolations, brokenLinks, codeBlocks, type Program, pages, programs } from './docs.js'

const files = filesMatching(pages)
const blocks = codeBlocks(files)
const all = programs(blocks)
const run = promisify(execFile)

/** The type errors of these programs, as the compiler prints them. */
function typeErrors(name: string, modules: readonly Program[]): string {
  const folder = `${root}node_modules/.cache/${name}`
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const module of modules) writeFileSync(`${folder}/${module.name}`, module.text)
  const config = {
    extends: '../../../tsconfig.test.json',
    compilerOptions: { allowJs: true, checkJs: true },
    files: modules.map((module) => module.name),
    include: [],
  }
  writeFileSync(`${folder}/tsconfig.json`, JSON.stringify(config))
  const checked = spawnSync(
    process.execPath,
    [`${root}node_modules/typescript-native/bin/tsc`, '-p', folder, '--pretty', 'false'],
    {
      encoding: 'utf8',
    },
  )
  return checked.stdout + checked.stderr
}

/** Runs a program beside the packages as they are built, as a user's own program would. */
async function execute(module: Program): Promise<void> {
  const folder = `${root}node_modules/.cache/docs-run`
  mkdirSync(folder, { recursive: true })
  const file = `${folder}/${module.name.replace(/\.mts$/, '.mjs')}`
  const { code } = await transformWithEsbuild(module.text, module.name.replace(/\.mts$/, '.ts'), { target: 'node20' })
  writeFileSync(file, code)
  await run(process.execPath, [file], { cwd: folder, timeout: 20_000 })
}

const page = (text: string) => codeBlocks(new Map([['docs/page.md', text]]))

describe('the pages', () => {
  test('there are blocks to check', () => {
    expect(files.size).toBeGreaterThan(0)
  })

  test('every block says what it is, and JSON parses', () => {
    expect(blockViolations(blocks)).toEqual([])
  })

  test('every TypeScript and JavaScript block compiles', { timeout: 60_000 }, () => {
    expect(typeErrors('docs', all)).toBe('')
  })

  test('every link to a file of the repository leads to one', () => {
    expect(brokenLinks(files, (path) => existsSync(root + path))).toEqual([])
  })

  for (const program of all.filter((candidate) => candidate.run)) {
    test(`the block at ${program.block.page}:${program.block.line} runs`, { timeout: 30_000 }, async () => {
      await execute(program)
    })
  }
})

describe('what is wrong with a page is noticed', () => {
  test('a block without a language, with an unknown flag, or unclosed', () => {
    expect(blockViolations(page('```\na\n```'))).toHaveLength(1)
    expect(blockViolations(page('```ts skip\na\n```'))).toHaveLength(1)
    expect(blockViolations(page('```json run\n1\n```'))).toHaveLength(1)
    expect(blockViolations(page('```ts\na'))).toHaveLength(1)
  })

  test('JSON that does not parse', () => {
    expect(blockViolations(page('```json\n{ a: 1 }\n```'))).toHaveLength(1)
    expect(blockViolations(page('```json\n{ "a": 1 }\n```'))).toEqual([])
  })

  test('a type error, with the line of the page', { timeout: 60_000 }, () => {
    const text = '# Title\n\n```ts\nexport const a = 1\n```\n\n```ts continued\nconst b: string = a\n```\n'
    const errors = typeErrors('docs-bad-sample', programs(page(text)))
    expect(errors).toContain('docs-page-7.mts(8,7): error TS2322')
    expect(errors.trim().split('\n')).toHaveLength(1)
  })

  test('a program that fails', async () => {
    const [program] = programs(page('```ts run\nconst reason: string = "sample"\nthrow new Error(reason)\n```'))
    await expect(execute(program as Program)).rejects.toThrow('Error: sample')
  })

  test('a link to nothing', () => {
    const text = new Map([['docs/page.md', '[a](./other.md#part) [b](../README.md) [c](https://example.com) `[d](x)`']])
    expect(brokenLinks(text, (path) => path === 'README.md')).toEqual([
      'docs/page.md:1 links to ./other.md#part, which does not exist',
    ])
  })
})
