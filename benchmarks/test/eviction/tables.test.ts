/** The tables, from rows that are easy to reckon with. */
import { expect, test } from 'vitest'
import { baseline, optimum, policies } from '../../src/eviction/policies.js'
import { type EvictionRow, markdownTables } from '../../src/eviction/tables.js'

function rowsOf(
  size: Pick<EvictionRow, 'workload' | 'kind' | 'entries' | 'percent'>,
  hitPercent: number,
): EvictionRow[] {
  return [
    { ...size, policy: baseline.name, hits: 0, hitPercent: 50 },
    ...policies.map(({ name }) => ({ ...size, policy: name, hits: 0, hitPercent })),
    { ...size, policy: optimum.name, hits: 0, hitPercent: 80 },
  ]
}

const columns = (cell: string) => `${policies.map(() => cell).join(' | ')}`

test('a line has LRU and the optimum as they are, and the others as points against LRU', () => {
  const text = markdownTables(rowsOf({ workload: 'loop', kind: 'generated', entries: 1000 }, 51.236))
  expect(text).toContain(`| loop | 1,000 | 50.00 | ${columns('+1.24')} | 80.00 |`)
  expect(text).toContain(`| **least** | all sizes |  | ${columns('**+1.24**')} |  |`)
})

test('means are of the sizes that are percentages, and also of all sizes', () => {
  const text = markdownTables([
    ...rowsOf({ workload: 'web', kind: 'recorded', entries: 10 }, 47),
    ...rowsOf({ workload: 'web', kind: 'recorded', entries: 200, percent: 1 }, 52),
    ...rowsOf({ workload: 'orm', kind: 'recorded', entries: 200, percent: 1 }, 53),
  ])
  expect(text).toContain(`| web | 200 (1%) | 50.00 | ${columns('+2.00')} | 80.00 |`)
  expect(text).toContain(`| **mean of web** | percentages |  | ${columns('**+2.00**')} |  |`)
  expect(text).toContain(`| **mean of all** | percentages |  | ${columns('**+2.50**')} |  |`)
  expect(text).toContain(`| **mean of all** | all sizes |  | ${columns('**+0.67**')} |  |`)
  expect(text).toContain(`| **least** | all sizes |  | ${columns('**-3.00**')} |  |`)
})

test('what is no difference has no sign', () => {
  const text = markdownTables(rowsOf({ workload: 'loop', kind: 'generated', entries: 1000 }, 49.9999))
  expect(text).toContain(`| loop | 1,000 | 50.00 | ${columns('0.00')} | 80.00 |`)
})
