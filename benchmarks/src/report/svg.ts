/** A chart of one figure: a bar for each contender, readable on light and on dark ground, with its content as text. */

import { chosen, digits, withUnit } from './format.js'
import { compared, type FigureReport, type Row, type WorkloadReport } from './report.js'

const WIDTH = 760
const LABELS = 190
const VALUES = 90
const ROW = 22
const TOP = 66
const BOTTOM = 30
/** Beyond this ratio of the largest to the smallest, short bars could not be told apart. */
const LINEAR_UP_TO = 12

const STYLE = `
    text { font: 12px system-ui, sans-serif; fill: #1f2328 }
    .title { font-size: 15px; font-weight: 600 }
    .note, .tick { fill: #59636e }
    .ours { fill: #12805c } .peer { fill: #8fa6bd } .limit { fill: #ccd3da }
    .range { stroke: #1f2328; stroke-opacity: .55 }
    .grid { stroke: #d1d9e0 } .target { stroke: #cf222e; stroke-dasharray: 4 3 } text.target { fill: #cf222e; stroke: none }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 } .note, .tick { fill: #9198a1 }
      .ours { fill: #3fb98a } .peer { fill: #56708a } .limit { fill: #3d4650 }
      .range { stroke: #e6edf3 } .grid { stroke: #3d444d } .target { stroke: #ff7b72 } text.target { fill: #ff7b72 }
    }`

export function chart(report: WorkloadReport, figure: FigureReport): string {
  const { rows, reference, target } = figure
  const show = (value: number) => (reference === undefined ? withUnit(value, figure.unit) : digits(value))
  const mark = (value: number) => (reference === undefined ? withUnit(value, figure.unit, chosen) : chosen(value))
  const scale = scaleOf(rows, target)
  const height = TOP + rows.length * ROW + BOTTOM
  const title = `${report.id} ${report.title}: ${figure.title}`
  const unit =
    reference === undefined
      ? 'median, line from minimum to maximum'
      : `${reference} = 1, median of ratios, line from minimum to maximum`
  const note = `${unit}; less is better${scale.logarithmic ? '; logarithmic' : ''}`
  const bars = rows.map((row, index) => {
    const { median, min, max } = compared(row)
    const middle = TOP + index * ROW + ROW / 2
    const width = Math.max(1, scale.at(median) - LABELS)
    return [
      `<text x="${LABELS - 8}" y="${middle + 4}" text-anchor="end"${row.kind === 'ours' ? ' font-weight="600"' : ''}>${escaped(row.contender)}</text>`,
      `<rect class="${row.kind}" x="${LABELS}" y="${middle - 8}" width="${round(width)}" height="16" rx="2"/>`,
      `<line class="range" x1="${round(scale.at(min))}" y1="${middle}" x2="${round(scale.at(max))}" y2="${middle}"/>`,
      `<text x="${WIDTH - 8}" y="${middle + 4}" text-anchor="end">${escaped(show(median))}</text>`,
    ].join('\n  ')
  })
  const bottom = height - BOTTOM
  const ticks = scale.ticks.map((value) => {
    const x = round(scale.at(value))
    return `<line class="grid" x1="${x}" y1="${TOP}" x2="${x}" y2="${bottom}"/>\n  <text class="tick" x="${x}" y="${bottom + 16}" text-anchor="middle">${escaped(mark(value))}</text>`
  })
  const goal =
    target === undefined
      ? []
      : [
          `<line class="target" x1="${round(scale.at(target))}" y1="${TOP - 4}" x2="${round(scale.at(target))}" y2="${bottom}"/>`,
          `<text class="target" x="${round(scale.at(target))}" y="${TOP - 8}" text-anchor="middle">target ≤ ${escaped(mark(target))}</text>`,
        ]
  const inWords = rows.map((row) => `${row.contender} ${show(compared(row).median)}`).join(', ')
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title desc">
  <title id="title">${escaped(title)}</title>
  <desc id="desc">${escaped(`${note}. ${inWords}.`)}</desc>
  <style>${STYLE}
  </style>
  <text class="title" x="8" y="20">${escaped(title)}</text>
  <text class="note" x="8" y="37">${escaped(note)}</text>
  ${[...ticks, ...bars, ...goal].join('\n  ')}
</svg>
`
}

interface Scale {
  readonly logarithmic: boolean
  readonly ticks: readonly number[]
  /** Where on the chart a value is. */
  at(value: number): number
}

function scaleOf(rows: readonly Row[], target: number | undefined): Scale {
  const values = rows.flatMap((row) => [compared(row).median, compared(row).max, compared(row).min])
  if (target !== undefined) values.push(target)
  const largest = Math.max(...values) || 1
  const smallest = Math.min(...values)
  const logarithmic = smallest > 0 && largest / smallest > LINEAR_UP_TO
  const room = WIDTH - LABELS - VALUES
  if (!logarithmic) {
    const step = niceStep(largest / 5)
    const ticks = Array.from({ length: Math.floor(largest / step) + 1 }, (_, index) => index * step)
    return { logarithmic, ticks, at: (value) => LABELS + (value / largest) * room }
  }
  const low = Math.log10(smallest) - 0.15
  const high = Math.log10(largest)
  const decades = Array.from({ length: Math.ceil(high) - Math.floor(low) + 1 }, (_, index) => Math.floor(low) + index)
  const ticks = decades
    .flatMap((decade) => [1, 2, 5].map((digit) => digit * 10 ** decade))
    .filter((value) => Math.log10(value) >= low && Math.log10(value) <= high)
  return {
    logarithmic,
    ticks: ticks.length > 8 ? ticks.filter((value) => Number.isInteger(Math.log10(value))) : ticks,
    at: (value) => LABELS + ((Math.log10(value) - low) / (high - low)) * room,
  }
}

function niceStep(least: number): number {
  const decade = 10 ** Math.floor(Math.log10(least))
  return decade * ([1, 2, 5, 10].find((digit) => digit * decade >= least) ?? 10)
}

const round = (value: number): number => Math.round(value * 10) / 10

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
