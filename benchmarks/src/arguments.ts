/** The arguments of `pnpm bench`. */

import { parseArgs } from 'node:util'

export interface Arguments {
  readonly quick: boolean
  /** Ids of workloads; all where absent. */
  readonly only?: readonly string[]
  /** Paths of modules, as given. */
  readonly contenders: readonly string[]
  readonly rounds?: number
  readonly json?: string
  readonly help: boolean
}

/** What was asked for that there is not, in words for whoever typed it. */
export class ArgumentError extends Error {
  override readonly name = 'ArgumentError'
}

export const usage = (ids: readonly string[]): string => `pnpm bench [options]

  --only M1,R2         these workloads only: ${ids.join(', ')}
                       (R2 is short for all that start so)
  --contender ./path   adds the contender that the module exports; may be repeated (benchmarks/README.md says how to write one)
  --quick              fewer rounds of less work: everything in under two minutes
  --rounds N           so many rounds of each workload
  --json FILE          writes the results there too

Without --only, --contender, --quick and --rounds it also writes docs/benchmarks.md, its charts and its results.
`

export function parseArguments(args: readonly string[], ids: readonly string[]): Arguments {
  const values = parse(args)
  const only = values.only?.flatMap((list) => list.split(',')).map((id) => id.trim())
  const wanted = only?.flatMap((id) => {
    const found = ids.filter(
      (known) => known.toLowerCase() === id.toLowerCase() || known.toLowerCase().startsWith(`${id.toLowerCase()}.`),
    )
    if (found.length === 0)
      throw new ArgumentError(`--only: there is no workload ${JSON.stringify(id)}; there are ${ids.join(', ')}`)
    return found
  })
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds)
  if (rounds !== undefined && (!Number.isInteger(rounds) || rounds < 1 || rounds > 1000))
    throw new ArgumentError(`--rounds must be a whole number from 1 to 1000, got ${JSON.stringify(values.rounds)}`)
  return {
    quick: values.quick ?? false,
    contenders: values.contender ?? [],
    help: values.help ?? false,
    ...(wanted === undefined ? {} : { only: ids.filter((id) => wanted.includes(id)) }),
    ...(rounds === undefined ? {} : { rounds }),
    ...(values.json === undefined ? {} : { json: values.json }),
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      // pnpm hands a `--` on.
      args: args.filter((arg) => arg !== '--'),
      options: {
        only: { type: 'string', multiple: true },
        contender: { type: 'string', multiple: true },
        quick: { type: 'boolean' },
        rounds: { type: 'string' },
        json: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    throw new ArgumentError(error instanceof Error ? error.message : String(error))
  }
}

/** Only a run of everything by the numbers of every workload may replace what the documentation says. */
export const isComplete = (args: Arguments): boolean =>
  !args.quick && args.only === undefined && args.contenders.length === 0 && args.rounds === undefined
