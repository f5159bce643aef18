/** Belady's optimum, which knows the future: the entry goes whose next access is the furthest away. No policy has more hits. */
import type { Policy } from '../policy.js'

const NEVER = 0x7fffffff

export const belady: Policy = {
  name: 'Belady',
  hits({ accesses, distinct }, capacity) {
    const next = nextAccesses(accesses, distinct)
    const isCached = new Uint8Array(distinct)
    const cachedForNothing: number[] = []
    const upcoming = new MaxHeap(accesses.length)
    let cached = 0
    let hits = 0
    for (let at = 0; at < accesses.length; at++) {
      const key = accesses[at] as number
      if (isCached[key] === 1) {
        hits++
      } else {
        if (cached === capacity) {
          // Accesses that are over stay in the heap: they come after all that are not, and each cached key has one that is not.
          const victim = cachedForNothing.pop() ?? accesses[upcoming.pop()]
          isCached[victim as number] = 0
          cached--
        }
        isCached[key] = 1
        cached++
      }
      const again = next[at] as number
      if (again === NEVER) cachedForNothing.push(key)
      else upcoming.push(again)
    }
    return hits
  },
}

/** For each access the place of the next one to the same key. */
function nextAccesses(accesses: Int32Array, distinct: number): Int32Array {
  const next = new Int32Array(accesses.length)
  const seen = new Int32Array(distinct).fill(NEVER)
  for (let at = accesses.length - 1; at >= 0; at--) {
    const key = accesses[at] as number
    next[at] = seen[key] as number
    seen[key] = at
  }
  return next
}

class MaxHeap {
  readonly #items: Int32Array
  #size = 0

  constructor(capacity: number) {
    this.#items = new Int32Array(capacity)
  }

  push(item: number): void {
    const items = this.#items
    let place = this.#size++
    while (place > 0) {
      const parent = (place - 1) >> 1
      if ((items[parent] as number) >= item) break
      items[place] = items[parent] as number
      place = parent
    }
    items[place] = item
  }

  /** The heap must not be empty. */
  pop(): number {
    const items = this.#items
    const top = items[0] as number
    const size = --this.#size
    const item = items[size] as number
    let place = 0
    for (;;) {
      let child = 2 * place + 1
      if (child >= size) break
      if (child + 1 < size && (items[child + 1] as number) > (items[child] as number)) child++
      if ((items[child] as number) <= item) break
      items[place] = items[child] as number
      place = child
    }
    items[place] = item
    return top
  }
}
