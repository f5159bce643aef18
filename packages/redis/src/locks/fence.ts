/**
 * Locks → the keys of their last fencing numbers. Such a key begins with the lock's, so that whoever may use the lock's prefix may use it,
 * and has the same slot of a cluster, so that one script may use both.
 */
import { Buffer } from 'node:buffer'
import { crcOf, hashTagOf, SLOTS, slotOf } from '../slot.js'

const SUFFIX = '-fence'

/** Slot → the first number that has it. Found by counting, as far as was needed. */
const tags: (number | undefined)[] = []
let counted = 0

/** `keyPrefix` is what the client puts before both keys. */
export function fenceKeyOf(lockKey: string, keyPrefix: string): string {
  const complete = keyPrefix + lockKey
  if (hashTagOf(complete) !== undefined) return lockKey + SUFFIX
  const slot = slotOf(complete)
  return complete.includes('{') ? searched(lockKey, complete, slot) : `${lockKey}${SUFFIX}{${tagOf(slot)}}`
}

function tagOf(slot: number): number {
  while (tags[slot] === undefined) {
    tags[slotOf(String(counted))] ??= counted
    counted++
  }
  return tags[slot]
}

/**
 * Behind a `{` that marks nothing no tag can be put: either everything counts, or what follows that brace. Some ending gives the slot;
 * which one, is looked for each time (a millisecond or two), since hardly any key is like that.
 */
function searched(lockKey: string, complete: string, slot: number): string {
  const brace = complete.indexOf('{')
  const [counts, end] = complete[brace + 1] === '}' ? [complete, ''] : [complete.slice(brace + 1), '}']
  // However long the key is, only the endings are gone through again and again.
  const crc = crcOf(Buffer.from(counts + SUFFIX))
  for (let number = 0; ; number++) {
    if (crcOf(Buffer.from(String(number)), crc) % SLOTS === slot) return `${lockKey}${SUFFIX}${number}${end}`
  }
}
