/** What a chaos run is: something done to real servers or processes, and the figures that show whether the promises held. */

/** `quick` takes at most five seconds and is part of the tests; `full` is as long as the figures of the documentation need. */
export type Size = 'quick' | 'full'

export interface Limit {
  readonly atMost?: number
  readonly atLeast?: number
  readonly exactly?: number | string
}

export interface Figure {
  readonly name: string
  readonly value: number | string
  readonly unit?: string
  /** A figure outside of it fails the run. Without one it is only told. */
  readonly limit?: Limit
}

/** The default export of each file in `runs`, which is named after it. */
export interface ChaosRun {
  readonly name: string
  readonly title: string
  /** What has to hold, in words. */
  readonly mustShow: string
  /** Starts and ends everything it needs itself. */
  run(size: Size): Promise<Figure[]>
}

/** What a run gave: its figures, or why it has none. */
export interface Outcome {
  readonly name: string
  readonly title: string
  readonly mustShow: string
  readonly size: Size
  readonly tookSeconds: number
  readonly figures: readonly Figure[]
  /** Why the run failed, apart from its figures. */
  readonly failure?: string
}

/** Why the figure is outside its limit, or `undefined` where it is not. A value that is no finite number, as the longest of no times, is outside of every bound. */
export function violation({ name, value, limit = {} }: Figure): string | undefined {
  const { atMost, atLeast, exactly } = limit
  const number = typeof value === 'number' && Number.isFinite(value) ? value : Number.NaN
  const wrong =
    (exactly !== undefined && value !== exactly) ||
    (atMost !== undefined && !(number <= atMost)) ||
    (atLeast !== undefined && !(number >= atLeast))
  return wrong ? `${name} is ${value}, expected ${limitText(limit)}` : undefined
}

export function limitText({ atMost, atLeast, exactly }: Limit): string {
  const parts = [
    exactly === undefined ? [] : [String(exactly)],
    atLeast === undefined ? [] : [`at least ${atLeast}`],
    atMost === undefined ? [] : [`at most ${atMost}`],
  ]
  return parts.flat().join(', ')
}

/** Everything that keeps the outcome from having passed. */
export function problems({ figures, failure }: Pick<Outcome, 'figures' | 'failure'>): string[] {
  const missing = failure === undefined && figures.every(({ limit }) => limit === undefined)
  return [
    ...(failure === undefined ? [] : [failure]),
    ...(missing ? ['no figure has a limit, so nothing was shown'] : []),
    ...figures.map(violation).filter((text) => text !== undefined),
  ]
}
