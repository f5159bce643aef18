/** Hit ratios as tables in Markdown: those of LRU and of the optimum as they are, all others as points above or below LRU. */
import { baseline, optimum, policies } from './policies.js'

/** What one policy reached on one workload with one size. */
export interface EvictionRow {
  readonly workload: string
  readonly kind: 'recorded' | 'generated'
  /** The capacity. */
  readonly entries: number
  /** The capacity in percent of the workload's distinct keys, where it was chosen so. */
  readonly percent?: number
  readonly policy: string
  readonly hits: number
  readonly hitPercent: number
}

/** One line of a table: what all policies reached on one workload with one size. */
interface Cell {
  readonly label: string
  readonly workload: string
  readonly isShare: boolean
  readonly hitPercents: ReadonlyMap<string, number>
}

export function markdownTables(rows: readonly EvictionRow[]): string {
  const recorded = cellsOf(rows.filter((row) => row.kind === 'recorded'))
  const generated = cellsOf(rows.filter((row) => row.kind === 'generated'))
  return [...(recorded.length === 0 ? [] : [recordedTable(recorded)]), generatedTable(generated)].join('\n\n')
}

function cellsOf(rows: readonly EvictionRow[]): Cell[] {
  return [...grouped(rows, ({ workload, entries }) => `${workload}\n${entries}`).values()].map((group) => {
    const [{ workload, entries, percent }] = group as [EvictionRow]
    const size = `${entries.toLocaleString('en')}${percent === undefined ? '' : ` (${percent}%)`}`
    return {
      label: `${workload} | ${size}`,
      workload,
      isShare: percent !== undefined,
      hitPercents: new Map(group.map((row) => [row.policy, row.hitPercent])),
    }
  })
}

function recordedTable(cells: readonly Cell[]): string {
  const shares = cells.filter(({ isShare }) => isShare)
  const summaries = [...grouped(shares, ({ workload }) => workload)].map(([workload, own]) =>
    summaryLine(`**mean of ${workload}** | percentages`, own, mean),
  )
  return [
    ...head(),
    ...cells.map(cellLine),
    ...summaries,
    summaryLine('**mean of all** | percentages', shares, mean),
    ...(shares.length < cells.length ? [summaryLine('**mean of all** | all sizes', cells, mean)] : []),
    summaryLine('**least** | all sizes', cells, least),
  ].join('\n')
}

function generatedTable(cells: readonly Cell[]): string {
  return [...head(), ...cells.map(cellLine), summaryLine('**least** | all sizes', cells, least)].join('\n')
}

function head(): string[] {
  const columns = [
    'workload',
    'entries',
    `${baseline.name}, %`,
    ...policies.map(({ name }) => name),
    `${optimum.name}, %`,
  ]
  return [`| ${columns.join(' | ')} |`, `|---|${'--:|'.repeat(columns.length - 1)}`]
}

function cellLine(cell: Cell): string {
  const points = policies.map(({ name }) => signed(pointsOf(cell, name)))
  return `| ${[cell.label, percentOf(cell, baseline.name).toFixed(2), ...points, percentOf(cell, optimum.name).toFixed(2)].join(' | ')} |`
}

function summaryLine(label: string, cells: readonly Cell[], summary: (values: number[]) => number): string {
  const points = policies.map(({ name }) => `**${signed(summary(cells.map((cell) => pointsOf(cell, name))))}**`)
  return `| ${[label, '', ...points, ''].join(' | ')} |`
}

function percentOf(cell: Cell, policy: string): number {
  const percent = cell.hitPercents.get(policy)
  if (percent === undefined) throw new Error(`There is no hit ratio of ${policy} for ${cell.label}`)
  return percent
}

/** Against LRU. */
function pointsOf(cell: Cell, policy: string): number {
  return percentOf(cell, policy) - percentOf(cell, baseline.name)
}

function signed(points: number): string {
  const text = points.toFixed(2)
  if (text === '-0.00') return '0.00'
  return points >= 0.005 ? `+${text}` : text
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group === undefined) groups.set(keyOf(item), [item])
    else group.push(item)
  }
  return groups
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function least(values: readonly number[]): number {
  return Math.min(...values)
}
