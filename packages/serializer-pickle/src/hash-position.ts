/**
 * Members of sets and keys of maps. JavaScript takes any object there and compares it by identity; Python takes only what it can hash,
 * and so no list, dict or set. They are written in one of two ways, and read back as what they were:
 *
 * - an array or set of plain values becomes its immutable twin, a tuple or a frozenset;
 * - anything else is put into a `ReferenceError`, a class of Python's own without further use that holds any value and is compared by
 *   identity: `ReferenceError({'id': 7})`, whose `args[0]` is the dict.
 */

/** Deeper or larger than this a key is wrapped. Nothing keeps keys from being cyclic, or from sharing their parts many times over. */
const MAX_FROZEN_DEPTH = 8
const MAX_FROZEN_ITEMS = 10_000

/**
 * Whether `value` can be written as a tuple or frozenset.
 *
 * @param isWritten whether an object was written before, in its usual form, and can only be referred to.
 */
export function isFreezable(value: object, isWritten: (value: object) => boolean): boolean {
  let items = 0
  const check = (container: unknown, depth: number): boolean => {
    if (typeof container !== 'object' || container === null) return true
    if (container instanceof Date || container instanceof Uint8Array) return true
    if (depth > MAX_FROZEN_DEPTH || isWritten(container) || !(isList(container) || isSet(container))) return false
    for (const item of container) {
      if (++items > MAX_FROZEN_ITEMS || !check(item, depth + 1)) return false
    }
    return true
  }
  return check(value, 1)
}

export function isList(value: object): value is readonly unknown[] {
  return Array.isArray(value) && Object.getPrototypeOf(value) === Array.prototype
}

export function isSet(value: object): value is Set<unknown> {
  return value instanceof Set && Object.getPrototypeOf(value) === Set.prototype
}
