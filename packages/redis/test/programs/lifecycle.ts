/**
 * A process that uses a cache in a way that it is told, and says how long it lived after its last word: what keeps it alive, and what nobody
 * has caught, is seen from outside. Arguments: the scene, and the options of the cache as JSON.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { RedisCache, type RedisCacheOptions } from '../../src/index.js'

const [, , scene = '', options = '{}'] = process.argv
const cache = new RedisCache(JSON.parse(options) as RedisCacheOptions)
const ignore = (): void => {}

const SCENES: Record<string, () => Promise<unknown>> = {
  /** Commands that nobody awaits until they fail, then `close`. */
  close: async () => {
    for (let i = 0; i < 20; i++) void cache.get(`k${i}`).catch(ignore)
    void cache.set('k', 1).catch(ignore)
    await sleep(Number(process.env['WAIT_MS'] ?? 0))
  },
  /** As `close`, and nothing was ever asked. */
  unused: async () => {},
  /** `connect` that fails. */
  connect: async () => {
    await cache.connect().catch(ignore)
  },
}

await SCENES[scene]?.()
const began = performance.now()
const closed = await cache.close().then(
  () => 'closed',
  (error: unknown) => String(error),
)
const tookMs = performance.now() - began
const endedMs = performance.now()
process.on('exit', () => {
  const handles = process.getActiveResourcesInfo().filter((name) => /TCP|Pipe(?!Wrap)|TLS|Timeout/.test(name))
  console.log(JSON.stringify({ closed, tookMs, lingeredMs: performance.now() - endedMs, handles }))
})
