/** A reporter that ends a run with the plain line `N passed, N failed`, for programs that read the outcome. */

import type { Reporter, SerializedError, TestModule, TestRunEndReason } from 'vitest/node'

export default class ClosingLine implements Reporter {
  onTestRunEnd(
    modules: readonly TestModule[],
    unhandledErrors: readonly SerializedError[],
    reason: TestRunEndReason,
  ): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const inState = (...states: string[]) => tests.filter((test) => states.includes(test.result().state)).length
    // A file that cannot be loaded has no tests to count, and neither has an error outside of them; both fail the run.
    const brokenModules = modules.filter((module) => module.errors().length > 0).length
    const counted = inState('failed') + brokenModules + unhandledErrors.length
    const failed = reason === 'failed' ? Math.max(counted, 1) : counted
    const skipped = inState('skipped', 'pending')
    console.log(`\n${inState('passed')} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`)
  }
}
