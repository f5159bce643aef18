import { describe, expect, test } from 'vitest'
import type { ResultsFile } from '../src/report/json.js'
import { chartFile, hasChart, parts, withGenerated } from '../src/report/markdown.js'
import { type FigureReport, reportOf, type WorkloadReport } from '../src/report/report.js'
import { chart } from '../src/report/svg.js'
import { targetLines, terminalTables } from '../src/report/terminal.js'
import type { Outcome, WorkloadOutcome } from '../src/run/run.js'
import { type Figure, timePerOperation, type Workload } from '../src/workload.js'

const scale = { rounds: 1, warmUpRounds: 0, operations: 1, keys: 1 }

const outcome = (
  name: string,
  kind: 'ours' | 'peer' | 'limit',
  rounds: Outcome['rounds'],
  failed?: string,
): Outcome => ({
  entrant: { contender: { name, kind }, path: '' },
  rounds,
  ...(failed === undefined ? {} : { failed }),
})

function reportWith(figure: Figure, ...outcomes: Outcome[]): WorkloadReport {
  const workload: Workload = {
    id: 'M1',
    title: 'get <hit> & "more"',
    what: 'A workload.',
    needs: 'memory',
    figures: [figure],
    full: scale,
    quick: scale,
    prepare: async () => undefined,
  }
  const all: WorkloadOutcome = { workload, tookMs: 1500, outcomes }
  return reportOf([all])[0] as WorkloadReport
}

const figureOf = (report: WorkloadReport): FigureReport => report.figures[0] as FigureReport

const time = (...times: number[]) => times.map((ns) => ({ time: ns, cpu: ns * 2 }))
const ratioFigure = timePerOperation('Map', 1.2)

describe('a figure with a reference', () => {
  const report = reportWith(
    ratioFigure,
    outcome('slow <peer>', 'peer', time(300, 600, 900)),
    outcome('pycached', 'ours', time(110, 260, 330)),
    outcome('Map', 'limit', time(100, 200, 300)),
    outcome('broken', 'peer', [], 'it lost an entry'),
  )

  test('has the ratios of each round, the best contender first', () => {
    const rows = figureOf(report).rows.map(({ contender, ratio }) => [contender, ratio?.median, ratio?.max])
    expect(rows).toEqual([
      ['Map', 1, 1],
      ['pycached', 1.1, 1.3],
      ['slow <peer>', 3, 3],
    ])
  })

  test('meets its target by the median', () => {
    expect(figureOf(report).met).toBe(true)
    expect(
      figureOf(
        reportWith(
          timePerOperation('Map', 1.09),
          outcome('Map', 'limit', time(100)),
          outcome('pycached', 'ours', time(110)),
        ),
      ).met,
    ).toBe(false)
  })

  test('is neither met nor missed where ours or the reference did not take part', () => {
    expect(figureOf(reportWith(ratioFigure, outcome('Map', 'limit', time(100)))).met).toBeUndefined()
    expect(figureOf(reportWith(ratioFigure, outcome('pycached', 'ours', time(100)))).met).toBeUndefined()
  })

  test('says on the terminal who failed, and why', () => {
    expect(terminalTables([report])).toContain('broken FAILED: it lost an entry')
    expect(targetLines([report])).toMatch(/1\.10 \(1\.10–1\.30\) +≤ 1\.2 +met/)
  })

  test('has a chart that is well-formed, says in words what it shows, and escapes names', () => {
    const svg = chart(report, figureOf(report))
    expect(unbalanced(svg)).toEqual([])
    expect(svg).toContain('<title id="title">M1 get &lt;hit&gt; &amp; &quot;more&quot;: time per operation</title>')
    expect(svg).toMatch(/<desc id="desc">.*pycached 1\.10, slow &lt;peer&gt; 3\.00\./)
    expect(svg.match(/<rect /g)).toHaveLength(3)
    expect(svg).not.toMatch(/NaN|Infinity|undefined/)
  })
})

