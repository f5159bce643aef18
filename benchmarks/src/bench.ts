/**
 * `pnpm bench [--rounds N] [--only M1,R2] [--json FILE]`: ratios to the physical limit. The Redis workloads need `REDIS_URL`, or
 * start a server of their own.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { startRedisServer } from '../../test/support/redis-server.js'
import { measure, type Result, type Workload } from './measure.js'
import { memoryWorkloads } from './memory.js'
import { redisWorkloads } from './redis.js'

const { values: args } = parseArgs({
  options: { rounds: { type: 'string', default: '21' }, only: { type: 'string' }, json: { type: 'string' } },
})
const rounds = Number(args.rounds)
if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds must be a positive integer, got ${args.rounds}`)
const wanted = args.only?.split(',')
const isWanted = (id: string) => wanted === undefined || wanted.includes(id)

const results: Result[] = []

async function measureAll(workloads: readonly Workload[]): Promise<void> {
  for (const workload of workloads) {
    if (!isWanted(workload.id)) continue
    process.stderr.write(`${workload.id} ${workload.title} …\n`)
    results.push(await measure(workload, rounds))
  }
}

if (isWanted('M1') || isWanted('M3')) await measureAll(await memoryWorkloads())
if (isWanted('R2') || isWanted('R4')) {
  const server = process.env.REDIS_URL === undefined ? await startRedisServer() : undefined
  const redis = await redisWorkloads(server?.url ?? (process.env.REDIS_URL as string))
  try {
    await measureAll(redis.workloads)
  } finally {
    await redis[Symbol.asyncDispose]()
    await server?.stop()
  }
}

console.table(
  results.map(({ id, title, referenceTitle, referenceNs, candidateNs, ratio }) => ({
    workload: `${id} ${title}`,
    'pycached, ns': Math.round(candidateNs),
    reference: referenceTitle,
    'reference, ns': Math.round(referenceNs),
    ratio: ratio.median.toFixed(2),
    'min to max': `${ratio.min.toFixed(2)} to ${ratio.max.toFixed(2)}`,
  })),
)
if (args.json !== undefined)
  writeFileSync(args.json, `${JSON.stringify({ node: process.version, rounds, results }, undefined, 2)}\n`)
