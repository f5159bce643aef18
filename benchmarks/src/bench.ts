/** `pnpm bench`: runs workloads, prints the tables and, after a complete run, writes the documentation of benchmarks. */

import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ArgumentError, type Arguments, isComplete, parseArguments, usage } from './arguments.js'
import { contenderFiles } from './contenders/index.js'
import { evictionReport } from './eviction/index.js'
import { loadContender } from './load-contender.js'
import { openRedis } from './redis/open-redis.js'
import { resultsFile } from './report/json.js'
import { reportOf } from './report/report.js'
import { targetLines, terminalTables } from './report/terminal.js'
import { writeDocs } from './report/write-docs.js'
import { type ProgressLine, progressLine } from './run/progress.js'
import { type Entrant, run } from './run/run.js'
import { workloads } from './workloads/index.js'

/** Hit ratios of eviction policies: simulated, not timed, and so not a workload like the others. */
const EVICTION = 'E'
const ids = [...workloads.map(({ id }) => id), EVICTION]

async function main(args: Arguments): Promise<void> {
  const entrants = await entrantsOf(args.contenders)
  const isWanted = (id: string) => args.only?.includes(id) ?? true
  const wanted = workloads.filter(({ id }) => isWanted(id))
  const startMs = performance.now()
  const progress = progressLine(process.stderr)
  // First, since it opens nothing: what fails here fails before minutes of measurements.
  const eviction = isWanted(EVICTION) ? await evictions(args.quick, progress) : undefined
  await using redis = await openRedis(wanted.some(({ needs }) => needs.startsWith('redis')))
  const outcomes = await run({
    workloads: wanted,
    entrants,
    quick: args.quick,
    ...(args.rounds === undefined ? {} : { rounds: args.rounds }),
    redisUrl: redis.url,
    ownRedis: redis.own,
    runNamespace: redis.namespace,
    progress: progress.show,
  })
  progress.end()
  const reports = reportOf(outcomes)
  const results = resultsFile({ reports, entrants, redisVersion: redis.version, quick: args.quick, eviction })
  const texts = [terminalTables(reports), eviction?.markdown ?? '', targetLines(reports)].filter((text) => text !== '')
  process.stdout.write(`${texts.join('\n\n')}\n`)
  if (args.json !== undefined)
    writeFileSync(resolve(typedIn(), args.json), `${JSON.stringify(results, undefined, 2)}\n`)
  if (isComplete(args)) writeDocs(fileURLToPath(new URL('../../docs', import.meta.url)), results)
  process.stderr.write(
    `${Math.round((performance.now() - startMs) / 1000)} s${isComplete(args) ? ', docs/benchmarks.md is written' : ''}\n`,
  )
  if (reports.some(({ failed }) => failed.length > 0)) process.exitCode = 1
}

/** Hit ratios; what had to be left out stands above the tables. */
async function evictions(quick: boolean, progress: ProgressLine) {
  const leftOut: string[] = []
  const report = await evictionReport({
    quick,
    log(line) {
      if (line.includes('left out')) leftOut.push(line)
      progress.show(`${EVICTION} eviction: ${line}`)
    },
  })
  return { rows: report.rows, markdown: [...leftOut, report.markdown].join('\n\n') }
}

async function entrantsOf(paths: readonly string[]): Promise<Entrant[]> {
  const own = contenderFiles.map((file) => fileURLToPath(new URL(`./contenders/${file}.js`, import.meta.url)))
  const given = paths.map((path) => resolve(typedIn(), path))
  const entrants = await Promise.all(
    [...own, ...given].map(async (path) => ({ path, contender: await loadContender(path) })),
  )
  const names = entrants.map(({ contender }) => contender.name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new ArgumentError(`--contender: there are two with the name ${JSON.stringify(twice)}`)
  return entrants
}

/** Where the command was typed: package managers change the folder before they run a script, and say where they were. */
const typedIn = (): string => process.env['INIT_CWD'] ?? process.cwd()

try {
  const args = parseArguments(process.argv.slice(2), ids)
  if (args.help) process.stdout.write(usage(ids))
  else await main(args)
} catch (error) {
  if (!(error instanceof ArgumentError)) throw error
  process.stderr.write(`${error.message}\n\n${usage(ids)}`)
  process.exitCode = 2
}
