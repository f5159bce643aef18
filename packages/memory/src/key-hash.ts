/** A number from a key, for what may mistake one key for another now and then. */

/** Longer keys differ at their ends: of them as many characters are read from the start and from the end. */
const HALF = 32

/** 32 bits, well spread: FNV-1a over the characters, with the finalizer of MurmurHash3. */
export function hashOf(key: string): number {
  const { length } = key
  let hash = 0x811c9dc5 ^ length
  const head = length <= 2 * HALF ? length : HALF
  for (let index = 0; index < head; index++) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193)
  for (let index = Math.max(head, length - HALF); index < length; index++) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
