/** Clients of one process that play their part in histories of several processes, as they are told to. */

import { RedisCache } from '@pycached/redis'
import { play } from '../linearizability/play.js'
import type { Scene } from '../linearizability/scenes.js'

/** What the parent asks for. */
export interface Part {
  readonly name: string
  readonly seed: number
  readonly clients: number
  readonly firstClient: number
}

const cache = new RedisCache({ port: Number(process.argv[2]) })
const scene: Scene = { caches: [cache], ordered: true, counts: true, hurried: 0, close: () => cache.close() }
await cache.connect()
process.on('message', (parts: readonly Part[]) => {
  void Promise.all(parts.map((part) => play({ scene, ...part }))).then((plays) =>
    process.send?.(plays.map(({ history }) => history)),
  )
})
process.send?.('ready')
