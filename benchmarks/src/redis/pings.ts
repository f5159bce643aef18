/** A process that sends `PING` one after the other, to see how long the server keeps somebody else waiting. */

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface Pings {
  /** Ends the process; the longest wait for an answer in ms. */
  stop(): Promise<number>
}

export async function startPings(url: string): Promise<Pings> {
  const child = fork(fileURLToPath(new URL('./ping-process.js', import.meta.url)), [url], { execArgv: [] })
  // Its first answer: it is connected and has begun.
  await once(child, 'message')
  return {
    async stop() {
      const answer = once(child, 'message')
      child.send('stop')
      const [longestMs] = (await answer) as [number]
      child.disconnect()
      return longestMs
    },
  }
}
