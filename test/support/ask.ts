/** One command to a Redis of the tests, on a connection of its own. */

import { Redis } from 'ioredis'

export interface Asked {
  readonly port: number
  readonly password?: string | undefined
}

/** Fails at once where nobody listens, and after `timeoutMs` where nobody answers. */
export async function ask<T = unknown>(
  { port, password }: Asked,
  command: string,
  args: readonly (string | number)[] = [],
  timeoutMs = 5000,
): Promise<T> {
  let reason: unknown
  const client = new Redis({
    port,
    ...(password !== undefined && { password }),
    lazyConnect: true,
    retryStrategy: null,
    maxRetriesPerRequest: 0,
    enableReadyCheck: false,
    commandTimeout: timeoutMs,
    connectTimeout: timeoutMs,
  })
  client.on('error', (error) => {
    reason = error
  })
  try {
    await client.connect()
    return (await client.call(command, [...args])) as T
  } catch (error) {
    throw reason ?? error
  } finally {
    client.disconnect()
  }
}

/** Asks again until it holds, whatever fails meanwhile. */
export async function until(what: string, holds: () => Promise<boolean>, timeoutMs = 30_000): Promise<void> {
  const deadline = performance.now() + timeoutMs
  let last: unknown = 'it does not hold'
  while (performance.now() < deadline) {
    const answer = await holds().catch((error: unknown) => {
      last = error
      return false
    })
    if (answer) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`${what}: not within ${timeoutMs / 1000} seconds`, { cause: last })
}
