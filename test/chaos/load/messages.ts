/** What the program of the load and its starter tell each other. */

import type { Entry } from './ledger.js'
import type { Phase, Report } from './tally.js'

export interface LoadOptions {
  /** Of the `RedisCache`, as JSON can say them. */
  readonly cache: Readonly<Record<string, unknown>>
  readonly deadlineMs: number
  readonly perSecond: number
}

export type ToLoad =
  | { readonly do: 'enter'; readonly phase: Phase }
  | { readonly do: 'pace'; readonly perSecond: number }
  | { readonly do: 'pause' | 'resume' | 'end' }

export type FromLoad =
  | { readonly is: 'started' }
  | { readonly is: 'resumed'; readonly afterMs: number }
  | { readonly is: 'paused'; readonly entries: readonly Entry[]; readonly read: Readonly<Record<string, unknown>> }
  | { readonly is: 'ended'; readonly report: Report; readonly closeMs: number }
