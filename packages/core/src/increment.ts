/**
 * `increment` where integers are stored in a form that the store cannot count in: read, add, and replace what was read.
 *
 * Increments of one key in this process take turns. At once, all but one would find another value than they had read, and read again,
 * in every round; so only writers elsewhere can come between, and each such round means that one of them got ahead.
 */
import { offAbort, onAbort } from './abort.js'
import type { Backend } from './backend.js'
import type { CommandOptions } from './cache-commands.js'
import { decode, encode } from './codec.js'
import type { CacheState } from './command.js'
import { Waiting } from './deadline.js'
import { toTimeoutMs } from './duration.js'
import { CacheTimeoutError } from './errors.js'
import type { Place } from './key.js'
import { PerKey } from './per-key.js'

/** Ends with its increment, or when that is given up: a store that hangs holds up nobody for longer. */
class Turn extends Waiting {
  isOver = false
  readonly ended: Promise<void>
  #resolve: () => void = () => {}

  constructor() {
    super()
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  expire(): void {
    this.end()
  }

  readonly end = (): void => {
    this.isOver = true
    this.#resolve()
  }
}

/** The last turn in line for each key. */
const lastTurns = new PerKey<Turn>()

/** The new number; `undefined` where there is no integer or the sum is not a safe one. */
export async function incrementEncoded(
  state: CacheState,
  place: Place,
  key: string,
  delta: number,
  options: CommandOptions | undefined,
): Promise<number | undefined> {
  const { store } = place
  const storedKey = place.keyOf(key)
  const previous = lastTurns.get(store, storedKey)
  const turn = new Turn()
  lastTurns.set(store, storedKey, turn)
  const timeoutMs = toTimeoutMs(options?.timeout, state.timeoutMs)
  if (timeoutMs !== undefined) state.deadlines.add(turn, timeoutMs)
  if (options?.signal !== undefined) onAbort(options.signal, turn.end)
  try {
    if (previous !== undefined) await previous.ended
    return await readAndReplace(state, store, storedKey, key, delta, turn)
  } finally {
    state.deadlines.remove(turn)
    if (options?.signal !== undefined) offAbort(options.signal, turn.end)
    if (lastTurns.get(store, storedKey) === turn) lastTurns.delete(store, storedKey)
    turn.end()
  }
}

async function readAndReplace(
  { serializer }: CacheState,
  store: Backend,
  storedKey: string,
  key: string,
  delta: number,
  turn: Turn,
): Promise<number | undefined> {
  while (!turn.isOver) {
    const stored = await store.get(storedKey, serializer.encoding)
    if (turn.isOver) break
    const value = stored === undefined ? 0 : decode(serializer, key, stored, undefined)
    if (!Number.isSafeInteger(value) && typeof value !== 'bigint') return undefined
    const sum = BigInt(value as number | bigint) + BigInt(delta)
    if (!Number.isSafeInteger(Number(sum))) return undefined
    const replacement = encode(serializer, key, typeof value === 'bigint' ? sum : Number(sum), undefined)
    if (await store.compareAndSet(storedKey, stored, replacement, 'keep', true)) return Number(sum)
  }
  // The turn's deadline began a moment before the command's, whose own error may still be to come.
  throw new CacheTimeoutError('increment was given up before it wrote: there was no answer within its deadline', {
    key,
  })
}
