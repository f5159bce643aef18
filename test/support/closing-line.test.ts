import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { root } from './repository.js'

function closingLineOf(...filters: string[]): { line: string | undefined; status: number | null } {
  const vitest = `${root}node_modules/vitest/vitest.mjs`
  const { stdout, status } = spawnSync(process.execPath, [vitest, 'run', ...filters], {
    cwd: `${root}test/support/samples`,
    encoding: 'utf8',
    timeout: 60_000,
  })
  return { line: stdout.trim().split('\n').at(-1), status }
}

test('a run ends with its counts, in which a file that cannot be loaded is a failure', { timeout: 60_000 }, () => {
  expect(closingLineOf()).toEqual({ line: '1 passed, 2 failed', status: 1 })
})

test('a run of no test at all is a failure', { timeout: 60_000 }, () => {
  expect(closingLineOf('no-such-file')).toEqual({ line: '0 passed, 1 failed', status: 1 })
})
