/** A resource that refuses whoever comes with a smaller fencing token than somebody before: a script on a Redis of its own. */

import type { Redis } from 'ioredis'

const WRITE = `
if tonumber(ARGV[1]) < tonumber(redis.call('GET', KEYS[1]) or 0) then return 0 end
redis.call('SET', KEYS[1], ARGV[1])
return 1`

/** Whether the write was accepted. */
export async function fencedWrite(redis: Redis, name: string, fencingToken: number): Promise<boolean> {
  return (await redis.eval(WRITE, 1, name, fencingToken)) === 1
}
