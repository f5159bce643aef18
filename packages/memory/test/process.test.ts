import { expect, test } from 'vitest'
import { runProcesses } from '../../core/test/support/processes.js'

test('a process with entries that live for days ends by itself, at once', async () => {
  const [waited] = await runProcesses('leave-memory-open', [[]])
  expect(Number(waited)).toBeLessThan(5000)
})
