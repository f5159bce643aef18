/** Closes caches at random moments of what they do, and ends: `node program.mjs <port> <rounds> <timeout in ms> <seed>`. */

import { writeSync } from 'node:fs'
import { RedisCache } from '@pycached/redis'
import { ACTIVITIES, type Fates, usersDone } from '../closing/activities.js'
import { HeldUp } from '../held-up.js'
import { Random } from '../random.js'

export interface CloseReport {
  readonly fates: Fates
  readonly rounds: readonly {
    readonly activity: string
    /** Beyond the timeout, without the time in which other programs ran instead; negative where it took less. */
    readonly lateMs: number
    readonly rejected: string | undefined
    /** What kept the process alive after the close. */
    readonly handles: readonly string[]
  }[]
  /** Without the time in which other programs ran instead. */
  readonly exitMs: number
  /** What nobody caught. */
  readonly uncaught: readonly string[]
}

/** Until what is closed counts as left open. A timer of any length is. */
const TURNS = 5

const [port, roundCount, timeoutMs, seed] = process.argv.slice(2).map(Number) as [number, number, number, number]
// Node opens them when they are first used, as by a warning.
void [process.stdout, process.stderr]
const before = process.getActiveResourcesInfo()
const random = new Random(seed)
const heldUp = new HeldUp()
const uncaught: string[] = []
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error) => uncaught.push(`${event}: ${String(error)}`))
}
const fates: Fates = { answered: 0, refused: 0, failed: 0, wrong: [] }
const rounds: CloseReport['rounds'][number][] = []

for (let round = 0; round < roundCount; round++) rounds.push(await closeOnce())

const [endMs, heldUpMs] = [performance.now(), heldUp.totalMs]
process.on('exit', () => {
  const exitMs = performance.now() - endMs - (heldUp.totalMs - heldUpMs)
  writeSync(1, JSON.stringify({ fates, rounds, exitMs, uncaught } satisfies CloseReport))
})

async function closeOnce(): Promise<CloseReport['rounds'][number]> {
  const activity = random.pick(Object.keys(ACTIVITIES))
  const cache = new RedisCache({ port, timeout: timeoutMs / 1000, namespace: `close ${seed}` })
  // Some begin on a connection that is open, others open it.
  if (random.chance(0.5)) await cache.get('key').catch(() => {})
  await ACTIVITIES[activity]?.(cache, random, fates)
  const waitMs = random.pick([0, 0, random.below(5), random.below(30)])
  if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
  const [startMs, heldUpBeforeMs] = [performance.now(), heldUp.totalMs]
  const rejected = await cache.close().then(
    () => undefined,
    (error) => String(error),
  )
  const lateMs = performance.now() - startMs - timeoutMs - (heldUp.totalMs - heldUpBeforeMs)
  await usersDone()
  // What was closed in this turn goes in the next ones.
  for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => setImmediate(resolve))
  return { activity, lateMs, rejected, handles: handlesLeft() }
}

function handlesLeft(): string[] {
  const handles = process.getActiveResourcesInfo()
  for (const handle of before) {
    const place = handles.indexOf(handle)
    if (place !== -1) handles.splice(place, 1)
  }
  return handles
}
