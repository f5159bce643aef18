/** First in, first out: the floor, and the simplest check of the simulators. */
import { KeyLists } from '../key-lists.js'
import type { Policy } from '../policy.js'

export const fifo: Policy = {
  name: 'FIFO',
  hits({ accesses, distinct }, capacity) {
    const queue = new KeyLists(distinct, 1)
    const isCached = new Uint8Array(distinct)
    let hits = 0
    for (const key of accesses) {
      if (isCached[key] === 1) {
        hits++
        continue
      }
      if (queue.length(0) === capacity) isCached[queue.shift(0)] = 0
      queue.push(0, key)
      isCached[key] = 1
    }
    return hits
  },
}
