/** Takes one lock again and again, in turns with another process: `node program.mjs <port> <rounds>`. */

import { setTimeout as sleep } from 'node:timers/promises'
import { RedLock } from '@pycached/core'
import { RedisCache } from '@pycached/redis'
import { commonNowMs } from '../locks/overlaps.js'

export interface HandoverReport {
  /** By the clock that all processes share. */
  readonly takenMs: number[]
  /** Before the release was sent. */
  readonly releasedMs: number[]
}

/** Long enough for the other to wait again, and not to be the first to ask. */
const HOLD_MS = 12

const [port = 0, rounds = 0] = process.argv.slice(2).map(Number)
const cache = new RedisCache({ port })
await cache.connect()
const takenMs: number[] = []
const releasedMs: number[] = []
for (let round = 0; round < rounds; round++) {
  const lock = await new RedLock(cache, 'key', { lease: '30s' }).acquire()
  takenMs.push(commonNowMs())
  await sleep(HOLD_MS)
  releasedMs.push(commonNowMs())
  await lock.release()
  // The other has it by now, or will have it next.
  await sleep(HOLD_MS / 2)
}
await cache.close()
process.send?.({ takenMs, releasedMs } satisfies HandoverReport)
