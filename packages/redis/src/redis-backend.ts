/**
 * The store on a Redis: each primitive is one command or one script, or a part of one, so one round trip and one atomic step. In a cluster
 * those of several keys are one for each slot, all sent at once.
 */
import { type Backend, type Encoding, InvalidArgumentError, type ReplacedTtl } from '@pycached/core'
import { clearPrefix } from './clear.js'
import type { Connection } from './connection/connection.js'
import { MAX_GROUPED_LENGTH } from './groups.js'
import { RedisLocks } from './locks/lock-store.js'
import type { RedisArgument } from './redis-like.js'
import {
  ADD_IF_MISSING,
  COMPARE_AND_DELETE,
  COMPARE_AND_SET,
  INCREMENT,
  PERSIST,
  runScript,
  setAll,
} from './scripts.js'
import { bySlot } from './slot.js'
import type { Tick } from './tick.js'
import { checkKey, fromReply, isOne, toArgument, toRawArgument, ttlWords } from './wire.js'

export class RedisBackend implements Backend {
  readonly #connection: Connection
  readonly #tick: Tick
  readonly locks: RedisLocks

  constructor(connection: Connection) {
    this.#connection = connection
    this.#tick = connection.tick
    this.locks = new RedisLocks((...call) => this.#script(...call, (reply) => reply), connection)
  }

  get(key: string, encoding: Encoding): Promise<unknown> {
    return this.#tick.get(checkKey(key), encoding)
  }

  getMany(keys: readonly string[], encoding: Encoding): Promise<readonly unknown[]> {
    const asked = keys.map(checkKey)
    const parts = this.#bySlot(asked)
    return parts.length === 1 ? this.#getPart(asked, encoding) : this.#getParts(asked, parts, encoding)
  }

  set(key: string, value: unknown, ttlMs: number | undefined): Promise<void> {
    const argument = toArgument(value)
    if (argument.length <= MAX_GROUPED_LENGTH) return this.#tick.set(checkKey(key), argument, ttlMs)
    return this.#call('set', [checkKey(key), argument, ...ttlWords(ttlMs)], nothing)
  }

  /** The server serves nobody else meanwhile: with a time to live up to 2 ms per 1000 keys of 100 bytes. */
  setMany(entries: readonly (readonly [key: string, value: unknown])[], ttlMs: number | undefined): Promise<void> {
    const keys = entries.map(([key]) => checkKey(key))
    const values = entries.map(([, value]) => toArgument(value))
    const parts = this.#bySlot(keys)
    if (parts.length === 1) return this.#setPart(keys, values, ttlMs)
    const valueOf = new Map(keys.map((key, index) => [key, values[index] as RedisArgument]))
    const set = (part: string[]) =>
      this.#setPart(
        part,
        part.map((key) => valueOf.get(key) as RedisArgument),
        ttlMs,
      )
    return Promise.all(parts.map(set)).then(nothing)
  }

  add(key: string, value: unknown, ttlMs: number | undefined): Promise<boolean> {
    return this.#call('set', [checkKey(key), toArgument(value), ...ttlWords(ttlMs), 'NX'], (reply) => reply === 'OK')
  }

  delete(key: string): Promise<boolean> {
    return this.#tick.delete(checkKey(key))
  }

  deleteMany(keys: readonly string[]): Promise<number> {
    const counts = this.#bySlot(keys.map(checkKey)).map((part) => this.#call('unlink', part, Number))
    return Promise.all(counts).then((all) => all.reduce((sum, count) => sum + count, 0))
  }

  exists(key: string): Promise<boolean> {
    return this.#call('exists', [checkKey(key)], isOne)
  }

