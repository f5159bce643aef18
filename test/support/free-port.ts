/** Ports for servers of tests. */

import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * A port below the range from which the system takes the local ends of outgoing connections (32768 and up). In that range a client that keeps connecting to
 * a stopped server can be given the server's own port and reach itself, or hold the port when the server wants it back.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 50; tries++) {
    const port = 15_000 + Math.floor(Math.random() * 15_000)
    const probe = createServer()
    const free = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true))
    })
    if (free) {
      probe.close()
      await once(probe, 'close')
      return port
    }
  }
  throw new Error('No free port between 15000 and 30000 on 127.0.0.1')
}

/** As many different ones. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>()
  while (ports.size < count) ports.add(await freePort())
  return [...ports]
}
