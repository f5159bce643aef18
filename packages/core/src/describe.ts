/** What the messages of errors say of values that somebody else gave or threw. */

/** What was thrown, in words: its message, or what it is. */
export function describe(thrown: unknown): string {
  try {
    return thrown instanceof Error ? thrown.message : String(thrown)
  } catch {
    // Anything can be thrown, also what has no text, and it must not hide where.
    return `an ${typeof thrown} without text`
  }
}

/** What a value is, and nothing of its content: it may be a secret. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'an array' : typeof value
}
