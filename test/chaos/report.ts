/** Outcomes as tables: for the console and for docs/reliability.md, with all of them as JSON beside it. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Figure, limitText, type Outcome, problems, violation } from './run.js'

const page = fileURLToPath(new URL('../../docs/reliability.md', import.meta.url))
const data = fileURLToPath(new URL('../../docs/reliability/results.json', import.meta.url))
const [begin, end] = ['<!-- begin of what `pnpm chaos` writes -->', '<!-- end of what `pnpm chaos` writes -->']

/** The figures of one outcome as a Markdown table. */
export function table({ figures }: Pick<Outcome, 'figures'>): string {
  const cells = figures.map((figure) => [
    figure.name,
    valueText(figure),
    limitText(figure.limit ?? {}),
    verdict(figure),
  ])
  return [['figure', 'value', 'limit', ''], ['---', '--:', '--:', '---'], ...cells]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n')
}

function valueText({ value, unit }: Figure): string {
  const text = typeof value === 'number' ? value.toLocaleString('en-US', { maximumFractionDigits: 2 }) : value
  return unit === undefined ? text : `${text} ${unit}`
}

function verdict(figure: Figure): string {
  if (figure.limit === undefined) return ''
  return violation(figure) === undefined ? 'kept' : '**not kept**'
}

/** The outcomes of old runs and new ones, each run once, without runs that are no more. */
export function merged(old: readonly Outcome[], fresh: readonly Outcome[], names: readonly string[]): Outcome[] {
  const byName = new Map([...old, ...fresh].map((outcome) => [outcome.name, outcome]))
  return names.flatMap((name) => byName.get(name) ?? [])
}

/** The part of the page between its markers. */
export function sections(outcomes: readonly Outcome[]): string {
  return outcomes
    .map((outcome) => {
      const failed = problems(outcome).length > 0 ? ' It failed.' : ''
      const failure = outcome.failure === undefined ? [] : [`**${outcome.failure}**`]
      return [
        `### ${outcome.title}`,
        `\`npx -y pnpm@10.34.9 chaos --only ${outcome.name}\` took ${Math.round(outcome.tookSeconds)} s. Must show: ${outcome.mustShow}.${failed}`,
        ...failure,
        table(outcome),
      ].join('\n\n')
    })
    .join('\n\n')
}

/** `text` with `content` between its markers. */
export function between(text: string, content: string): string {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from === -1 || to < from) throw new Error(`docs/reliability.md has lost the lines ${begin} and ${end}`)
  return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`
}

/** Figures to two decimals, and of a failure its first line: the others are the paths of a machine. */
export function publishable(outcome: Outcome): Outcome {
  const figures = outcome.figures.map((figure) =>
    typeof figure.value === 'number' ? { ...figure, value: Math.round(figure.value * 100) / 100 } : figure,
  )
  const failure = outcome.failure?.split('\n')[0]
  return { ...outcome, figures, ...(failure !== undefined && { failure }) }
}

/** Writes the outcomes into the page and the data beside it; those of other runs stay. */
export function publish(fresh: readonly Outcome[], names: readonly string[]): void {
  const old = existsSync(data) ? (JSON.parse(readFileSync(data, 'utf8')) as Outcome[]) : []
  const outcomes = merged(old, fresh.map(publishable), names)
  writeFileSync(data, `${JSON.stringify(outcomes, null, 2)}\n`)
  writeFileSync(page, between(readFileSync(page, 'utf8'), sections(outcomes)))
}
