/** Work over many items that must not block the event loop. */
import type { MaybePromise } from '@pycached/core'

/** Items per turn of the event loop: a millisecond or two. */
const SLICE = 8192

/** Visits every item. What fits into one slice is done at once; otherwise other work runs between slices. */
export function inSlices<T>(items: Iterator<T>, visit: (item: T) => void): MaybePromise<void> {
  return visitSlice(items, visit) ? undefined : visitRest(items, visit)
}

async function visitRest<T>(items: Iterator<T>, visit: (item: T) => void): Promise<void> {
  do await new Promise((resolve) => setTimeout(resolve))
  while (!visitSlice(items, visit))
}

/** Whether that was the last. */
function visitSlice<T>(items: Iterator<T>, visit: (item: T) => void): boolean {
  for (let count = 0; count < SLICE; count++) {
    const item = items.next()
    if (item.done === true) return true
    visit(item.value)
  }
  return false
}
