/** Caches are closed while they do all kinds of things, and while Redis does. */

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { startChildren } from '../../support/children.js'
import { type Program, programAt } from '../../support/program.js'
import { startRedisServer } from '../../support/redis-server.js'
import type { CloseReport } from '../programs/close.js'
import type { ChaosRun, Figure } from '../run.js'

const SIZES = {
  quick: { processes: 1, rounds: 4, timeoutMs: 150 },
  full: { processes: 30, rounds: 8, timeoutMs: 500 },
}

const WELL_TIMEOUT_MS = 10_000

/** Of each state of Redis at once: enough to wait for one another, few enough to be let run. */
const AT_ONCE = 2

/** A process that has not ended by then does not end by itself. */
const STUCK_MS = 60_000

const run: ChaosRun = {
  name: 'close',
  title: 'Caches are closed at any moment',
  mustShow: 'resolves within its timeout; the process exits by itself within 100 ms; 0 handles left',
  async run(size) {
    const seed = Date.now() % 2 ** 32
    const programs = ['close', 'bad-network'].map((name) =>
      programAt(new URL(`../programs/${name}.ts`, import.meta.url)),
    )
    using program = (await Promise.all(programs))[0] as Program
    using network = (await programs[1]) as Program
    const told: [state: string, report: CloseReport | undefined][] = []
    const tell = async (state: string, port: number, from: number) => {
      // What is well has no reason to fail a command, however busy the machine is.
      const timeoutMs = state === 'well' ? WELL_TIMEOUT_MS : SIZES[size].timeoutMs
      const report = await reportOf(program, [port, SIZES[size].rounds, timeoutMs, from])
      if (report === undefined) console.error(`close: a process with a Redis that is ${state} did not end`)
      told.push([state, report])
    }
    await Promise.all(
      Object.entries(STATES).map(async ([state, withRedis], index) => {
        await withRedis(network, seed + index, async (port) => {
          for (let done = 0; done < SIZES[size].processes; done += AT_ONCE) {
            const count = Math.min(AT_ONCE, SIZES[size].processes - done)
            await Promise.all(
              Array.from({ length: count }, (_, place) => tell(state, port, seed + index * 1000 + done + place)),
            )
          }
        })
      }),
    )
    return [{ name: 'seed', value: String(seed) }, ...figures(told)]
  },
}

export default run

type WithRedis = (network: Program, seed: number, use: (port: number) => Promise<void>) => Promise<void>

/** What Redis does meanwhile. */
const STATES: Readonly<Record<string, WithRedis>> = {
  well: async (_network, _seed, use) => {
    await using server = await startRedisServer()
    await use(server.port)
  },
  down: async (_network, _seed, use) => {
    await using server = await startRedisServer()
    await server.stop()
    await use(server.port)
  },
  paused: async (_network, _seed, use) => {
    await using server = await startRedisServer()
    server.pause()
    await use(server.port)
    server.resume()
  },
  'behind a network that swallows everything': behindNetwork('swallows'),
  'behind a network that is slow': behindNetwork('slow'),
  'behind a network that changes': behindNetwork('changes'),
  'something that accepts and says nothing': async (_network, _seed, use) => {
    const server = createServer((socket) => void socket.on('error', () => {}).resume()).listen(0, '127.0.0.1')
    await once(server, 'listening')
    await use((server.address() as AddressInfo).port)
    server.close()
  },
}

function behindNetwork(kind: string): WithRedis {
  return async (network, seed, use) => {
    await using server = await startRedisServer()
    await using children = startChildren(network, 1, () => [String(server.port), kind, String(seed)])
    await use((await children[0]?.next<number>()) ?? 0)
  }
}

async function reportOf(program: Program, args: readonly number[]): Promise<CloseReport | undefined> {
  const printed = await program.run([], args.map(String), STUCK_MS).catch((error: { killed?: boolean }) => {
    if (error.killed === true) return undefined
    throw error
  })
  return printed === undefined ? undefined : (JSON.parse(printed) as CloseReport)
}

function figures(told: readonly [state: string, report: CloseReport | undefined][]): Figure[] {
  const reports = told.flatMap(([, report]) => report ?? [])
  const rounds = reports.flatMap((report) => report.rounds)
  for (const [state, report] of told) complain(state, report)
  const list = <T>(items: (report: CloseReport) => readonly T[]) => reports.flatMap(items)
  const sum = (count: (report: CloseReport) => number) => reports.reduce((total, report) => total + count(report), 0)
  const unanswered = told.filter(([state]) => state === 'well').flatMap(([, report]) => report ?? [])
  return [
    { name: 'closes', value: rounds.length, limit: { atLeast: 1 } },
    { name: 'processes', value: told.length },
    { name: 'processes that did not end by themselves', value: told.length - reports.length, limit: { exactly: 0 } },
    {
      name: 'the latest process, after its last close',
      value: Math.max(...reports.map(({ exitMs }) => exitMs)),
      unit: 'ms',
      limit: { atMost: 100 },
    },
    {
      name: 'the latest close, after its timeout',
      value: Math.max(...rounds.map(({ lateMs }) => lateMs)),
      unit: 'ms',
      limit: { atMost: 100 },
    },
    {
      name: 'closes that rejected',
      value: rounds.filter(({ rejected }) => rejected !== undefined).length,
      limit: { exactly: 0 },
    },
    {
      name: 'closes that left handles',
      value: rounds.filter(({ handles }) => handles.length > 0).length,
      limit: { exactly: 0 },
    },
    {
      name: 'unhandled rejections and uncaught errors',
      value: list(({ uncaught }) => uncaught).length,
      limit: { exactly: 0 },
    },
    { name: 'commands in flight that were answered', value: sum(({ fates }) => fates.answered), limit: { atLeast: 1 } },
    { name: 'that began after the close and were refused', value: sum(({ fates }) => fates.refused) },
    { name: 'that failed, with the reason', value: sum(({ fates }) => fates.failed), limit: { atLeast: 1 } },
    {
      name: 'of these with a Redis that was well',
      value: unanswered.reduce((total, { fates }) => total + fates.failed, 0),
      limit: { exactly: 0 },
    },
    {
      name: 'that failed otherwise, and decorated functions that failed',
      value: list(({ fates }) => fates.wrong).length,
      limit: { exactly: 0 },
    },
  ]
}

function complain(state: string, report: CloseReport | undefined): void {
  if (report === undefined) return
  const { rounds, fates, uncaught, exitMs } = report
  const wrong = [...uncaught, ...fates.wrong]
  if (exitMs > 100) wrong.push(`it ended after ${exitMs} ms`)
  for (const { activity, lateMs, rejected, handles } of rounds) {
    if (lateMs > 100) wrong.push(`${activity}: closed ${lateMs} ms late`)
    if (rejected !== undefined) wrong.push(`${activity}: ${rejected}`)
    if (handles.length > 0) wrong.push(`${activity}: left ${handles.join(', ')}`)
  }
  for (const one of wrong.slice(0, 5)) console.error(`close: Redis ${state}: ${one}`)
}
