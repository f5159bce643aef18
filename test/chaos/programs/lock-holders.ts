/**
 * Takes locks that other processes want, too, writes to a resource while it holds them, and stops itself in the middle of some: after it has
 * seen that it holds the lock, and before it writes. `node program.mjs <JSON of LockHoldersOptions>`.
 */

import { type LockHold, RedLock } from '@pycached/core'
import { RedisCache } from '@pycached/redis'
import { Redis } from 'ioredis'
import { commonNowMs, type Held } from '../locks/overlaps.js'
import { fencedWrite } from '../locks/resource.js'
import { Random } from '../random.js'

export interface LockHoldersOptions {
  readonly port: number
  readonly resourcePort: number
  readonly locks: number
  readonly leaseMs: number
  /** How often a lock is to be taken, and in how many of these cases it stops. */
  readonly times: number
  readonly stops: number
  readonly seed: number
}

/** Before it stops; whoever is told lets somebody else have the lock, and then this process go on. */
export interface Stopping {
  readonly is: 'stopping'
  readonly lock: number
}

/** It was told, and then too slow: the lease ended before it could stop. */
export interface Missed {
  readonly is: 'missed'
}

/** After it went on and wrote. */
export interface Late {
  readonly is: 'late'
  readonly accepted: boolean
  /** What the lock said of itself, right after the process went on and in the next turn of its event loop. */
  readonly held: boolean
  readonly aborted: boolean
  readonly lost: boolean
}

export interface LockHoldersReport {
  readonly is: 'done'
  readonly held: readonly Held[]
  /** How often it waited in vain for as long as a lease. */
  readonly inVain: number
  /** Writes that were refused though the lock was still held afterwards. */
  readonly wronglyRefused: number
}

const options = JSON.parse(process.argv[2] ?? '') as LockHoldersOptions
const random = new Random(options.seed)
const cache = new RedisCache({ port: options.port })
const resource = new Redis({ port: options.resourcePort })
const held: Held[] = []
let inVain = 0
let wronglyRefused = 0
let stops = 0

const send = (message: Stopping | Missed | Late | LockHoldersReport): Promise<void> =>
  new Promise((resolve) => void process.send?.(message, () => resolve()))

while (held.length < options.times || stops < options.stops) {
  const lock = random.below(options.locks)
  const stopsHere = stops < options.stops && random.chance((2 * options.stops) / options.times)
  await new RedLock(cache, `lock ${lock}`, { lease: `${options.leaseMs}ms` }).run(async (hold) => {
    const beginMs = commonNowMs()
    if (!hold.held) inVain++
    else if (stopsHere) await stopAndWrite(lock, beginMs, hold)
    else await write(lock, beginMs, hold)
  })
}
await cache.close()
resource.disconnect()
await send({ is: 'done', held, inVain, wronglyRefused })

async function write(lock: number, beginMs: number, hold: LockHold): Promise<void> {
  const accepted = await fencedWrite(resource, `resource ${lock}`, hold.fencingToken ?? 0)
  const endMs = commonNowMs()
  if (!hold.held) return
  if (!accepted) wronglyRefused++
  held.push({ lock, beginMs, endMs })
}

async function stopAndWrite(lock: number, beginMs: number, hold: LockHold): Promise<void> {
  const { signal, fencingToken = 0 } = hold
  await send({ is: 'stopping', lock })
  const endMs = commonNowMs()
  if (!hold.held) return send({ is: 'missed' })
  held.push({ lock, beginMs, endMs })
  stops++
  process.kill(process.pid, 'SIGSTOP')
  const stillHeld = hold.held
  const accepted = await fencedWrite(resource, `resource ${lock}`, fencingToken)
  await send({ is: 'late', accepted, held: stillHeld, aborted: signal.aborted, lost: !(await hold.extend()) })
}
