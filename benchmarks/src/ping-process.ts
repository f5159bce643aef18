/** The process of `startPings`: sends `PING` to the Redis of its first argument until it is told to stop, then says how long the longest answer took. */

import { Redis } from 'ioredis'

const client = new Redis(String(process.argv[2]))
const WARM_UP = 200
let running = true
let longestMs = 0

process.once('message', () => {
  running = false
})
// The one who asked is gone.
process.once('disconnect', () => process.exit())

for (let sent = 0; running; sent++) {
  const startMs = performance.now()
  await client.ping()
  const tookMs = performance.now() - startMs
  if (sent === WARM_UP) process.send?.('started')
  if (sent > WARM_UP && tookMs > longestMs) longestMs = tookMs
}
process.send?.(longestMs)
client.disconnect()
