/** The kinds of commands that travel as one: for each kind, what many of them are on the wire, and what one alone is. */
import type { Encoding } from '@pycached/core'
import type { RedisLike } from './redis-like.js'
import { DELETE_EACH, runScript, setAll } from './scripts.js'
import { fromReply, isOne, ttlWords } from './wire.js'

/** While the server works for a group it serves nobody else: at these bounds about a millisecond for sets, and less for the others. */
const MAX_KEYS = 512
/** Text counts by its characters, here and below. */
const MAX_WRITTEN_BYTES = 65_536
/** 1 MB takes the server 0.1 ms; 4 MB, which no longer fit its caches, take 2 to 3. */
const MAX_READ_BYTES = 1_048_576
/** What is longer is set alone: where any of its group had a time to live, a script would copy it twice more. */
export const MAX_GROUPED_LENGTH = 1024

/** One caller's command, and how the caller is answered. */
export interface Waiter {
  readonly key: string
  readonly resolve: (answer: never) => void
  readonly reject: (error: unknown) => void
}

export abstract class Group<One extends Waiter = Waiter> {
  abstract readonly kind: 'gets' | 'sets' | 'deletes'
  readonly waiters: One[] = []
  readonly #maxBytes: number
  #bytes = 0
  #keys: Set<string> | undefined

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** `bytes`: roughly what it adds to the command or to the answer. */
  add(waiter: One, bytes: number): void {
    this.waiters.push(waiter)
    this.#bytes += bytes
    this.#keys?.add(waiter.key)
  }

  get isEmpty(): boolean {
    return this.waiters.length === 0
  }

  get isFull(): boolean {
    return this.waiters.length >= MAX_KEYS || this.#bytes >= this.#maxBytes
  }

  /** Asked only where reads and writes meet in one tick: until then no key is noted. */
  has(key: string): boolean {
    if (this.isEmpty) return false
    this.#keys ??= new Set(this.waiters.map((waiter) => waiter.key))
    return this.#keys.has(key)
  }

  /** One command for some of the waiters, and what it says for each. */
  abstract together(client: RedisLike, waiters: readonly One[]): Promise<readonly unknown[]>
  /** The command that it is without company. */
  abstract alone(client: RedisLike, waiter: One): Promise<unknown>
  /** Answers a waiter. */
  abstract settle(waiter: One, reply: unknown): void
}

/** How long the values are that are read: a guess at what is about to be read. Misses, which have no length, tell nothing about hits. */
export class ReadSizes {
  /** Moving, over the last 64 or so: a single large one changes little. */
  average = 0

  note(bytes: number): void {
    this.average += (bytes - this.average) / 64
  }
}

interface GetWaiter extends Waiter {
  readonly encoding: Encoding
  readonly resolve: (stored: unknown) => void
}

/** What is no text or bytes, such as a list, is a miss: `MGET` says so, and no answer depends on the company that it travelled in. */
export class Gets extends Group<GetWaiter> {
  readonly kind = 'gets'
  readonly #sizes: ReadSizes

  constructor(sizes: ReadSizes) {
    super(MAX_READ_BYTES)
    this.#sizes = sizes
  }

  together(client: RedisLike, waiters: readonly GetWaiter[]): Promise<readonly unknown[]> {
    return client.mgetBuffer(waiters.map(({ key }) => key))
  }

  alone(client: RedisLike, { key }: GetWaiter): Promise<unknown> {
    return client.getBuffer(key).catch((error: unknown) => {
      if (says(error, /^WRONGTYPE/)) return null
      throw error
    })
  }

  settle({ key, encoding, resolve, reject }: GetWaiter, reply: Buffer | null): void {
    try {
      const stored = fromReply(reply, encoding, key)
      if (stored !== undefined) this.#sizes.note(stored.length)
      resolve(stored)
    } catch (error) {
      reject(error)
    }
  }
}

interface SetWaiter extends Waiter {
  readonly value: string | Buffer
  readonly ttlMs: number | undefined
  readonly resolve: () => void
}

/** A key that stands twice is written twice: the last value stays. */
export class Sets extends Group<SetWaiter> {
  readonly kind = 'sets'

  constructor() {
    super(MAX_WRITTEN_BYTES)
  }

  async together(client: RedisLike, waiters: readonly SetWaiter[]): Promise<readonly unknown[]> {
    await setAll(
      client,
      waiters.map(({ key }) => key),
      waiters.map(({ value }) => value),
      waiters.map(({ ttlMs }) => ttlMs),
    )
    return []
  }

  alone(client: RedisLike, { key, value, ttlMs }: SetWaiter): Promise<unknown> {
    return client.call('set', [key, value, ...ttlWords(ttlMs)])
  }

  settle({ resolve }: SetWaiter): void {
    resolve()
  }
}

interface DeleteWaiter extends Waiter {
  readonly resolve: (deleted: boolean) => void
}

/** A script that says for each key whether it was there: `UNLINK` of all would only say how many were. */
export class Deletes extends Group<DeleteWaiter> {
  readonly kind = 'deletes'

  constructor() {
    super(MAX_WRITTEN_BYTES)
  }

  async together(client: RedisLike, waiters: readonly DeleteWaiter[]): Promise<readonly unknown[]> {
    const keys = waiters.map(({ key }) => key)
    return (await runScript(client, DELETE_EACH, keys, [])) as readonly unknown[]
  }

  alone(client: RedisLike, { key }: DeleteWaiter): Promise<unknown> {
    return client.call('unlink', [key])
  }

  settle({ resolve }: DeleteWaiter, reply: unknown): void {
    resolve(isOne(reply))
  }
}

/** Whether the server answered with an error that begins so. */
export function says(error: unknown, start: RegExp): boolean {
  return start.test(String((error as Error | undefined)?.message))
}
