/** What clients did and saw: commands, each with the moments between which it took effect, and its answer. */

/** Every value that is stored is an integer, so that all commands make sense of it. `undefined` is a missing key. */
export type Stored = number | undefined

/** How long a written value lives; `'keep'`: what is left of the old value's time. */
export type Life = number | 'keep' | undefined

export type Command =
  | { readonly name: 'get' | 'exists' | 'delete'; readonly keys: readonly [string] }
  | { readonly name: 'set' | 'add'; readonly keys: readonly [string]; readonly value: number; readonly ttlMs?: number }
  | { readonly name: 'increment'; readonly keys: readonly [string]; readonly delta: number }
  | { readonly name: 'expire'; readonly keys: readonly [string]; readonly ttlMs: number | undefined }
  /** What an optimistic lock reads is not told; `ticket` is one number for one `acquire`, and for the `cas` that relies on it. */
  | { readonly name: 'acquire'; readonly keys: readonly [string]; readonly ticket: number }
  | { readonly name: 'cas'; readonly keys: readonly [string]; readonly ticket: number; readonly value: number }
  | {
      readonly name: 'compareAndSet'
      readonly keys: readonly [string]
      readonly expected: Stored
      readonly value: number
      readonly ttlMs: Life
    }
  | { readonly name: 'multiGet' | 'multiDelete'; readonly keys: readonly string[] }
  | { readonly name: 'multiSet'; readonly keys: readonly string[]; readonly values: readonly number[] }

export type Answer = Stored | boolean | readonly Stored[]

/** The moments are nanoseconds of one clock that all clients share. */
export interface Operation {
  readonly command: Command
  readonly calledNs: number
  /** `undefined` where it failed: it may have taken effect at any moment since, or never. */
  readonly answer: { readonly value: Answer; readonly atNs: number } | undefined
  /** Which client, for people who read histories. */
  readonly client: string
  /** Operations of the same history, by index, that the cache promises to have executed before, though they were in flight together. */
  readonly after: readonly number[]
}

export type History = readonly Operation[]

/** A history as people read it, a line per operation, in order of the calls. */
export function historyText(history: History): string {
  const startNs = Math.min(...history.map(({ calledNs }) => calledNs))
  const ms = (ns: number) => ((ns - startNs) / 1e6).toFixed(3)
  return [...history.entries()]
    .sort(([, a], [, b]) => a.calledNs - b.calledNs)
    .map(([index, { command, client, calledNs, answer, after }]) => {
      const { name, ...rest } = command
      const told = answer === undefined ? 'failed' : `${JSON.stringify(answer.value)} at ${ms(answer.atNs)}`
      const order = after.length === 0 ? '' : ` after ${after.map((other) => `#${other}`).join(', ')}`
      return `#${index} ${client} at ${ms(calledNs)}: ${name} ${JSON.stringify(rest)}${order} → ${told}`
    })
    .join('\n')
}
