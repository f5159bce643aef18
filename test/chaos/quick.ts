/** The quick sizes as tests, in two files: runs wait for servers much of their time, and the two then wait at once. */

import { expect, test } from 'vitest'
import { loadRun, runNames } from './all-runs.js'
import { problems } from './run.js'

/** Every second run, from the first or from the second on. */
export function testQuickRuns(first: 0 | 1): void {
  const names = runNames.filter((_, index) => index % 2 === first)
  test.each(names)('in its quick size, the run %s keeps within its limits', async (name) => {
    const run = await loadRun(name)
    const figures = await run.run('quick')
    expect(problems({ figures }), JSON.stringify(figures, null, 1)).toEqual([])
  })
}
