/** Holds a lock and waits for it, and closes its caches when it is told to; tells what is left then: `node program.mjs <port> <state>`. */
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { RedLock } from '@pycached/core'
import { RedisCache } from '@pycached/redis'

const [port, state] = [Number(process.argv[2]), process.argv[3]]
const unhandled: string[] = []
process.on('unhandledRejection', (reason) => unhandled.push(String(reason)))
const [holder, waiter] = [new RedisCache({ port, timeout: '500ms' }), new RedisCache({ port, timeout: '500ms' })]
const lock = await new RedLock(holder, 'key', { lease: '1h' }).acquire()
lock.signal.addEventListener('abort', () => {})
const waiting = new RedLock(waiter, 'key', { lease: '1h' }).acquire().catch(() => {})
if (state !== 'connecting') await sleep(200)
process.send?.('waiting')
await once(process, 'message')
// It notices, and connects in vain.
if (state === 'down') await sleep(100)
await Promise.allSettled([holder.close(), waiter.close(), waiting])
// The channel to the parent is its own.
process.removeAllListeners('message')
const left = process.getActiveResourcesInfo().filter((name) => name !== 'PipeWrap')
process.send?.({ left, unhandled })
