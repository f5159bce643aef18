import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { HeldUp } from './held-up.js'

const WORK_MS = 200

/** How long `work` took, and what of that the process is said to have been held up. */
async function heldUpBy(work: () => void): Promise<{ tookMs: number; heldUpMs: number; heldUp: HeldUp }> {
  const heldUp = new HeldUp()
  onTestFinished(() => heldUp.stop())
  await sleep(20)
  const fromMs = performance.now()
  work()
  const toMs = performance.now()
  await sleep(20)
  return { tookMs: toMs - fromMs, heldUpMs: heldUp.between(fromMs, toMs), heldUp }
}

test('a process that is busy itself is not held up: its work counts', async () => {
  const { tookMs, heldUpMs } = await heldUpBy(() => {
    const before = process.cpuUsage()
    for (let usedMs = 0; usedMs < WORK_MS; ) {
      const { user, system } = process.cpuUsage(before)
      usedMs = (user + system) / 1000
    }
  })
  expect(tookMs - heldUpMs).toBeGreaterThan(WORK_MS / 2)
})

test('a process that does not run is held up, and is told so in every way', async () => {
  const { heldUpMs, heldUp } = await heldUpBy(() => {
    // As when other programs run instead: time passes, and none of it on a processor for this one.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WORK_MS)
  })
  for (const toldMs of [heldUpMs, heldUp.longestMs, heldUp.totalMs]) expect(toldMs).toBeGreaterThan(WORK_MS / 2)
})
