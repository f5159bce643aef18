/** Errors that say where a key is: a client follows them, and callers are not to see them. */

import type { Figure } from '../run.js'
import type { Report } from './tally.js'

const countOf = (pattern: RegExp, counts: Record<string, number>): number =>
  Object.entries(counts).reduce((sum, [kind, count]) => (pattern.test(kind) ? sum + count : sum), 0)

export function redirectionFigures({ failed }: Report): Figure[] {
  const pattern = /\b(MOVED|ASK|CROSSSLOT|READONLY|TRYAGAIN)\b/
  const crossed = [failed.down, failed.beforeUse, failed.inUse].map((counts) => countOf(/\bCROSSSLOT\b/, counts))
  return [
    {
      name: 'MOVED, ASK, CROSSSLOT, READONLY or TRYAGAIN to callers outside of failovers',
      value: countOf(pattern, failed.beforeUse) + countOf(pattern, failed.inUse),
      limit: { exactly: 0 },
    },
    { name: 'the same within failovers', value: countOf(pattern, failed.down) },
    { name: 'CROSSSLOT at any time', value: crossed.reduce((sum, count) => sum + count), limit: { exactly: 0 } },
  ]
}
