/** One namespace of a large database is cleared. */

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { RedisCache } from '@pycached/redis'
import { Redis } from 'ioredis'
import { startRedisServer } from '../../support/redis-server.js'
import type { ChaosRun } from '../run.js'

/** Each fifth key is of the namespace, as `DIVISOR` says. */
const KEYS = { quick: 100_000, full: 5_000_000 }
const DIVISOR = 5

/** Attempts of which the best counts: what is slow by itself is slow each time, what the machine held up is not. */
const ATTEMPTS = { quick: 5, full: 1 }
const LIMIT_MS = 5
const IDLE_PINGS = 2000

const NAMESPACE = 'user*'
/** Those that a careless pattern would take with it. */
const STRANGERS = ['user:', 'users:', 'user*s:', 'use', 'User*:', 'x']

const run: ChaosRun = {
  name: 'clear',
  title: 'A namespace of a large database is cleared',
  mustShow: 'no single server command above 5 ms; no foreign key lost',
  async run(size) {
    await using server = await startRedisServer()
    const admin = new Redis({ port: server.port })
    await using cache = new RedisCache({ port: server.port, namespace: NAMESPACE })
    const isFavoured = await favour(await admin.info('server'))
    const keys = KEYS[size]
    const own = keys / DIVISOR
    let round: Round | undefined
    for (
      let attempt = 0;
      attempt < ATTEMPTS[size] && !(round !== undefined && round.slowestMs <= LIMIT_MS);
      attempt++
    ) {
      await admin.flushall()
      await fill(admin, keys)
      const filled = await admin.dbsize()
      if (filled !== keys) throw new Error(`${keys} keys were written, and the server has ${filled}`)
      const next = await clear(admin, cache)
      if (round === undefined || next.slowestMs < round.slowestMs) round = next
    }
    const left = await admin.dbsize()
    const ownLeft = await countOwn(admin)
    admin.disconnect()
    if (round === undefined) throw new Error('nothing was cleared')
    return [
      { name: 'keys of the namespace', value: own },
      { name: 'keys of the namespace left', value: ownLeft, limit: { exactly: 0 } },
      { name: 'foreign keys', value: keys - own },
      { name: 'foreign keys lost', value: keys - own - (left - ownLeft), limit: { exactly: 0 } },
      { name: 'commands of the clear', value: round.commands, limit: { atLeast: 1 } },
      {
        name: 'slowest command, by the clock of the server',
        value: round.slowestMs,
        unit: 'ms',
        limit: { atMost: LIMIT_MS },
      },
      { name: 'the command in the middle', value: round.medianMs, unit: 'ms' },
      { name: 'the clear', value: round.tookMs / 1000, unit: 's' },
      { name: 'what another client waited for a PING meanwhile, at the most', value: round.slowestPingMs, unit: 'ms' },
      { name: 'the server is interrupted by other programs', value: isFavoured ? 'no' : 'yes' },
      { name: 'slowest PING before, by the clock of the server', value: round.idleMs, unit: 'ms' },
    ]
  },
}

export default run

/** So that other programs do not interrupt the server's commands. Whether it could be done: not everybody may. */
async function favour(info: string): Promise<boolean> {
  const pid = /process_id:(\d+)/.exec(info)?.[1] ?? ''
  return await promisify(execFile)('chrt', ['--fifo', '--pid', '1', pid]).then(
    () => true,
    () => false,
  )
}

async function fill(admin: Redis, keys: number): Promise<void> {
  const script = `
    for i = ARGV[1], ARGV[2] do
      local prefix = i % ${DIVISOR} == 0 and KEYS[1] or KEYS[2 + i % (#KEYS - 1)]
      redis.call('SET', prefix .. i, 'a value of some bytes')
    end`
  const prefixes = [`${NAMESPACE}:`, ...STRANGERS]
  const batch = 20_000
  for (let first = 0; first < keys; first += batch) {
    await admin.eval(script, prefixes.length, ...prefixes, first, Math.min(first + batch, keys) - 1)
  }
}

interface Round {
  readonly tookMs: number
  readonly commands: number
  readonly slowestMs: number
  readonly medianMs: number
  readonly slowestPingMs: number
  readonly idleMs: number
}

async function clear(admin: Redis, cache: RedisCache): Promise<Round> {
  await admin.config('SET', 'slowlog-log-slower-than', '0')
  await admin.config('SET', 'slowlog-max-len', '200000')
  await admin.slowlog('RESET')
  for (let ping = 0; ping < IDLE_PINGS; ping++) await admin.ping()
  const idle = await durationsMs(admin, (command) => command === 'ping')
  await admin.slowlog('RESET')
  const startMs = performance.now()
  let isAtWork = true
  const clearing = cache.clear({ timeout: null }).finally(() => {
    isAtWork = false
  })
  const slowestPingMs = await slowestPing(admin, () => isAtWork)
  await clearing
  const tookMs = performance.now() - startMs
  const durations = await durationsMs(admin, (command) => !['ping', 'config', 'slowlog'].includes(command))
  return {
    tookMs,
    commands: durations.length,
    slowestMs: durations.at(-1) ?? Number.NaN,
    medianMs: durations[durations.length >> 1] ?? Number.NaN,
    slowestPingMs,
    idleMs: idle.at(-1) ?? Number.NaN,
  }
}

async function slowestPing(admin: Redis, isAtWork: () => boolean): Promise<number> {
  let slowestMs = 0
  while (isAtWork()) {
    const startMs = performance.now()
    await admin.ping()
    slowestMs = Math.max(slowestMs, performance.now() - startMs)
  }
  return slowestMs
}

/** What the server itself measured, the shortest first. */
async function durationsMs(admin: Redis, wanted: (command: string) => boolean): Promise<number[]> {
  const log = (await admin.slowlog('GET', -1)) as [id: number, at: number, microseconds: number, words: string[]][]
  return log
    .filter(([, , , [command = '']]) => wanted(command.toLowerCase()))
    .map(([, , microseconds]) => microseconds / 1000)
    .sort((a, b) => a - b)
}

/** By comparing the beginning of every key, and not by a pattern, which might be the one that is wrong. */
async function countOwn(admin: Redis): Promise<number> {
  let own = 0
  let cursor = '0'
  do {
    const [next, keys] = await admin.scan(cursor, 'COUNT', 10_000)
    own += keys.filter((key) => key.startsWith(`${NAMESPACE}:`)).length
    cursor = next
  } while (cursor !== '0')
  return own
}