test('a figure without a reference is compared as it is, and zero has a chart too', () => {
  const left: Figure = { name: 'left', title: 'entries left', unit: 'entries', target: 0 }
  const report = reportWith(
    left,
    outcome('pycached', 'ours', [{ left: 0 }]),
    outcome('other', 'peer', [{ left: 200_000 }]),
    outcome('cannot say', 'peer', [{}]),
  )
  expect(figureOf(report)).toMatchObject({ met: true, rows: [{ contender: 'pycached' }, { contender: 'other' }] })
  const svg = chart(report, figureOf(report))
  expect(unbalanced(svg)).toEqual([])
  expect(svg).not.toMatch(/NaN|Infinity|undefined/)
})

test('wide ranges are drawn logarithmically, and every bar stays inside', () => {
  const report = reportWith(
    ratioFigure,
    outcome('Map', 'limit', time(1)),
    outcome('fast', 'peer', time(0.02)),
    outcome('slow', 'peer', time(5000)),
  )
  const svg = chart(report, figureOf(report))
  expect(svg).toContain('logarithmic')
  for (const [, x] of svg.matchAll(/ x[12]?="([^"]+)"/g)) {
    expect(Number(x)).toBeGreaterThanOrEqual(0)
    expect(Number(x)).toBeLessThanOrEqual(760)
  }
})

describe('the page', () => {
  const page = 'Before\n<!-- generated: a -->\nold\n<!-- end: a -->\nAfter\n'

  test('is replaced between its markers and nowhere else, again and again', () => {
    const once = withGenerated(page, { a: 'new' })
    expect(once).toBe('Before\n<!-- generated: a -->\n\nnew\n\n<!-- end: a -->\nAfter\n')
    expect(withGenerated(once, { a: 'new' })).toBe(once)
  })

  test('without a marker is refused, and says which', () => {
    expect(() => withGenerated(page, { b: 'new' })).toThrow('<!-- generated: b -->')
  })

  test('has a table and a chart for each figure, and links from targets to workloads', () => {
    const report = reportWith(ratioFigure, outcome('Map', 'limit', time(100)), outcome('pycached', 'ours', time(110)))
    const results: ResultsFile = {
      machine: { cores: 2, node: '20.0.0', v8: '11', redis: '7.0.15' },
      quick: false,
      contenders: [{ name: 'pycached', kind: 'ours', versions: { a: '1.0.0', b: '2.0.0' }, usage: 'Defaults.' }],
      workloads: [report],
    }
    const generated = parts(results)
    expect(generated['results']).toContain(`(benchmarks/${chartFile(report, figureOf(report))})`)
    expect(generated['results']).toContain('| **pycached** | 1.10 (1.10–1.10) | 1.10 (1.10–1.10) | 110 ns |')
    expect(generated['targets']).toContain('[M1](#m1-get-hit--more)')
    expect(generated['targets']).toContain('| met |')
    expect(generated['contenders']).toContain('| **pycached** | a 1.0.0, b 2.0.0 | Defaults. |')
    expect(hasChart(figureOf(report))).toBe(true)
  })
})

/** The tags that were opened and not closed in order, closed and not opened, or have text of XML in them. */
function unbalanced(svg: string): string[] {
  const open: string[] = []
  const problems: string[] = []
  for (const [tag, closing, name, rest] of svg.matchAll(/<(\/?)([a-z]+)((?:\s[^<>]*)?)>/gi)) {
    if (closing === '/') {
      if (open.pop() !== name) problems.push(tag)
    } else if (!rest?.endsWith('/')) open.push(String(name))
    if (!/^(\s+[\w:-]+="[^"<&]*(&(amp|lt|gt|quot);[^"<&]*)*")*\s*\/?$/.test(rest ?? '')) problems.push(tag)
  }
  const text = svg.replace(/<[^<>]*>/g, '')
  if (/[<>]/.test(text) || /&(?!(amp|lt|gt|quot);)/.test(text)) problems.push(text)
  return [...problems, ...open]
}
