/**
 * The code blocks of the Markdown pages. Every one is checked; how is said by its first line:
 *
 * - ` ```ts ` is a module of its own, and its types are sound.
 * - ` ```ts continued ` goes on where the page's block before it ended, and sees its names.
 * - ` ```ts run ` (also `run continued`) is executed too, on the built packages, and must end without an error.
 * - ` ```js ` is JavaScript in the same three forms.
 * - ` ```json ` parses.
 *
 * Whatever is not code to copy (signatures, output) is ` ```text `; commands are ` ```sh `.
 */

import type { Files } from '../support/repository.js'

export interface CodeBlock {
  readonly page: string
  /** Of the opening fence, counted from 1. */
  readonly line: number
  readonly language: string
  readonly flags: readonly string[]
  readonly code: string
}

const LANGUAGES = ['ts', 'js', 'json', 'text', 'sh', 'python']
const FLAGS = ['run', 'continued']

export const pages =
  /^(README|ARCHITECTURE|CONTRIBUTING|CHANGELOG)\.md$|^docs\/.*\.md$|^packages\/[^/]+\/README\.md$|^(examples|benchmarks)\/.*README\.md$/

export function codeBlocks(files: Files): CodeBlock[] {
  return [...files].flatMap(([page, text]) => {
    const blocks: CodeBlock[] = []
    let open: { line: number; fence: string; info: string; code: string[] } | undefined
    for (const [index, line] of text.split('\n').entries()) {
      const fence = /^\s*(`{3,}|~{3,})(.*)$/.exec(line)
      if (open === undefined) {
        if (fence !== null) open = { line: index + 1, fence: String(fence[1]), info: String(fence[2]).trim(), code: [] }
      } else if (fence !== null && String(fence[1]).startsWith(open.fence) && String(fence[2]).trim() === '') {
        const [language = '', ...flags] = open.info.split(/\s+/)
        blocks.push({ page, line: open.line, language, flags, code: open.code.join('\n') })
        open = undefined
      } else {
        open.code.push(line)
      }
    }
    if (open !== undefined) blocks.push({ page, line: open.line, language: 'unclosed', flags: [], code: '' })
    return blocks
  })
}

/** Blocks that say of themselves what nobody understands, or are JSON that does not parse. */
export function blockViolations(blocks: readonly CodeBlock[]): string[] {
  return blocks.flatMap(({ page, line, language, flags, code }) => {
    const problems: string[] = []
    if (!LANGUAGES.includes(language))
      problems.push(`has the language '${language}', expected one of ${LANGUAGES.join(', ')}`)
    const unknown = flags.filter((flag) => !FLAGS.includes(flag) || !['ts', 'js'].includes(language))
    if (unknown.length > 0) problems.push(`has the unknown flag ${unknown.join(' ')}`)
    if (language === 'json') {
      try {
        JSON.parse(code)
      } catch (error) {
        problems.push(`is not JSON: ${(error as Error).message}`)
      }
    }
    return problems.map((problem) => `${page}:${line} ${problem}`)
  })
}

export interface Program {
  readonly block: CodeBlock
  /** A file name that is unique among all pages. */
  readonly name: string
  /** The block, after those that it continues; line N of the page is line N of this text where the block stands alone or goes on. */
  readonly text: string
  readonly run: boolean
}

/** The TypeScript and JavaScript blocks as modules. */
export function programs(blocks: readonly CodeBlock[]): Program[] {
  const last = new Map<string, Program>()
  return blocks
    .filter(({ language }) => language === 'ts' || language === 'js')
    .map((block) => {
      const before = block.flags.includes('continued') ? (last.get(block.page)?.text ?? '') : ''
      // Blank lines, so that errors are reported with the line numbers of the page.
      const gap = '\n'.repeat(Math.max(0, block.line - before.split('\n').length + 1))
      const program = {
        block,
        name: `${block.page.replace(/\.md$/, '').replace(/\W+/g, '-')}-${block.line}.${block.language === 'ts' ? 'mts' : 'mjs'}`,
        text: `${before}${gap}${block.code}\n`,
        run: block.flags.includes('run'),
      }
      last.set(block.page, program)
      return program
    })
}

/** Links and images that lead to a file of the repository which is not there. */
export function brokenLinks(files: Files, exists: (path: string) => boolean): string[] {
  return [...files].flatMap(([page, text]) => {
    const prose = text.replace(/^\s*(`{3,})[^\n]*\n[\s\S]*?^\s*\1/gm, (block) => block.replace(/[^\n]/g, ''))
    return prose.split('\n').flatMap((line, index) =>
      [...line.replace(/`[^`]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g)]
        .map((match) => String(match[1]))
        .filter((target) => !/^([a-z]+:|#)/i.test(target))
        .filter((target) => !exists(new URL(target.replace(/#.*$/, ''), `file:///${page}`).pathname.slice(1)))
        .map((target) => `${page}:${index + 1} links to ${target}, which does not exist`),
    )
  })
}
