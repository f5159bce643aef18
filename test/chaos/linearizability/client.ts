/** A client that uses a cache at random, alone or several commands in one tick, and records it. */

import { type BaseCache, OptimisticLock } from '@pycached/core'
import type { Random } from '../random.js'
import type { Life, Stored } from './history.js'
import type { Placed, Recorder } from './recorder.js'

export interface ClientPlan {
  readonly name: string
  /** Tells the clients of a history apart in the values that they write: every value is written once. */
  readonly number: number
  readonly cache: BaseCache
  readonly recorder: Recorder
  readonly random: Random
  /** Put before the keys. */
  readonly prefix: string
  readonly keys: readonly string[]
  readonly commands: number
  /** Whether values are given times to live, and time passes. */
  readonly expiring: boolean
  /** Whether there are commands of several keys. */
  readonly joining: boolean
  /** Whether nothing is done but to increment and to get. */
  readonly counting: boolean
  /** Whether commands that the client calls in one tick are executed in this order: one connection, nothing that waits before it. */
  readonly ordered: boolean
  /** Whether the store counts, in one step of its own; else an increment is a read and a write. */
  readonly counts: boolean
  /** Share of the commands whose deadline passes at once, or nearly. */
  readonly hurried: number
}

/** Above all sums of increments, so that no sum is another written value. */
const VALUE_STEP = 1000

const TTLS_MS = [2, 5, 10, 60_000]

export async function runClient(plan: ClientPlan): Promise<void> {
  await new Client(plan).run()
}

class Client {
  readonly #plan: ClientPlan
  #values = 0
  #tickets = 0
  #burst: Placed[] = []
  readonly #seen = new Map<string, Stored>()

  constructor(plan: ClientPlan) {
    this.#plan = plan
  }

