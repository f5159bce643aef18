/** The whole report, as a quick run makes it. */
import { expect, test } from 'vitest'
import { evictionReport } from '../../src/eviction/index.js'
import { pycachedLru } from '../../src/eviction/policies/simple-memory-cache.js'
import { baseline, optimum, policies } from '../../src/eviction/policies.js'
import { recordedNames } from '../../src/eviction/recorded.js'

test('every workload is compared in all policies or said to be left out', async () => {
  const lines: string[] = []
  const { rows, markdown } = await evictionReport({ quick: true, log: (line) => lines.push(line) })
  for (const name of recordedNames) {
    const isLeftOut = lines.some((line) => line.startsWith(`${name} is left out: `))
    expect(rows.some(({ workload }) => workload === name)).toBe(!isLeftOut)
  }
  const cells = new Set(rows.map(({ workload, entries }) => `${workload}, ${entries} entries`))
  expect(rows).toHaveLength(cells.size * (policies.length + 2))
  expect(lines.filter((line) => line.endsWith(' entries'))).toEqual([...cells])

  for (const { workload, entries, policy, hits } of rows) {
    const inSameCell = (name: string) =>
      rows.find((row) => row.workload === workload && row.entries === entries && row.policy === name)?.hits
    expect(hits).toBeLessThanOrEqual(inSameCell(optimum.name) as number)
    if (policy === pycachedLru.name) expect(hits).toBe(inSameCell(baseline.name))
    expect(markdown).toContain(`| ${workload} | ${entries.toLocaleString('en')}`)
  }
  expect(JSON.parse(JSON.stringify(rows))).toEqual(rows)
})
