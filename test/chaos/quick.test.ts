import { describe, expect, test } from 'vitest'
import { loadRun, runNames } from './all-runs.js'
import { problems } from './run.js'

describe('in its quick size', () => {
  test.each(runNames)('the run %s keeps within its limits', async (name) => {
    const run = await loadRun(name)
    const figures = await run.run('quick')
    expect(problems({ figures }), JSON.stringify(figures, null, 1)).toEqual([])
  })
})