  async run(): Promise<void> {
    const { random, commands, expiring } = this.#plan
    for (let done = 0; done < commands; ) {
      const size = random.chance(0.3) ? 2 + random.below(2) : 1
      this.#burst = []
      await Promise.all(Array.from({ length: size }, () => this.#command()))
      done += size
      if (expiring && random.chance(0.4)) await new Promise((resolve) => setTimeout(resolve, random.below(6)))
      else if (random.chance(0.2)) await new Promise((resolve) => setImmediate(resolve))
    }
  }

  async #command(): Promise<void> {
    const { random, expiring, counting, joining } = this.#plan
    if (counting) return await random.pick([this.#get, this.#increment, this.#increment]).call(this)
    const kinds = [this.#get, this.#get, this.#set, this.#add, this.#delete, this.#increment, this.#increment]
    kinds.push(this.#exists, this.#optimistic, this.#optimistic, this.#compareAndSet)
    if (joining) kinds.push(this.#multiGet, this.#multiGet, this.#multiSet, this.#multiDelete)
    if (expiring) kinds.push(this.#expire, this.#expire, this.#set, this.#get)
    await random.pick(kinds).call(this)
  }

  async #get(): Promise<void> {
    const { cache, prefix } = this.#plan
    const key = this.#key()
    const value = await this.#record({ name: 'get', keys: [key] }, () =>
      cache.get<number>(prefix + key, this.#options()),
    )
    this.#seen.set(key, value as Stored)
  }

  async #exists(): Promise<void> {
    const { cache, prefix } = this.#plan
    const key = this.#key()
    await this.#record({ name: 'exists', keys: [key] }, () => cache.exists(prefix + key, this.#options()))
  }

  async #set(): Promise<void> {
    const { cache, prefix } = this.#plan
    const [key, value, ttlMs] = [this.#key(), this.#value(), this.#ttlMs()]
    const life = ttlMs === undefined ? {} : { ttlMs }
    await this.#record({ name: 'set', keys: [key], value, ...life }, () =>
      cache.set(prefix + key, value, { ttl: secondsOf(ttlMs), ...this.#options() }),
    )
  }

  async #add(): Promise<void> {
    const { cache, prefix } = this.#plan
    const [key, value, ttlMs] = [this.#key(), this.#value(), this.#ttlMs()]
    const life = ttlMs === undefined ? {} : { ttlMs }
    await this.#record({ name: 'add', keys: [key], value, ...life }, () =>
      cache.add(prefix + key, value, { ttl: secondsOf(ttlMs), ...this.#options() }),
    )
  }

  async #delete(): Promise<void> {
    const { cache, prefix } = this.#plan
    const key = this.#key()
    await this.#record({ name: 'delete', keys: [key] }, () => cache.delete(prefix + key, this.#options()))
  }

  async #increment(): Promise<void> {
    const { cache, prefix, random, ordered, counts } = this.#plan
    const [key, delta] = [this.#key(), 1 + random.below(3)]
    const call = () => cache.increment(prefix + key, delta, this.#options())
    await this.#record({ name: 'increment', keys: [key], delta }, call, ordered && counts)
  }

  async #expire(): Promise<void> {
    const { cache, prefix } = this.#plan
    const [key, ttlMs] = [this.#key(), this.#ttlMs()]
    await this.#record({ name: 'expire', keys: [key], ttlMs }, () =>
      cache.expire(prefix + key, secondsOf(ttlMs), this.#options()),
    )
  }

  async #optimistic(): Promise<void> {
    const { cache, prefix, random, number } = this.#plan
    const key = this.#key()
    const ticket = number * VALUE_STEP + ++this.#tickets
    const lock = new OptimisticLock(cache, prefix + key)
    let read = false
    await this.#record({ name: 'acquire', keys: [key], ticket }, async () => {
      await lock.acquire()
      read = true
      return undefined
    })
    if (!read) return
    if (random.chance(0.3)) await new Promise((resolve) => setImmediate(resolve))
    const value = this.#value()
    await this.#record({ name: 'cas', keys: [key], ticket, value }, () => lock.cas(value), false)
  }

  async #compareAndSet(): Promise<void> {
    const { cache, prefix, random, expiring } = this.#plan
    const { backend, serializer } = cache
    const [key, value] = [this.#key(), this.#value()]
    const expected = this.#seen.get(key)
    const ttlMs: Life = random.chance(0.5) ? 'keep' : expiring ? this.#ttlMs() : undefined
    const stored = expected === undefined ? undefined : serializer.dumps(expected)
    await this.#record({ name: 'compareAndSet', keys: [key], expected, value, ttlMs }, async () =>
      backend.compareAndSet(cache.buildKey(prefix + key), stored, serializer.dumps(value), ttlMs),
    )
  }

  async #multiGet(): Promise<void> {
    const { cache, prefix, keys } = this.#plan
    await this.#record({ name: 'multiGet', keys }, () =>
      cache.multiGet<number>(
        keys.map((key) => prefix + key),
        this.#options(),
      ),
    )
  }

  async #multiSet(): Promise<void> {
    const { cache, prefix, keys } = this.#plan
    const values = keys.map(() => this.#value())
    const pairs = keys.map((key, index) => [prefix + key, values[index]] as const)
    await this.#record({ name: 'multiSet', keys, values }, () => cache.multiSet(pairs, this.#options()))
  }

  async #multiDelete(): Promise<void> {
    const { cache, prefix, keys } = this.#plan
    const complete = keys.map((key) => prefix + key)
    await this.#record({ name: 'multiDelete', keys }, () => cache.multiDelete(complete, this.#options()))
  }

  #record(
    command: Parameters<Recorder['record']>[1],
    call: Parameters<Recorder['record']>[4],
    ordered = this.#plan.ordered,
  ) {
    const { recorder, name } = this.#plan
    return recorder.record(name, command, ordered, this.#burst, call)
  }

  #key(): string {
    return this.#plan.random.pick(this.#plan.keys)
  }

  #value(): number {
    return (++this.#values * 16 + this.#plan.number) * VALUE_STEP
  }

  #ttlMs(): number | undefined {
    const { random, expiring } = this.#plan
    return expiring && random.chance(0.7) ? random.pick(TTLS_MS) : undefined
  }

  /** A deadline of a millisecond passes before the answer or after it. */
  #options(): { timeout?: number } {
    const { random, hurried } = this.#plan
    return hurried > 0 && random.chance(hurried) ? { timeout: 0.001 } : {}
  }
}

function secondsOf(ttlMs: number | undefined): number | null {
  return ttlMs === undefined ? null : ttlMs / 1000
}
