/** Hit ratios of all policies on all workloads. */
import { type GeneratedWorkload, generatedWorkloads } from './generated.js'
import { baseline, optimum, policies } from './policies.js'
import { recordedNames, recordedTrace, TraceLeftOut } from './recorded.js'
import { type EvictionRow, markdownTables } from './tables.js'
import type { Trace } from './trace.js'

export interface EvictionReport {
  readonly rows: readonly EvictionRow[]
  /** The tables for the documentation. */
  readonly markdown: string
}

export interface EvictionReportOptions {
  /** Two sizes of each workload, and its first accesses only: under 20 seconds instead of some minutes. */
  readonly quick: boolean
  log(line: string): void
}

/** Of the distinct keys, in percent. */
const PERCENTAGES = [0.1, 0.5, 1, 2, 5, 10, 20]
const QUICK_PERCENTAGES = [1, 10]
/** In entries: so small caches are another matter, and stay out of the means of the percentages. */
const SMALL_SIZES = [10, 50, 100]

const GENERATED_LENGTH = 500_000
const QUICK_LENGTH = 100_000

export async function evictionReport({ quick, log }: EvictionReportOptions): Promise<EvictionReport> {
  const rows: EvictionRow[] = []
  for (const name of recordedNames) {
    const trace = await recordedTrace(name, quick ? QUICK_LENGTH : undefined).catch((error: unknown) => {
      if (!(error instanceof TraceLeftOut)) throw error
      log(error.message)
      return undefined
    })
    if (trace !== undefined) rows.push(...(await rowsOf(trace, 'recorded', recordedSizes(trace, quick), log)))
  }
  for (const workload of generatedWorkloads) {
    const trace = workload.trace(quick ? QUICK_LENGTH : GENERATED_LENGTH)
    rows.push(...(await rowsOf(trace, 'generated', generatedSizes(workload, quick), log)))
  }
  return { rows, markdown: markdownTables(rows) }
}

interface Size {
  readonly entries: number
  /** Of the distinct keys, where the size is a share of them. */
  readonly percent?: number
}

function recordedSizes({ distinct }: Trace, quick: boolean): Size[] {
  const shares = (quick ? QUICK_PERCENTAGES : PERCENTAGES).map((percent) => ({
    percent,
    entries: Math.round((distinct * percent) / 100),
  }))
  if (quick) return shares
  return [...SMALL_SIZES.map((entries) => ({ entries })), ...shares].sort((a, b) => a.entries - b.entries)
}

function generatedSizes({ sizes }: GeneratedWorkload, quick: boolean): Size[] {
  return sizes.slice(0, quick ? 2 : undefined).map((entries) => ({ entries }))
}

async function rowsOf(
  trace: Trace,
  kind: EvictionRow['kind'],
  sizes: readonly Size[],
  log: (line: string) => void,
): Promise<EvictionRow[]> {
  const rows: EvictionRow[] = []
  for (const size of sizes) {
    log(`${trace.name}, ${size.entries} entries`)
    for (const policy of [baseline, ...policies, optimum]) {
      const hits = await policy.hits(trace, size.entries)
      const hitPercent = (100 * hits) / trace.accesses.length
      rows.push({ workload: trace.name, kind, ...size, policy: policy.name, hits, hitPercent })
    }
  }
  return rows
}
