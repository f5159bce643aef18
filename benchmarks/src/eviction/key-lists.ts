/** Doubly linked lists whose entries are the numbers of keys: a key is in one of them at most. */

export class KeyLists {
  /** How many entries each list has. */
  readonly lengths: Int32Array
  readonly #newer: Int32Array
  readonly #older: Int32Array
  readonly #keys: number

  /** For keys below `keys`. */
  constructor(keys: number, lists: number) {
    this.#keys = keys
    this.lengths = new Int32Array(lists)
    this.#newer = new Int32Array(keys + lists)
    this.#older = new Int32Array(keys + lists)
    // The heads, which close the circles, come after the keys.
    for (let head = keys; head < keys + lists; head++) this.#newer[head] = this.#older[head] = head
  }

  length(list: number): number {
    return this.lengths[list] as number
  }

  /** The list must not be empty. */
  oldest(list: number): number {
    return this.#newer[this.#keys + list] as number
  }

  /** `undefined` for the newest. */
  newerThan(key: number): number | undefined {
    const newer = this.#newer[key] as number
    return newer < this.#keys ? newer : undefined
  }

  /** As the newest. */
  push(list: number, key: number): void {
    const head = this.#keys + list
    const newest = this.#older[head] as number
    this.#older[key] = newest
    this.#newer[key] = head
    this.#newer[newest] = key
    this.#older[head] = key
    this.lengths[list] = this.length(list) + 1
  }

  /** `key` must be in `list`. */
  remove(list: number, key: number): void {
    const newer = this.#newer[key] as number
    const older = this.#older[key] as number
    this.#newer[older] = newer
    this.#older[newer] = older
    this.lengths[list] = this.length(list) - 1
  }

  /** Removes the oldest. The list must not be empty. */
  shift(list: number): number {
    const key = this.oldest(list)
    this.remove(list, key)
    return key
  }
}
