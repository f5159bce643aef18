/**
 * The commands of one tick of the event loop: what is of one kind travels as one, in the order in which the callers called.
 *
 * A group of gets may be waiting, one of sets and one of deletes, and they are sent in this order. A command that would come too early
 * in its group sends all of them first: a get of a key that is being written, a set behind a delete, and every command that is never
 * grouped. So a get sees the write that was called before it and none that was called after it, and the writes of a tick are
 * executed as they were called.
 *
 * In a cluster a group travels as one command for each slot, and the order is that of each key.
 */
import { setImmediate } from 'node:timers'
import type { Encoding } from '@pycached/core'
import { Deletes, Gets, type Group, ReadSizes, Sets, says, type Waiter } from './groups.js'
import type { RedisLike } from './redis-like.js'
import { bySlot } from './slot.js'

/** Refused before anything was executed, for the command, for a key or for the keys' being together: alone, some may be allowed. */
const REFUSED = /^(NOPERM|CROSSSLOT|ERR unknown command)/

/** Taken once: programs and tests that replace timers, after this was loaded, do not mean these. */
const atEndOfTick = setImmediate

/** What a tick's commands are written to. */
export interface Channel {
  /** Calls at once where the client is connected, else in its turn when it is; rejects where it is known that it will not be. */
  send<T>(call: (client: RedisLike) => Promise<T>): Promise<T>
  /** Where only keys of one slot may travel together. */
  readonly slotOf: ((key: string) => number) | undefined
  /** What is written from here to {@link uncork} waits, and leaves in one piece. */
  cork(): void
  uncork(): void
  /** The error that tells why, for one that tells only that the connection is closed; without what the command was given. */
  reason(error: unknown): unknown
}

export class Tick {
  readonly #channel: Channel
  readonly #sizes = new ReadSizes()
  #gets = new Gets(this.#sizes)
  #sets = new Sets()
  #deletes = new Deletes()
  #begun = false
  /** The kinds of which the server has refused a group. */
  readonly #refused = new Set<Group['kind']>()

  constructor(channel: Channel) {
    this.#channel = channel
  }

  get(key: string, encoding: Encoding): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#sets.has(key) || this.#deletes.has(key)) this.flush()
      this.#join(this.#gets, { key, encoding, resolve, reject }, key.length + this.#sizes.average)
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

  /** A command that is never grouped. What waits is sent before it. */
  send<T>(call: (client: RedisLike) => Promise<T>): Promise<T> {
    this.#begin()
    this.flush()
    return this.#channel.send(call)
  }

  /** Sends what waits. */
  flush(): void {
    const [gets, sets, deletes] = [this.#gets, this.#sets, this.#deletes]
    // There is always a group of each kind, be it empty: V8 forgets what it compiled for a class of which nothing is left.
    if (!gets.isEmpty) this.#gets = new Gets(this.#sizes)
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
    this.#channel.cork()
    atEndOfTick(this.#end)
  }

  readonly #end = (): void => {
    this.#begun = false
    this.flush()
    this.#channel.uncork()
  }

  #send<One extends Waiter>(group: Group<One>): void {
    const { slotOf } = this.#channel
    if (slotOf === undefined) this.#sendPart(group, group.waiters)
    else for (const part of bySlot(group.waiters, ({ key }) => slotOf(key))) this.#sendPart(group, part)
  }

  #sendPart<One extends Waiter>(group: Group<One>, waiters: readonly One[]): void {
    if (waiters.length > 1 && !this.#refused.has(group.kind)) void this.#sendTogether(group, waiters)
    else for (const waiter of waiters) void this.#sendAlone(group, waiter)
  }

  async #sendTogether<One extends Waiter>(group: Group<One>, waiters: readonly One[]): Promise<void> {
    try {
      const replies = await this.#channel.send((client) => group.together(client, waiters))
      for (let index = 0; index < waiters.length; index++) group.settle(waiters[index] as One, replies[index])
    } catch (error) {
      // Also where the answer was none that such a command can have: who has one already is not told again.
      this.#failTogether(group, waiters, error)
    }
  }

  async #sendAlone<One extends Waiter>(group: Group<One>, waiter: One): Promise<void> {
    try {
      group.settle(waiter, await this.#channel.send((client) => group.alone(client, waiter)))
    } catch (error) {
      waiter.reject(this.#channel.reason(error))
    }
  }

  /**
   * Nobody fails for a stranger's key: what was refused is sent again, each command alone, and then no longer in its old place. So this
   * happens once to each kind, which travels alone from then on.
   *
   * The waiters share one error of the client's. Each caller is given another with it as `cause`, and nothing is written into it.
   */
  #failTogether<One extends Waiter>(group: Group<One>, waiters: readonly One[], error: unknown): void {
    if (says(error, REFUSED)) {
      this.#refused.add(group.kind)
      for (const waiter of waiters) void this.#sendAlone(group, waiter)
      return
    }
    const reason = this.#channel.reason(error)
    for (const waiter of waiters) waiter.reject(reason)
  }
}
