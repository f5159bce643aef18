/** The ways in which several clients share one store: in memory and on Redis, each with caches of its own kind. */

import { type BaseCache, BasePlugin } from '@pycached/core'
import { SimpleMemoryCache } from '@pycached/memory'
import { RedisCache } from '@pycached/redis'
import { JsonSerializer } from '@pycached/serializer-json'
import { MsgPackSerializer } from '@pycached/serializer-msgpack'
import { PickleSerializer } from '@pycached/serializer-pickle'
import { Redis } from 'ioredis'

export interface Scene {
  /** One per client, or fewer: clients then share them. */
  readonly caches: readonly BaseCache[]
  /** As in `ClientPlan`. */
  readonly ordered: boolean
  readonly counts: boolean
  readonly hurried: number
  /** How many share it. Default 4. */
  readonly clients?: number
  /** Half-way through some histories: whatever goes wrong there. */
  disturb?(): Promise<unknown>
  close(): Promise<void>
}

/** How far the end of a time to live may be from where our clock sees it: Redis counts in whole milliseconds of another clock. */
export const SLACK_MS = 2

const quiet = { hurried: 0, ordered: true, counts: true }

export const memoryScenes: Readonly<Record<string, () => Scene>> = {
  memory: () => sceneOf([new SimpleMemoryCache()], quiet),
  'memory, JSON': () => sceneOf([new SimpleMemoryCache({ serializer: new JsonSerializer() })], quiet),
  'memory, pickle': () =>
    sceneOf([new SimpleMemoryCache({ serializer: new PickleSerializer() })], { ...quiet, counts: false }),
  'memory, with hooks that wait': () =>
    sceneOf([new SimpleMemoryCache({ serializer: new JsonSerializer(), plugins: [new Dawdle()] })], {
      ...quiet,
      ordered: false,
    }),
}

export const redisScenes: Readonly<Record<string, (port: number) => Scene>> = {
  Redis: (port) =>
    sceneOf(
      three(() => new RedisCache({ port })),
      quiet,
    ),
  'Redis, one cache for all': (port) => sceneOf([new RedisCache({ port })], quiet),
  'Redis, pickle': (port) =>
    sceneOf(
      three(() => new RedisCache({ port, serializer: new PickleSerializer() })),
      { ...quiet, counts: false },
    ),
  'Redis, MessagePack, with hooks that wait': (port) =>
    sceneOf(
      three(() => new RedisCache({ port, serializer: new MsgPackSerializer(), plugins: [new Dawdle()] })),
      { ...quiet, counts: false, ordered: false },
    ),
  "Redis, the user's client": (port) => usersClient(port, false),
  "Redis, the user's client with automatic pipelines": (port) => usersClient(port, true),
  'Redis, deadlines that pass': (port) =>
    sceneOf(
      three(() => new RedisCache({ port })),
      { ...quiet, hurried: 0.1 },
    ),
  'Redis, connections that are cut': (port) => {
    const scene = sceneOf(
      three(() => new RedisCache({ port })),
      quiet,
    )
    const admin = new Redis({ port, lazyConnect: true })
    return {
      ...scene,
      // With a fourth, what failed and may have happened or not leaves too many orders to try.
      clients: 3,
      disturb: () => admin.call('client', ['kill', 'type', 'normal', 'skipme', 'yes']),
      async close() {
        await scene.close()
        admin.disconnect()
      },
    }
  },
}

function three<T>(make: () => T): T[] {
  return [make(), make(), make()]
}

/** Two caches on one client, and one with a connection of its own. */
function usersClient(port: number, enableAutoPipelining: boolean): Scene {
  const client = new Redis({ port, lazyConnect: true, enableAutoPipelining })
  const scene = sceneOf([new RedisCache({ client }), new RedisCache({ client }), new RedisCache({ port })], {
    ...quiet,
    ordered: !enableAutoPipelining,
  })
  return {
    ...scene,
    async close() {
      await scene.close()
      client.disconnect()
    },
  }
}

function sceneOf(caches: readonly BaseCache[], traits: Pick<Scene, 'ordered' | 'counts' | 'hurried'>): Scene {
  return {
    caches,
    ...traits,
    async close() {
      await Promise.all(caches.map((cache) => cache.close()))
    },
  }
}

/** Waits before and after each command, so that commands of one cache in memory overlap. */
class Dawdle extends BasePlugin {
  override async around(_cache: unknown, _command: unknown, _args: unknown, proceed: () => Promise<unknown>) {
    await turns(Math.floor(Math.random() * 3))
    const result = await proceed()
    await turns(Math.floor(Math.random() * 3))
    return result
  }
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
}
