/** Whether two values are the same, down to types, order, keys, signs of zero, and which objects are one object. */

export function isSame(left: unknown, right: unknown): boolean {
  return new Comparison().equals(left, right)
}

class Comparison {
  /** Each object of one side stands for exactly one of the other. */
  private readonly pairs = new Map<object, object>()
  private readonly reverse = new Map<object, object>()

  equals(left: unknown, right: unknown): boolean {
    if (typeof left !== 'object' || left === null || typeof right !== 'object' || right === null) {
      return Object.is(left, right)
    }
    // Python has one object each for these.
    if (left instanceof Uint8Array && left.length < 2) return this.contentEquals(left, right)
    if (this.pairs.has(left) || this.reverse.has(right)) {
      return this.pairs.get(left) === right && this.reverse.get(right) === left
    }
    this.pairs.set(left, right)
    this.reverse.set(right, left)
    // An object without a prototype comes back as an ordinary one.
    const prototype: unknown = Object.getPrototypeOf(left) ?? Object.prototype
    return prototype === Object.getPrototypeOf(right) && this.contentEquals(left, right)
  }

  private contentEquals(left: object, right: object): boolean {
    if (left instanceof Date) return left.getTime() === (right as Date).getTime()
    if (left instanceof Uint8Array) return right instanceof Uint8Array && Buffer.compare(left, right) === 0
    if (left instanceof Map) return this.listEquals([...left].flat(), [...(right as typeof left)].flat())
    if (left instanceof Set) return this.listEquals([...left], [...(right as typeof left)])
    // Array.from reads holes as undefined, which is what they come back as.
    if (Array.isArray(left)) return this.listEquals(Array.from(left), right as unknown[])
    const keys = Object.keys(left)
    return (
      this.listEquals(keys, Object.keys(right)) &&
      keys.every((key) => this.equals((left as Record<string, unknown>)[key], (right as Record<string, unknown>)[key]))
    )
  }

  private listEquals(left: readonly unknown[], right: readonly unknown[]): boolean {
    return left.length === right.length && left.every((item, i) => this.equals(item, right[i]))
  }
}
