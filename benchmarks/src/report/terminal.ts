/** The tables on the terminal. */

import { chosen, digits, ratioText, withUnit } from './format.js'
import { compared, type FigureReport, type Row, type WorkloadReport } from './report.js'

export function terminalTables(reports: readonly WorkloadReport[]): string {
  return reports
    .flatMap((report) => [
      ...report.figures.filter(({ rows }) => rows.length > 0).map((figure) => figureTable(report, figure)),
      ...report.failed.map(({ contender, reason }) => `${report.id}: ${contender} FAILED: ${reason}\n`),
    ])
    .join('\n')
}

export function targetText({ target, reference, unit }: FigureReport): string {
  if (target === undefined) return '–'
  return reference === undefined ? `≤ ${withUnit(target, unit, chosen)}` : `≤ ${chosen(target)}`
}

export const verdict = ({ met }: FigureReport): string => (met === undefined ? '–' : met ? 'met' : 'NOT MET')

function figureTable(report: WorkloadReport, figure: FigureReport): string {
  const { reference, target, rows } = figure
  const title = `${report.id} ${report.title}: ${figure.title}${target === undefined ? '' : `, target ${targetText(figure)}: ${verdict(figure)}`}`
  const head =
    reference === undefined ? ['', 'median', 'min', 'max'] : ['', `to ${reference}`, 'min', 'max', 'cpu', 'median']
  const cells = rows.map((row) => {
    const { median, min, max } = compared(row)
    if (reference === undefined)
      return [nameOf(row), ...[median, min, max].map((value) => withUnit(value, figure.unit))]
    const cpu = row.cpuRatio === undefined ? '–' : digits(row.cpuRatio.median)
    const ratio = row.ratio === undefined ? ['–', '–', '–'] : [median, min, max].map(digits)
    return [nameOf(row), ...ratio, cpu, withUnit(row.value.median, figure.unit)]
  })
  return `${title}\n${aligned([head, ...cells])}\n`
}

const nameOf = ({ contender, kind }: Row): string =>
  kind === 'ours' ? `> ${contender}` : kind === 'limit' ? `  [${contender}]` : `  ${contender}`

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  '),
    )
    .join('\n')
}

/** One line per target: what `pnpm bench` ends with. */
export function targetLines(reports: readonly WorkloadReport[]): string {
  const rows = reports.flatMap((report) =>
    report.figures
      .filter(({ target, rows: all }) => target !== undefined && all.length > 0)
      .map((figure) => {
        const ours = figure.rows.find(({ kind }) => kind === 'ours')
        const got =
          ours === undefined
            ? '–'
            : ours.ratio === undefined
              ? withUnit(ours.value.median, figure.unit)
              : ratioText(ours.ratio)
        return [`${report.id} ${report.title}, ${figure.title}`, got, targetText(figure), verdict(figure)]
      }),
  )
  return rows.length === 0 ? '' : aligned([['', 'ours', 'target', ''], ...rows])
}
