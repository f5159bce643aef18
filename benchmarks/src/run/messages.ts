/** What the run and the process of a contender say to each other. */

import type { Measured, Scale } from '../workload.js'

export interface Assignment {
  /** Path of the contender's module. */
  readonly contender: string
  readonly workload: string
  readonly scale: Scale
  readonly redisUrl: string
  readonly ownRedis: boolean
  readonly namespace: string
  readonly runNamespace: string
}

export type Order =
  | { readonly kind: 'prepare'; readonly assignment: Assignment }
  | { readonly kind: 'round'; readonly round: number }
  | { readonly kind: 'end' }

export type Answer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'measured'; readonly measured: Measured }
  | { readonly kind: 'ended' }
  | { readonly kind: 'failed'; readonly reason: string }
