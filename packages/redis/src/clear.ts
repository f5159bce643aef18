/** Removes every key that starts with a prefix, a page at a time, so that the server serves others in between. */
import type { Connection } from './connection/connection.js'
import type { RedisNode } from './redis-like.js'
import { bySlot, slotOf } from './slot.js'

/** How many keys the server looks at for one answer. */
const PAGE_SIZE = 1000

/** An empty prefix removes the whole database, which the server does in the background. In a cluster every master is scanned. */
export async function clearPrefix(connection: Connection, prefix: string): Promise<void> {
  const masters = await connectedMasters(connection)
  await Promise.all(masters.map((master) => clearMaster(connection, master, connection.keyPrefix + prefix)))
}

/** A client of a cluster knows its nodes once it is connected, which the first command sees to. */
async function connectedMasters(connection: Connection): Promise<readonly RedisNode[]> {
  if (connection.slotOf !== undefined) await connection.tick.send((client) => client.call('ping', []))
  const masters = connection.masters()
  if (masters.length === 0) throw new Error('the cluster has no master that could be scanned')
  return masters
}

async function clearMaster(connection: Connection, master: RedisNode, prefix: string): Promise<void> {
  if (prefix === '') {
    await connection.tick.send(() => master.call('flushdb', ['async']))
    return
  }
  const pattern = `${escapeGlob(prefix)}*`
  let cursor = '0'
  let found: Buffer[] = []
  do {
    // The page found last is removed in the round trip that finds the next one.
    const [[next, keys]] = await Promise.all([
      connection.tick.send(() => master.scanBuffer(cursor, 'MATCH', pattern, 'COUNT', PAGE_SIZE)),
      unlink(connection, found),
    ])
    found = keys
    cursor = next.toString()
  } while (cursor !== '0')
  await unlink(connection, found)
}

/** In a cluster by way of the client, which finds the keys also where their slot has moved since the scan. */
async function unlink(connection: Connection, keys: readonly Buffer[]): Promise<void> {
  if (keys.length === 0) return
  const parts = connection.slotOf === undefined ? [keys] : bySlot(keys, slotOf)
  // The client puts its prefix before the keys of UNLINK again.
  const dropped = Buffer.byteLength(connection.keyPrefix)
  const commands = parts.map((part) => (dropped === 0 ? [...part] : part.map((key) => key.subarray(dropped))))
  await Promise.all(commands.map((args) => connection.tick.send((client) => client.call('unlink', args))))
}

/** Every character that means something in a pattern of Redis, taken literally. */
export function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]^-]/g, '\\$&')
}
