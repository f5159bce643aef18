/**
 * A process that uses a cache in a way that it is told, and says how long it lived after its last word: what keeps it alive, and what nobody
 * has caught, is seen from outside. Arguments: the scene, the options of the cache as JSON, and for how long commands are under way before the close.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { HeldUp } from '../../../../test/chaos/held-up.js'
import { RedisCache, type RedisCacheOptions } from '../../src/index.js'

const [, , scene = '', options = '{}', waitMs = '0'] = process.argv
const cache = new RedisCache(JSON.parse(options) as RedisCacheOptions)
const ignore = (): void => {}

const SCENES: Record<string, () => Promise<unknown>> = {
  /** Commands that nobody awaits until they fail, then `close`. */
  close: async () => {
    for (let i = 0; i < 20; i++) void cache.get(`k${i}`).catch(ignore)
    void cache.set('k', 1).catch(ignore)
    await sleep(Number(waitMs))
  },
  /** As `close`, and nothing was ever asked. */
  unused: async () => {},
  /** `connect` that fails. */
  connect: async () => {
    await cache.connect().catch(ignore)
  },
}

await SCENES[scene]?.()
const heldUp = new HeldUp()
const netMs = (): number => performance.now() - heldUp.totalMs
const began = netMs()
const closed = await cache.close().then(
  () => 'closed',
  (error: unknown) => String(error),
)
const endedMs = netMs()
const tookMs = endedMs - began
process.on('exit', () => {
  const handles = process.getActiveResourcesInfo().filter((name) => /TCP|Pipe(?!Wrap)|TLS|Timeout/.test(name))
  console.log(JSON.stringify({ closed, tookMs, lingeredMs: netMs() - endedMs, handles }))
})
