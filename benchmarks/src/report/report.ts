/** What a run came to: for each figure the medians, minima and maxima of all contenders, and whether ours meets its target. */

import type { Outcome, WorkloadOutcome } from '../run/run.js'
import { ratios, type Summary, summary } from '../run/statistics.js'
import type { Figure, Measured, Unit } from '../workload.js'

export interface WorkloadReport {
  readonly id: string
  readonly title: string
  readonly what: string
  /** How long the workload took with all contenders, what is not measured included. */
  readonly tookS: number
  readonly figures: readonly FigureReport[]
  readonly failed: readonly { readonly contender: string; readonly reason: string }[]
}

export interface FigureReport {
  readonly name: string
  readonly title: string
  readonly unit: Unit
  readonly reference?: string
  readonly target?: number
  /** Whether ours is within the target; absent without a target, or if ours did not take part. */
  readonly met?: boolean
  /** Best first. */
  readonly rows: readonly Row[]
}

export interface Row {
  readonly contender: string
  readonly kind: 'ours' | 'peer' | 'limit'
  readonly value: Summary
  /** To the reference, round by round. */
  readonly ratio?: Summary
  /** Processor time to the reference's. */
  readonly cpuRatio?: Summary
}

export const reportOf = (outcomes: readonly WorkloadOutcome[]): WorkloadReport[] =>
  outcomes.map(({ workload: { id, title, what, figures }, tookMs, outcomes: all }) => ({
    id,
    title,
    what,
    tookS: Math.round(tookMs / 100) / 10,
    figures: figures.map((figure) => figureReport(figure, all)),
    failed: all.flatMap(({ entrant, failed }) =>
      failed === undefined ? [] : [{ contender: entrant.contender.name, reason: failed }],
    ),
  }))

/** What the target is about. */
export const compared = (row: Row): Summary => row.ratio ?? row.value

function figureReport(figure: Figure, outcomes: readonly Outcome[]): FigureReport {
  const { name, title, unit, reference, target } = figure
  const base = outcomes.find(({ entrant }) => entrant.contender.name === reference)
  const valuesOf = (outcome: Outcome | undefined, key: string) =>
    outcome?.rounds.map((measured: Measured) => measured[key]) ?? []
  const against = (outcome: Outcome, key: string): Summary | undefined => {
    const found = ratios(valuesOf(outcome, key), valuesOf(base, key))
    return found.length === 0 ? undefined : summary(found)
  }
  const rows = outcomes
    .flatMap((outcome): Row[] => {
      const values = valuesOf(outcome, name).filter((value) => value !== undefined)
      if (values.length === 0) return []
      const ratio = reference === undefined ? undefined : against(outcome, name)
      const cpuRatio = reference === undefined || name !== 'time' ? undefined : against(outcome, 'cpu')
      const { name: contender, kind = 'peer' } = outcome.entrant.contender
      return [
        {
          contender,
          kind,
          value: summary(values),
          ...(ratio === undefined ? {} : { ratio }),
          ...(cpuRatio === undefined ? {} : { cpuRatio }),
        },
      ]
    })
    .sort((a, b) => compared(a).median - compared(b).median)
  const ours = rows.find(({ kind }) => kind === 'ours')
  const comparable = ours !== undefined && (reference === undefined || ours.ratio !== undefined)
  return {
    name,
    title,
    unit,
    rows,
    ...(reference === undefined ? {} : { reference }),
    ...(target === undefined ? {} : { target }),
    ...(target === undefined || !comparable ? {} : { met: compared(ours).median <= target }),
  }
}
