/** How deep a value that was read nests: found without recursion, for it may be deeper than the stack. */

/**
 * Whether walking `root`, each object once, goes deeper than `maxDepth` containers. Looks into what this package builds; instances of
 * reducers are as deep as their reducers make them.
 */
export function nestsDeeperThan(root: unknown, maxDepth: number): boolean {
  const seen = new Set<object>()
  const containers: object[] = []
  const depths: number[] = []
  const push = (value: unknown, depth: number): void => {
    if (typeof value === 'object' && value !== null) {
      containers.push(value)
      depths.push(depth)
    }
  }
  push(root, 1)
  for (let container = containers.pop(); container !== undefined; container = containers.pop()) {
    const depth = depths.pop() as number
    if (seen.has(container)) continue
    seen.add(container)
    const children = childrenOf(container)
    if (children === undefined) continue
    if (depth > maxDepth) return true
    // The last first, so that what is written first is also walked first.
    for (let i = children.length - 1; i >= 0; i--) push(children[i], depth + 1)
  }
  return false
}

function childrenOf(container: object): readonly unknown[] | undefined {
  if (Array.isArray(container)) return container as unknown[]
  if (container instanceof Map) return [...container.keys(), ...container.values()]
  if (container instanceof Set) return [...container]
  return Object.getPrototypeOf(container) === Object.prototype ? Object.values(container) : undefined
}
