/** Where in a value something is: only for the message of an error, so it is searched for only once there is one. */

interface Step {
  readonly value: unknown
  readonly path: string
}

/** More than this is not looked at: the message then goes without. */
const MAX_STEPS = 100_000
const IDENTIFIER = /^[\p{L}_$][\p{L}\p{N}_$]*$/u

/**
 * Like `value.users[3].birthday`, or `undefined` if it is not found or is the whole value. The keys of maps are values, so they are
 * counted and not shown.
 */
export function pathTo(wanted: unknown, root: unknown): string | undefined {
  const seen = new Set<unknown>()
  const pending: Step[] = [{ value: root, path: 'value' }]
  for (let steps = 0; steps < MAX_STEPS; steps++) {
    const step = pending.pop()
    if (step === undefined) return undefined
    if (Object.is(step.value, wanted)) return step.path
    if (typeof step.value !== 'object' || step.value === null || seen.has(step.value)) continue
    seen.add(step.value)
    try {
      pending.push(...stepsInto(step.value, step.path).slice(0, MAX_STEPS).reverse())
    } catch {
      // A getter that throws: it is not the way to anything that was found.
    }
  }
  return undefined
}

function stepsInto(value: object, path: string): Step[] {
  if (value instanceof Map) {
    return [...value].flatMap(([key, item], i) => [
      { value: key, path: `the key of entry ${i} of ${path}` },
      { value: item, path: `entry ${i} of ${path}` },
    ])
  }
  if (value instanceof Set) return [...value].map((item, i) => ({ value: item, path: `member ${i} of ${path}` }))
  if (Array.isArray(value)) return value.map((item: unknown, i) => ({ value: item, path: `${path}[${i}]` }))
  if (ArrayBuffer.isView(value)) return []
  return Object.keys(value).map((key) => ({
    value: (value as Record<string, unknown>)[key],
    path: IDENTIFIER.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`,
  }))
}
