/**
 * Dicts that turn out to be maps. A dict is read as a plain object, until a key comes that is no text: then it becomes a `Map`. Whoever
 * refers to it later gets the map; whoever referred to it before, which only a dict that contains itself makes possible, gets it when
 * all is read.
 */

type Dict = Record<string, unknown>
type DictMap = Map<unknown, unknown>

export class DictForwarding {
  private maps: Map<object, DictMap> | undefined
  private readonly referenced: object[] = []

  /** What a reference to `value` gives now. */
  recall(value: object): object {
    const map = this.maps?.get(value)
    if (map !== undefined) return map
    this.noteReference(value)
    return value
  }

  noteReference(value: unknown): void {
    if (isDict(value)) this.referenced.push(value)
  }

  /** The map that `value` has become, or `value`. */
  current(value: unknown): unknown {
    return this.maps?.get(value as object) ?? value
  }

  toMap(dict: Dict): DictMap {
    const map: DictMap = new Map(Object.entries(dict))
    this.maps ??= new Map()
    this.maps.set(dict, map)
    return map
  }

  /** Whether something may still hold the object of a dict that has become a map. */
  isReplacementDue(): boolean {
    const { maps } = this
    return maps !== undefined && this.referenced.some((dict) => maps.has(dict))
  }

  /** Puts the maps into everything that can be reached from `root`; answers what `root` itself is now. */
  replaceIn(root: unknown): unknown {
    const pending = [this.current(root)]
    const seen = new Set<unknown>(pending)
    const replaced = (value: unknown): unknown => {
      const now = this.current(value)
      if (typeof now === 'object' && now !== null && !seen.has(now)) {
        seen.add(now)
        pending.push(now)
      }
      return now
    }
    for (let container = pending.pop(); container !== undefined; container = pending.pop()) {
      if (Array.isArray(container)) replaceItems(container as unknown[], replaced)
      else if (container instanceof Map) replaceEntries(container, replaced)
      else if (container instanceof Set) replaceMembers(container, replaced)
      else if (isDict(container)) replaceProperties(container, replaced)
    }
    return this.current(root)
  }
}

type Replace = (value: unknown) => unknown

function replaceItems(items: unknown[], replaced: Replace): void {
  items.forEach((item, i) => {
    items[i] = replaced(item)
  })
}

/** Filled anew, for that keeps the order when keys are replaced. */
function replaceEntries(map: DictMap, replaced: Replace): void {
  const entries = [...map]
  map.clear()
  for (const [key, value] of entries) map.set(replaced(key), replaced(value))
}

function replaceMembers(set: Set<unknown>, replaced: Replace): void {
  const members = [...set]
  set.clear()
  for (const member of members) set.add(replaced(member))
}

function replaceProperties(dict: Dict, replaced: Replace): void {
  for (const key of Object.keys(dict)) {
    const value = replaced(dict[key])
    // Not by assignment, which `__proto__` would not survive.
    Object.defineProperty(dict, key, { value })
  }
}

export function isDict(value: unknown): value is Dict {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}
