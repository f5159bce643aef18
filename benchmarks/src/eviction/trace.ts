/** Accesses in order, each by the number of its key: what hit ratios are taken of. */

export interface Trace {
  readonly name: string
  /** Keys are numbered from 0 in the order in which they come. */
  readonly accesses: Int32Array
  /** How many keys there are. */
  readonly distinct: number
}

/** Numbers the keys. The first `length` of them only, where given. */
export function traceOf(name: string, keys: Iterable<number>, length = Number.POSITIVE_INFINITY): Trace {
  const numbers = new Map<number, number>()
  const accesses: number[] = []
  for (const key of keys) {
    if (accesses.length >= length) break
    let number = numbers.get(key)
    if (number === undefined) {
      number = numbers.size
      numbers.set(key, number)
    }
    accesses.push(number)
  }
  return { name, accesses: Int32Array.from(accesses), distinct: numbers.size }
}

/** The keys as caches have them. */
export function keyNames(trace: Trace): string[] {
  return Array.from({ length: trace.distinct }, (_, key) => `key:${key}`)
}
