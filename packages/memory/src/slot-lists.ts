/** Doubly linked lists of slots, without an object per link. A slot is in one of the lists at most. */
import { grown, moreThan, NONE } from './slots.js'

const SMALLEST = 48

export class SlotLists {
  /**
   * Two places for each node: the next node, and the previous one. Nodes are heads and slots, in circles; 0 is nobody, so that a node
   * that is in no list has 0 in both.
   */
  #links = new Int32Array()
  /** Slot 0 would be this node. */
  readonly #heads: number

  /** `lists` are numbered from 0. */
  constructor(lists: number) {
    this.#heads = lists + 1
    this.reset()
  }

  isEmpty(list: number): boolean {
    return this.#links[(list + 1) * 2] === list + 1
  }

  /** The slot that came first, or `NONE`. */
  first(list: number): number {
    const node = this.#links[(list + 1) * 2] as number
    return node < this.#heads ? NONE : node - this.#heads
  }

  /** Adds a slot that is in no list. */
  append(list: number, slot: number): void {
    const head = list + 1
    const node = this.#heads + slot
    while (node * 2 >= this.#links.length) {
      this.#links = grown(this.#links, new Int32Array(moreThan(this.#links.length / 2) * 2))
    }
    const links = this.#links
    const last = links[head * 2 + 1] as number
    links[last * 2] = node
    links[node * 2 + 1] = last
    links[node * 2] = head
    links[head * 2 + 1] = node
  }

  /** Takes a slot out of the list that it is in. */
  remove(slot: number): void {
    const links = this.#links
    const node = this.#heads + slot
    const next = links[node * 2] as number
    const previous = links[node * 2 + 1] as number
    links[previous * 2] = next
    links[next * 2 + 1] = previous
    links[node * 2] = 0
    links[node * 2 + 1] = 0
  }

  /** Moves all that `from` has to the end of `to`. */
  moveAll(from: number, to: number): void {
    if (this.isEmpty(from)) return
    const links = this.#links
    const [fromHead, toHead] = [from + 1, to + 1]
    const first = links[fromHead * 2] as number
    const last = links[fromHead * 2 + 1] as number
    const before = links[toHead * 2 + 1] as number
    links[before * 2] = first
    links[first * 2 + 1] = before
    links[last * 2] = toHead
    links[toHead * 2 + 1] = last
    links[fromHead * 2] = fromHead
    links[fromHead * 2 + 1] = fromHead
  }

  /** Empties all lists, and gives their memory back. */
  reset(): void {
    this.#links = new Int32Array((this.#heads + SMALLEST) * 2)
    for (let head = 1; head < this.#heads; head++) this.#links[head * 2] = this.#links[head * 2 + 1] = head
  }

  /** @internal What it consists of, for tests. */
  _snapshot(): { readonly links: Int32Array; readonly heads: number } {
    return { links: this.#links, heads: this.#heads }
  }
}
