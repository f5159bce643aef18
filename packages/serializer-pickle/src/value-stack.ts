/** The stack of the machine that pickles drive, with its marks. Nothing below the last mark can be touched. */
import type { ByteReader } from './byte-reader.js'

export class ValueStack {
  /** End at {@link top}; what lies above is left over. */
  readonly values: unknown[] = []
  top = 0
  private fence = 0
  private readonly marks: number[] = []
  private readonly input: ByteReader

  /** @param input says where in the pickle something failed. */
  constructor(input: ByteReader) {
    this.input = input
  }

  push(value: unknown): void {
    this.values[this.top++] = value
  }

  /** Puts a container below the items that begin at `start`. */
  insert(start: number, container: object): void {
    this.push(undefined)
    this.values.copyWithin(start + 1, start, this.top - 1)
    this.values[start] = container
  }

  /** A new array of everything from `start` on, in place of which is put what is pushed next. */
  take(start: number): unknown[] {
    const items = this.values.slice(start, this.top)
    this.top = start
    return items
  }

  /** In place of everything from `start` on. */
  replaceFrom(start: number, value: unknown): void {
    this.values[start] = value
    this.top = start + 1
  }

  /** Where the topmost `count` values begin. */
  need(count: number): number {
    const start = this.top - count
    if (start < this.fence) this.input.fail('an opcode that takes more values than there are')
    return start
  }

  peek(): unknown {
    return this.values[this.need(1)]
  }

  /** The container below the items that begin at `start`. */
  below(start: number): unknown {
    if (start - 1 < this.fence) this.input.fail('items without a container')
    return this.values[start - 1]
  }

  mark(): void {
    this.fence = this.top
    this.marks.push(this.top)
  }

  /** Where the values since the last mark begin. */
  popMark(): number {
    const start = this.marks.pop()
    if (start === undefined) return this.input.fail('an opcode that needs a mark where there is none')
    this.fence = this.marks.at(-1) ?? 0
    return start
  }

  /** Drops one value, or a mark: as in CPython, where marks lie among the values. */
  pop(): void {
    if (this.marks.length > 0 && this.top === this.fence) this.popMark()
    else this.top = this.need(1)
  }

  hasMarks(): boolean {
    return this.marks.length > 0
  }

  /** Whether the next value is a key, if those since the mark are the items of a dict. */
  isKeyNext(): boolean {
    return ((this.top - this.fence) & 1) === 0
  }
}
