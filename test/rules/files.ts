/** What no file of this repository may contain, and what a long one must. */

import type { Files } from '../support/repository.js'

interface Forbidden {
  readonly what: string
  readonly pattern: RegExp
  /** The files that it concerns; all where absent. */
  readonly where?: RegExp
}

const source = /^packages\/[^/]+\/src\/.*\.ts$/
const tests = /\.(test|test-d)\.ts$/

// Written in pieces, so that this file does not find itself.
const FORBIDDEN: readonly Forbidden[] = [
  {
    what: 'a path of somebody’s machine',
    pattern: new RegExp(`(?<![\\w.$}])/(${['root', 'home/\\w+', 'Users/\\w+'].join('|')})/`),
  },
  {
    what: 'the address of a package registry',
    pattern: new RegExp(`https?://(${['registry', 'deb', 'npm'].join('|')})\\.`),
  },
  {
    what: 'unfinished work',
    pattern: new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'HA' + 'CK'].join('|')})\\b`),
    where: /\.(ts|mjs|md)$/,
  },
  {
    what: 'a silenced check',
    pattern: new RegExp(`@ts-(ignore|nocheck)|(eslint|oxlint|biome)-(dis` + `able|ignore)`),
    where: /\.(ts|mjs)$/,
  },
  { what: 'a type assertion to any', pattern: new RegExp(`\\bas a` + `ny\\b`), where: source },
  {
    what: 'a focused or skipped test',
    pattern: new RegExp(`\\b(it|test|describe)\\.(sk` + `ip|on` + `ly|to` + `do|fa` + `ils|skipIf|runIf)\\b`),
    where: tests,
  },
]

/** Every forbidden text with its line. */
export function forbiddenTexts(files: Files): string[] {
  return [...files].flatMap(([path, text]) =>
    FORBIDDEN.filter(({ where }) => where === undefined || where.test(path)).flatMap(({ what, pattern }) =>
      text
        .split('\n')
        .flatMap((line, index) =>
          pattern.test(line) ? [`${path}:${index + 1} has ${what}: ${line.trim().slice(0, 100)}`] : [],
        ),
    ),
  )
}

/** Sources of more than 300 lines whose first comment does not say why they are still "one concept". */
export function longFilesWithoutReason(files: Files): string[] {
  return [...files].flatMap(([path, text]) => {
    const lines = text.trimEnd().split('\n').length
    const header = /^\s*(\/\*[\s\S]*?\*\/|(\/\/.*\n)+)/.exec(text)?.[0] ?? ''
    return lines <= 300 || /\bone\s+(\*\s+)?concept\b/.test(header)
      ? []
      : [`${path} has ${lines} lines, and its header does not say why it is still one concept`]
  })
}
