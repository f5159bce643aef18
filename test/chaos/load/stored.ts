/** The numbers of a ledger as the servers have them, by connections that owe nothing to the cache. */

import { ask } from '../../support/ask.js'
import type { RedisCluster } from '../../support/redis-cluster.js'
import type { Entry } from './ledger.js'

/** `portOf`: the server that has this key, complete with its namespace. */
export async function storedNumbers(
  entries: readonly Entry[],
  portOf: (storedKey: string) => Promise<number>,
): Promise<Record<string, number | undefined>> {
  const found: Record<string, number | undefined> = {}
  for (const { key } of entries) {
    const storedKey = `load:${key}`
    const text = await ask<string | null>({ port: await portOf(storedKey) }, 'get', [storedKey])
    found[key] = text === null ? undefined : Number(text)
  }
  return found
}

export async function storedOnCluster(
  cluster: RedisCluster,
  entries: readonly Entry[],
): Promise<Record<string, number | undefined>> {
  const masters = await cluster.masters()
  const [first] = masters
  return await storedNumbers(entries, async (key) => {
    const slot = Number(await ask({ port: first?.port ?? 0 }, 'cluster', ['keyslot', key]))
    return masters.find(({ slots }) => slots.some(([from, to]) => from <= slot && slot <= to))?.port ?? 0
  })
}
