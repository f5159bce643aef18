/** Removes every key that starts with a prefix, a page at a time, so that the server serves others in between. */
import type { RedisLike } from './redis-like.js'

/** How many keys the server looks at for one answer. */
const PAGE_SIZE = 1000

/** An empty prefix removes the whole database, which the server does in the background. */
export async function clearPrefix(client: () => RedisLike, prefix: string): Promise<void> {
  const keyPrefix = client().options?.keyPrefix ?? ''
  const complete = keyPrefix + prefix
  if (complete === '') {
    await client().call('flushdb', ['async'])
    return
  }
  const pattern = `${escapeGlob(complete)}*`
  const dropped = Buffer.byteLength(keyPrefix)
  let cursor = '0'
  let found: Buffer[] = []
  do {
    // The page found last is removed in the round trip that finds the next one.
    const [[next, keys]] = await Promise.all([
      client().scanBuffer(cursor, 'MATCH', pattern, 'COUNT', PAGE_SIZE),
      unlink(client(), found),
    ])
    // The client puts its prefix before the keys of UNLINK again.
    found = dropped === 0 ? keys : keys.map((key) => key.subarray(dropped))
    cursor = next.toString()
  } while (cursor !== '0')
  await unlink(client(), found)
}

async function unlink(client: RedisLike, keys: Buffer[]): Promise<void> {
  if (keys.length > 0) await client.call('unlink', keys)
}

/** Every character that means something in a pattern of Redis, taken literally. */
export function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]^-]/g, '\\$&')
}
