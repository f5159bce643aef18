/** What a pickle may refer back to, by number. */
export class Memo {
  /** Numbered from 0 without gaps, as every pickle does since Python 3. */
  private readonly dense: unknown[] = []
  /** The others. An array would have to be as long as the highest number, which anybody can choose. */
  private sparse: Map<number, unknown> | undefined
  private readonly maxEntries: number

  constructor(maxEntries: number) {
    this.maxEntries = maxEntries
  }

  get size(): number {
    return this.dense.length + (this.sparse?.size ?? 0)
  }

  has(index: number): boolean {
    return index < this.dense.length || (this.sparse?.has(index) ?? false)
  }

  get(index: number): unknown {
    return index < this.dense.length ? this.dense[index] : this.sparse?.get(index)
  }

  /** Under the next number. Answers `false` when it is full. */
  add(value: unknown): boolean {
    if (this.sparse !== undefined || this.dense.length >= this.maxEntries) return this.put(this.size, value)
    this.dense.push(value)
    return true
  }

  /** Answers `false` when it is full. */
  put(index: number, value: unknown): boolean {
    const { dense } = this
    if (index < dense.length) dense[index] = value
    else if (this.size >= this.maxEntries) return false
    else if (index === dense.length && !this.sparse?.has(index)) dense.push(value)
    else {
      this.sparse ??= new Map()
      this.sparse.set(index, value)
    }
    return true
  }
}
