/**
 * Plain S3-FIFO: a small queue for a tenth of the entries, a main queue, and a queue of ghosts. What was used twice in the small
 * queue goes on to the main one, and so does what comes back while it is a ghost.
 */
import { KeyLists } from '../key-lists.js'
import type { Policy } from '../policy.js'

const SMALL_SHARE = 0.1
const GHOST_SHARE = 0.9
const USES_TO_STAY = 2
const MAX_USES = 3

/** The lists, and so the states of a key, less one. */
const SMALL = 0
const MAIN = 1
const GHOST = 2

export const s3Fifo: Policy = {
  name: 'S3-FIFO',
  hits({ accesses, distinct }, capacity) {
    const small = Math.max(1, Math.floor(capacity * SMALL_SHARE))
    const ghosts = Math.max(1, Math.floor(capacity * GHOST_SHARE))
    const lists = new KeyLists(distinct, 3)
    const places = new Int8Array(distinct).fill(-1)
    const uses = new Uint8Array(distinct)

    const put = (list: number, key: number): void => {
      lists.push(list, key)
      places[key] = list
    }
    const evictFromSmall = (): void => {
      while (lists.length(SMALL) > 0) {
        const key = lists.shift(SMALL)
        if ((uses[key] as number) >= USES_TO_STAY) {
          uses[key] = 0
          put(MAIN, key)
          continue
        }
        if (lists.length(GHOST) === ghosts) places[lists.shift(GHOST)] = -1
        put(GHOST, key)
        return
      }
    }
    const evictFromMain = (): void => {
      while (lists.length(MAIN) > 0) {
        const key = lists.shift(MAIN)
        const used = uses[key] as number
        if (used === 0) {
          places[key] = -1
          return
        }
        uses[key] = used - 1
        put(MAIN, key)
      }
    }

    let hits = 0
    for (const key of accesses) {
      const place = places[key]
      if (place === SMALL || place === MAIN) {
        hits++
        uses[key] = Math.min(MAX_USES, (uses[key] as number) + 1)
        continue
      }
      if (place === GHOST) lists.remove(GHOST, key)
      // Not to be found where it was: room is made before it is stored, and the ghosts must not push out one that is no ghost any more.
      places[key] = -1
      while (lists.length(SMALL) + lists.length(MAIN) >= capacity) {
        // Nothing goes from a small queue whose entries all went on to the main one: the next turn takes one from there.
        if (lists.length(SMALL) >= small || lists.length(MAIN) === 0) evictFromSmall()
        else evictFromMain()
      }
      uses[key] = 0
      put(place === GHOST ? MAIN : SMALL, key)
    }
    return hits
  },
}
