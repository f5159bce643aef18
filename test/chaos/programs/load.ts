/**
 * A program that uses a cache of Redis steadily, with all of its commands, whatever happens to the server, and is told what happens: a process of its own, in
 * which nothing else runs and every unhandled rejection is seen.
 */

import { RedisCache, type RedisCacheOptions } from '@pycached/redis'
import { takeTurn } from '../load/commands.js'
import { Ledger } from '../load/ledger.js'
import type { FromLoad, LoadOptions, ToLoad } from '../load/messages.js'
import { Tally } from '../load/tally.js'

const TICK_MS = 5

const { cache: options, deadlineMs, perSecond: firstPace } = JSON.parse(String(process.argv[2])) as LoadOptions
const tell = (message: FromLoad) => void process.send?.(message)
const cache = new RedisCache({ ...(options as RedisCacheOptions), timeout: deadlineMs / 1000, namespace: 'load' })
const tally = new Tally(deadlineMs, (afterMs) => tell({ is: 'resumed', afterMs }))
const ledger = new Ledger(cache)
const inFlight = new Set<Promise<void>>()
let perSecond = firstPace
let turn = 0
let isPaused = false
let owed = 0

/** Called by the clock, not by answers: commands go on being called while others hang. */
const timer = setInterval(() => {
  if (isPaused) return
  owed = Math.min(owed + (perSecond * TICK_MS) / 1000, Math.max(1, perSecond / 10))
  for (; owed >= 1; owed--) {
    turn++
    follow(takeTurn(cache, turn, tally.call))
    if (turn % 10 === 0) follow(ledger.write(turn / 10))
  }
}, TICK_MS)

function follow(work: Promise<void>): void {
  inFlight.add(work)
  void work.finally(() => inFlight.delete(work))
}

async function drained(): Promise<void> {
  isPaused = true
  while (inFlight.size > 0) await Promise.all(inFlight)
}

async function end(): Promise<void> {
  clearInterval(timer)
  await drained()
  const started = performance.now()
  await cache.close()
  const closeMs = performance.now() - started
  // What came late is judged after the next heartbeats.
  await new Promise((resolve) => setTimeout(resolve, 50))
  tell({ is: 'ended', report: tally.report(), closeMs })
  process.disconnect()
}

process.on('message', (message: ToLoad) => {
  if (message.do === 'enter') tally.enter(message.phase)
  else if (message.do === 'pace') perSecond = message.perSecond
  else if (message.do === 'resume') isPaused = false
  else if (message.do === 'end') void end()
  else void drained().then(async () => tell({ is: 'paused', entries: ledger.entries, read: await ledger.read() }))
})
tell({ is: 'started' })