  /** Redis makes a missing key with the decimal text of `delta`, which is what `initial` is for every serializer that gets here. */
  increment(key: string, delta: number): Promise<number | undefined> {
    checkKey(key)
    return this.#tick
      .send((client) => runScript(client, INCREMENT, [key], [delta]))
      .then(
        (sum) => (sum === null ? undefined : Number(sum)),
        (error: unknown) => (isNoInteger(error) ? undefined : this.#fail(error)),
      )
  }

  expire(key: string, ttlMs: number | undefined): Promise<boolean> {
    if (ttlMs === undefined) return this.#script(PERSIST, [checkKey(key)], [], isOne)
    return this.#call('pexpire', [checkKey(key), ttlMs], isOne)
  }

  async clear(prefix: string): Promise<void> {
    await clearPrefix(this.#connection, checkKey(prefix)).catch(this.#fail)
  }

  compareAndSet(key: string, expected: unknown, value: unknown, ttlMs: ReplacedTtl): Promise<boolean> {
    if (expected === undefined) {
      const args = [toArgument(value), ...ttlWords(ttlMs === 'keep' ? undefined : ttlMs)]
      return this.#script(ADD_IF_MISSING, [checkKey(key)], args, isOne)
    }
    const args = [toArgument(expected), toArgument(value), ...(ttlMs === 'keep' ? ['KEEPTTL'] : ttlWords(ttlMs))]
    return this.#script(COMPARE_AND_SET, [checkKey(key)], args, isOne)
  }

  compareAndDelete(key: string, expected: unknown): Promise<boolean> {
    return this.#script(COMPARE_AND_DELETE, [checkKey(key)], [toArgument(expected)], isOne)
  }

  /** Any Redis command, by its name. As in ioredis, a name that ends in `Buffer` (`getBuffer`) has bytes in its reply in any case. */
  raw(command: string, args: readonly unknown[], encoding: Encoding): Promise<unknown> {
    checkCommand(command)
    const words = args.flat().map(toRawArgument)
    const name = encoding === null && !command.endsWith('Buffer') ? `${command.toLowerCase()}Buffer` : command
    const reply = this.#tick.send((client) => {
      const method = name.endsWith('Buffer') ? (client as unknown as Record<string, unknown>)[name] : undefined
      return typeof method === 'function'
        ? (method.apply(client, words) as Promise<unknown>)
        : client.call(command.toLowerCase(), words)
    })
    return reply.catch(this.#fail)
  }

  /** Of a cluster, one of its servers is asked; which one is not said. */
  connect(): Promise<void> {
    return this.#call('ping', [], nothing)
  }

  unanswered(waitedMs: number): void {
    this.#connection.unanswered(waitedMs)
  }

  close(graceMs?: number): Promise<void> {
    this.locks.close()
    this.#tick.flush()
    return this.#connection.close(graceMs)
  }

  #call<T>(command: string, args: RedisArgument[], read: (reply: unknown) => T): Promise<T> {
    return this.#tick.send((client) => client.call(command, args)).then(read, this.#fail)
  }

  #script<T>(script: string, keys: string[], args: RedisArgument[], read: (reply: unknown) => T): Promise<T> {
    return this.#tick.send((client) => runScript(client, script, keys, args)).then(read, this.#fail)
  }

  #getPart(keys: string[], encoding: Encoding): Promise<readonly unknown[]> {
    const read = (replies: readonly (Buffer | null)[]): readonly unknown[] =>
      replies.map((reply, index) => fromReply(reply, encoding, keys[index] as string))
    return this.#tick.send((client) => client.mgetBuffer(keys)).then(read, this.#fail)
  }

  async #getParts(keys: string[], parts: string[][], encoding: Encoding): Promise<readonly unknown[]> {
    const found = new Map<string, unknown>()
    const get = async (part: string[]): Promise<void> => {
      const values = await this.#getPart(part, encoding)
      for (const [index, key] of part.entries()) found.set(key, values[index])
    }
    await Promise.all(parts.map(get))
    return keys.map((key) => found.get(key))
  }

  #setPart(keys: string[], values: RedisArgument[], ttlMs: number | undefined): Promise<void> {
    return this.#tick.send((client) => setAll(client, keys, values, [ttlMs])).then(nothing, this.#fail)
  }

  /** What may travel together. */
  #bySlot(keys: string[]): string[][] {
    const { slotOf } = this.#connection
    return slotOf === undefined ? [keys] : bySlot(keys, slotOf)
  }

  readonly #fail = (error: unknown): never => {
    throw this.#connection.reason(error)
  }
}

/** Where ioredis pipelines by itself, the name `__proto__` would end the process: it looks commands up in plain objects. */
function checkCommand(command: string): void {
  if (/^[a-z][\w.|-]*$/i.test(command)) return
  throw new InvalidArgumentError("the name of a Redis command begins with a letter, as in 'get' or 'json.get'", {
    option: 'command',
  })
}

function nothing(): void {}

/** The errors of `INCRBY` about the value; every other one is the server's. */
function isNoInteger(error: unknown): boolean {
  const { message } = error as Error
  return /^(ERR value is not an integer|ERR increment or decrement would overflow|WRONGTYPE)/.test(message)
}
