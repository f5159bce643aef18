/**
 * The commands of one tick of the event loop: what is of one kind travels as one, in the order in which the callers called.
 *
 * A group of gets may be waiting, one of sets and one of deletes, and they are sent in this order. A command that would come too early
 * in its group sends all of them first: a get of a key that is being written, a set behind a delete, and every command that is never
 * grouped. So a get sees the write that was called before it and none that was called after it, and the writes of a tick are
 * executed as they were called.
 */
import { setImmediate } from 'node:timers'
import type { Encoding } from '@pycached/core'
import type { Connection } from './connect.js'
import { Deletes, Gets, type Group, isReply, Sets, type Waiter } from './groups.js'
import type { RedisLike } from './redis-like.js'

/** Refused before anything was executed: without the company, some of them may be allowed. */
const REFUSED = /^(NOPERM|ERR unknown command)/
/** Refused whatever the keys are. */
const COMMAND_REFUSED = /^(NOPERM .* run the|ERR unknown command)/

export class Tick {
  readonly #connection: Connection
  #gets = new Gets()
  #sets = new Sets()
  #deletes = new Deletes()
  #begun = false
  /** What a key of the last group of gets brought back: an estimate for the next one. */
  #bytesPerGet = 0
  /** The kinds whose common command the server refuses. */
  readonly #refused = new Set<unknown>()

  constructor(connection: Connection) {
    this.#connection = connection
  }

  get(key: string, encoding: Encoding): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#sets.has(key) || this.#deletes.has(key)) this.flush()
      this.#join(this.#gets, { key, encoding, resolve, reject }, key.length + this.#bytesPerGet)
    })
  }

  set(key: string, value: string | Buffer, ttlMs: number | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.#deletes.isEmpty) this.flush()
      this.#join(this.#sets, { key, value, ttlMs, resolve, reject }, key.length + value.length)
    })
  }

  delete(key: string): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#join(this.#deletes, { key, resolve, reject }, key.length)
    })
  }

  /** The client, for a command that is never grouped, to be called at once: what waits has been sent. */
  get client(): RedisLike {
    this.#begin()
    this.flush()
    return this.#connection.client
  }

  /** Sends what waits. */
  flush(): void {
    const [gets, sets, deletes] = [this.#gets, this.#sets, this.#deletes]
    // There is always a group of each kind, be it empty: V8 forgets what it compiled for a class of which nothing is left.
    if (!gets.isEmpty) this.#gets = new Gets()
    if (!sets.isEmpty) this.#sets = new Sets()
    if (!deletes.isEmpty) this.#deletes = new Deletes()
    this.#send(gets)
    this.#send(sets)
    this.#send(deletes)
  }

  #join<One extends Waiter>(group: Group<One>, waiter: One, bytes: number): void {
    this.#begin()
    group.add(waiter, bytes)
    if (group.isFull) this.flush()
  }

  /** An immediate, and neither a microtask nor `nextTick`: commands that the callbacks of several sockets make meet as well. */
  #begin(): void {
    if (this.#begun) return
    this.#begun = true
    this.#connection.hold()
    setImmediate(this.#end)
  }

  readonly #end = (): void => {
    this.#begun = false
    this.flush()
    this.#connection.release()
  }

  #send<One extends Waiter>(group: Group<One>): void {
    if (group.waiters.length > 1 && !this.#refused.has(group.constructor)) void this.#sendTogether(group)
    else for (const waiter of group.waiters) void this.#sendAlone(group, waiter)
  }

  async #sendTogether<One extends Waiter>(group: Group<One>): Promise<void> {
    let replies: readonly unknown[]
    try {
      replies = await group.together(this.#connection.client)
    } catch (error) {
      this.#failTogether(group, error)
      return
    }
    if (group instanceof Gets) this.#bytesPerGet = group.bytesPerKey
    for (let index = 0; index < group.waiters.length; index++) group.settle(group.waiters[index] as One, replies[index])
  }

  async #sendAlone<One extends Waiter>(group: Group<One>, waiter: One): Promise<void> {
    try {
      group.settle(waiter, await group.alone(this.#connection.client, waiter))
    } catch (error) {
      waiter.reject(this.#connection.reason(error))
    }
  }

  /** Nobody fails for a stranger's key: what was refused is sent again, each command alone, and then no longer in its old place. */
  #failTogether<One extends Waiter>(group: Group<One>, error: unknown): void {
    if (isReply(error, REFUSED)) {
      if (isReply(error, COMMAND_REFUSED)) this.#refused.add(group.constructor)
      for (const waiter of group.waiters) void this.#sendAlone(group, waiter)
      return
    }
    const reason = this.#connection.reason(error)
    for (const waiter of group.waiters) waiter.reject(copyOf(reason))
  }
}

/** The callers' errors are their own: whoever adds something to one does not add it to the others'. */
function copyOf(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const copy = Object.setPrototypeOf(new Error(error.message), Object.getPrototypeOf(error))
  return Object.defineProperties(copy, Object.getOwnPropertyDescriptors(error))
}
