/** The generated parts of docs/benchmarks.md. Between the markers of a part everything is replaced; what stands outside is written by hand. */

import { digits, ratioText, withUnit } from './format.js'
import type { ResultsFile } from './json.js'
import { type FigureReport, type Row, type WorkloadReport } from './report.js'
import { targetText } from './terminal.js'

export function withGenerated(page: string, parts: Readonly<Record<string, string>>): string {
  let text = page
  for (const [name, content] of Object.entries(parts)) {
    const start = `<!-- generated: ${name} -->`
    const end = `<!-- end: ${name} -->`
    const from = text.indexOf(start)
    const to = text.indexOf(end)
    if (from < 0 || to < from)
      throw new Error(
        `docs/benchmarks.md needs the lines ${start} and ${end}, in this order: what a run writes goes between them`,
      )
    text = `${text.slice(0, from + start.length)}\n\n${content.trim()}\n\n${text.slice(to)}`
  }
  return text
}

export const parts = (results: ResultsFile): Record<string, string> => ({
  machine: machine(results),
  targets: targets(results.workloads),
  results: results.workloads.map(section).join('\n\n'),
  contenders: contenders(results),
  eviction: results.eviction?.markdown ?? 'Not measured.',
})

export const chartFile = (report: WorkloadReport, figure: FigureReport): string =>
  `${report.id}-${figure.name}.svg`.toLowerCase()

/** One bar alone says nothing. */
export const hasChart = ({ rows }: FigureReport): boolean => rows.length > 1

const machine = ({ machine: { cores, node, v8, redis } }: ResultsFile): string =>
  `Node ${node} (V8 ${v8}), Redis ${redis}, ${cores} cores, Redis on the same machine over the loopback.`

function targets(reports: readonly WorkloadReport[]): string {
  const lines = reports.flatMap((report) =>
    report.figures
      .filter(({ target, rows }) => target !== undefined && rows.length > 0)
      .map((figure) => {
        const ours = figure.rows.find(({ kind }) => kind === 'ours')
        const peer = figure.rows.find(({ kind }) => kind === 'peer')
        const show = (row: Row | undefined) =>
          row === undefined
            ? '–'
            : row.ratio === undefined
              ? withUnit(row.value.median, figure.unit)
              : digits(row.ratio.median)
        return [
          `[${report.id}](#${anchor(report)})`,
          `${report.title}, ${figure.title}`,
          figure.reference ?? '–',
          show(ours),
          targetText(figure),
          figure.met === undefined ? '–' : figure.met ? 'met' : '**not met**',
          peer === undefined ? '–' : `${peer.contender} ${show(peer)}`,
        ]
      }),
  )
  return table(['', 'workload', 'reference = 1', 'ours', 'target', '', 'best peer'], lines)
}

function section(report: WorkloadReport): string {
  const figures = report.figures.filter(({ rows }) => rows.length > 0)
  const failed = report.failed.map(({ contender, reason }) => `${contender} failed: ${reason}`)
  return [
    `### ${heading(report)}`,
    report.what,
    ...figures.map((figure) => figureTable(report, figure)),
    ...failed,
  ].join('\n\n')
}

function figureTable(report: WorkloadReport, figure: FigureReport): string {
  const { reference, rows, title, unit } = figure
  const goal = figure.target === undefined ? '' : `; target ${targetText(figure)}`
  const image = hasChart(figure) ? `![${report.id} ${title}](benchmarks/${chartFile(report, figure)})\n\n` : ''
  if (reference === undefined) {
    const lines = rows.map((row) => [
      nameOf(row.contender, row.kind),
      withUnit(row.value.median, unit),
      withUnit(row.value.min, unit),
      withUnit(row.value.max, unit),
    ])
    return `${image}${table([`${title}${goal}`, 'median', 'min', 'max'], lines)}`
  }
  const withCpu = rows.some(({ cpuRatio }) => cpuRatio !== undefined)
  const lines = rows.map((row) => [
    nameOf(row.contender, row.kind),
    row.ratio === undefined ? '–' : ratioText(row.ratio),
    ...(withCpu ? [row.cpuRatio === undefined ? '–' : ratioText(row.cpuRatio)] : []),
    withUnit(row.value.median, unit),
  ])
  return `${image}${table([`${title}${goal}`, `to ${reference} (min–max)`, ...(withCpu ? ['processor time (min–max)'] : []), 'median'], lines)}`
}

const contenders = (results: ResultsFile): string =>
  table(
    ['contender', 'packages', 'how it is used'],
    results.contenders.map(({ name: contender, kind, versions, usage }) => [
      nameOf(contender, kind),
      Object.entries(versions)
        .map(([packageName, version]) => `${packageName} ${version}`)
        .join(', '),
      usage ?? '',
    ]),
  )

const heading = ({ id, title }: WorkloadReport): string => `${id} ${title}`

/** As GitHub makes it of a heading. */
const anchor = (report: WorkloadReport): string =>
  heading(report)
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-')

const nameOf = (contender: string, kind: Row['kind']): string =>
  kind === 'ours' ? `**${contender}**` : kind === 'limit' ? `*${contender}*` : contender

const table = (head: readonly string[], lines: readonly (readonly string[])[]): string =>
  [head, head.map((_, column) => (column === 0 ? '---' : '---')), ...lines]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
