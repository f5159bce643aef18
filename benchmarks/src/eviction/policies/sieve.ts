/** SIEVE: one queue, in which a hand walks from old to new, and takes the first entry that was not used since it came by. */
import { KeyLists } from '../key-lists.js'
import type { Policy } from '../policy.js'

const ABSENT = 0
const UNUSED = 1
const USED = 2

export const sieve: Policy = {
  name: 'SIEVE',
  hits({ accesses, distinct }, capacity) {
    const queue = new KeyLists(distinct, 1)
    const states = new Uint8Array(distinct)
    let hand: number | undefined
    let hits = 0
    for (const key of accesses) {
      if (states[key] !== ABSENT) {
        hits++
        states[key] = USED
        continue
      }
      if (queue.length(0) === capacity) {
        let victim = hand ?? queue.oldest(0)
        while (states[victim] === USED) {
          states[victim] = UNUSED
          victim = queue.newerThan(victim) ?? queue.oldest(0)
        }
        hand = queue.newerThan(victim)
        queue.remove(0, victim)
        states[victim] = ABSENT
      }
      queue.push(0, key)
      states[key] = UNUSED
    }
    return hits
  },
}
