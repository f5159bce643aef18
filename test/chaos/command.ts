/**
 * `pnpm chaos [--only a,b] [--quick]`: the runs one after the other, each in a process of its own, so that one that crashes or hangs is one failure. In their
 * full sizes their figures go into the documentation.
 */

import { fork } from 'node:child_process'
import { parseArgs } from 'node:util'
import { loadRun, runNames } from './all-runs.js'
import { publish, table } from './report.js'
import { type Figure, type Outcome, problems, type Size } from './run.js'

const LIMIT_MINUTES = { quick: 1, full: 40 }

/** How long a run's process may take to end by itself once it has told its figures. */
const END_MS = 10_000

/** Resolves to the exit code. */
export async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { only: { type: 'string' }, quick: { type: 'boolean', default: false } },
  })
  const size: Size = values.quick ? 'quick' : 'full'
  const [child] = positionals
  if (child !== undefined) return await runHere(child, size)
  const names = values.only?.split(',') ?? runNames
  const unknown = names.filter((name) => !runNames.includes(name))
  if (unknown.length > 0) {
    console.error(`chaos: no run is called ${unknown.join(', ')}; there are ${runNames.join(', ')}`)
    return 1
  }
  const outcomes: Outcome[] = []
  for (const [index, name] of names.entries()) {
    console.log(`chaos: ${name} (${index + 1} of ${names.length}, ${size})`)
    const outcome = await runApart(name, size)
    outcomes.push(outcome)
    console.log(`\n${table(outcome)}\n\n${JSON.stringify(outcome)}\n`)
    for (const problem of problems(outcome)) console.log(`chaos: ${name} FAILED: ${problem}`)
  }
  if (size === 'full') publish(outcomes, runNames)
  const failed = outcomes.filter((outcome) => problems(outcome).length > 0)
  console.log(`chaos: ${outcomes.length - failed.length} runs passed, ${failed.length} failed`)
  return failed.length === 0 ? 0 : 1
}

/** What a run's process tells the one that started it. */
type Told = { readonly figures: Figure[] } | { readonly failure: string }

async function runHere(name: string, size: Size): Promise<number> {
  const told: Told = await loadRun(name)
    .then((run) => run.run(size))
    .then(
      (figures) => ({ figures }),
      (error: unknown) => ({ failure: (error as Error)?.stack ?? String(error) }),
    )
  await new Promise((resolve) => process.send?.(told, resolve))
  process.disconnect()
  return 0
}

async function runApart(name: string, size: Size): Promise<Outcome> {
  const { title, mustShow } = await loadRun(name).catch(() => ({ title: name, mustShow: 'that it can be loaded' }))
  const started = performance.now()
  const child = fork(String(process.argv[1]), [name, ...(size === 'quick' ? ['--quick'] : [])])
  let figures: Figure[] | undefined
  let failure: string | undefined
  const giveUp = (why: string) => () => {
    failure = why
    child.kill('SIGKILL')
  }
  let timer = setTimeout(giveUp(`did not end within ${LIMIT_MINUTES[size]} minutes`), LIMIT_MINUTES[size] * 60_000)
  child.once('message', (message) => {
    const told = message as Told
    if ('figures' in told) figures = told.figures
    else failure = told.failure
    clearTimeout(timer)
    timer = setTimeout(giveUp('told its figures, and its process did not end by itself'), END_MS)
  })
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
    child.once('exit', (...how) => resolve(how)),
  )
  clearTimeout(timer)
  if (failure === undefined && (figures === undefined || code !== 0)) {
    const before = figures === undefined ? ' before it told its figures' : ' after it told its figures'
    failure = `its process ended with ${signal ?? `exit code ${code}`}${before}`
  }
  return {
    name,
    title,
    mustShow,
    size,
    tookSeconds: Math.round((performance.now() - started) / 100) / 10,
    figures: figures ?? [],
    ...(failure !== undefined && { failure }),
  }
}
