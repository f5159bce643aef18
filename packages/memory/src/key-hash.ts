/** A number from a key, for what may mistake one key for another now and then. */

/** Of longer keys than twice as many characters, so many are read from the start and from the end. */
const HALF = 256

/**
 * 32 bits, well spread: FNV-1a over every other character each, so that two multiplications are under way at once, with the finalizer
 * of MurmurHash3.
 */
export function hashOf(key: string): number {
  const { length } = key
  const head = length <= 2 * HALF ? length : HALF
  let even = 0x811c9dc5 ^ length
  let odd = length
  let index = 0
  for (; index + 1 < head; index += 2) {
    even = Math.imul(even ^ key.charCodeAt(index), 0x01000193)
    odd = Math.imul(odd ^ key.charCodeAt(index + 1), 0x85ebca6b)
  }
  if (index < head) even = Math.imul(even ^ key.charCodeAt(index), 0x01000193)
  for (index = Math.max(head, length - HALF); index < length; index++) {
    odd = Math.imul(odd ^ key.charCodeAt(index), 0x85ebca6b)
  }
  let hash = even ^ Math.imul(odd ^ (odd >>> 15), 0x2c1b3c6d)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
