/** A policy, by the hits that it has: the first access to a key is a miss, and every miss stores the key. */
import type { Trace } from './trace.js'

export interface Policy {
  readonly name: string
  /** How many accesses are hits where the cache has room for `capacity` entries. Starts empty each time. */
  hits(trace: Trace, capacity: number): number | Promise<number>
}
