import { expect, test } from 'vitest'
import { programOf } from './support/run-program.js'

const MIB = 2 ** 20

test('memory stays flat however much is inserted, and what is emptied gives its memory back', async () => {
  using program = await programOf('steady-heap')
  const figures = JSON.parse(await program.run(['--expose-gc'])) as Record<string, number[]>
  for (const eviction of ['adaptive', 'lru']) {
    const [first = 0, ...later] = figures[eviction] ?? []
    expect(later).toHaveLength(3)
    // 5000 entries take about half a MiB; 300,000 come and go between two figures.
    expect(Math.max(...later) - first, eviction).toBeLessThan(MIB / 2)
  }
  for (const way of ['expired', 'cleared', 'deleted', 'cleared while somebody listens']) {
    const [before = 0, full = 0, after = 0] = figures[way] ?? []
    expect(full - before, way).toBeGreaterThan(5 * MIB)
    expect(after - before, way).toBeLessThan((full - before) / 10)
  }
})
