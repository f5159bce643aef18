/** Which entry goes first: the contract between the store and a policy. */

export interface Eviction {
  /** A key that is not there is about to be stored, and room will be made for it. */
  arrive(key: string): void
  /** The entry of the key that arrived. */
  admit(slot: number): void
  /** An entry that was removed, and stays all the same. */
  readmit(slot: number): void
  /** The entry was read, or its value replaced. `word` is the entry's. This is all that a hit costs. */
  touch(slot: number, word: number): void
  /** The entry's size is about to be another: after `remove`, before `readmit`, nothing needs to be said. */
  resize(slot: number, bytes: number): void
  /** The entry goes, or is to be kept. */
  remove(slot: number): void
  /** Chooses the entry to go first, and removes it. `NONE` where there is none. */
  evict(): number
  /** Forgets all entries, and what was learned. */
  reset(): void
}
