/** Plays histories: several clients at once, on keys that no other history has. */

import { Random } from '../random.js'
import { runClient } from './client.js'
import type { History } from './history.js'
import { Recorder } from './recorder.js'
import type { Scene } from './scenes.js'

export interface Play {
  readonly history: History
  /** By error code. */
  readonly failures: ReadonlyMap<string, number>
}

export interface PlayOptions {
  readonly scene: Scene
  readonly seed: number
  /** Of the keys: the same in all processes that take part. */
  readonly name: string
  /** Default: as many as the scene is for. */
  readonly clients?: number
  /** Where clients of several processes take part: the number of this one's first. Default 0. */
  readonly firstClient?: number
}

const COMMANDS_PER_CLIENT = 10
const KEYS = ['a', 'b', 'c']

export async function play({
  scene,
  seed,
  name,
  clients = scene.clients ?? 4,
  firstClient = 0,
}: PlayOptions): Promise<Play> {
  // What all processes have to choose alike comes from the name.
  const shape = new Random(Buffer.from(name).reduce((sum, byte) => Math.imul(sum, 31) + byte, 7))
  const keys = KEYS.slice(0, 1 + shape.below(KEYS.length))
  const expiring = shape.chance(0.3)
  const counting = shape.chance(0.2)
  const joining = shape.chance(0.4)
  const isDisturbed = shape.chance(0.5)
  const recorder = new Recorder()
  const random = new Random(seed)
  const playing = Array.from({ length: clients }, (_, index) =>
    runClient({
      name: `client ${firstClient + index}`,
      number: firstClient + index,
      cache: scene.caches[index % scene.caches.length]!,
      recorder,
      random: new Random(random.below(2 ** 32)),
      prefix: `${name}:`,
      keys,
      commands: COMMANDS_PER_CLIENT,
      expiring,
      counting,
      joining,
      ordered: scene.ordered,
      counts: scene.counts,
      hurried: scene.hurried,
    }),
  )
  if (isDisturbed && scene.disturb !== undefined) {
    await new Promise((resolve) => setTimeout(resolve, random.below(3)))
    await scene.disturb()
  }
  await Promise.all(playing)
  return { history: recorder.operations, failures: recorder.failures }
}
