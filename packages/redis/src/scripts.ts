/**
 * The Lua scripts. Redis runs a script as one step: nobody sees a state in between, and nothing comes between a check and its write.
 *
 * Mirrors https://redis.io/docs/latest/develop/programmability/eval-intro/
 */
import { createHash } from 'node:crypto'
import type { RedisArgument, RedisLike } from './redis-like.js'

export interface Script {
  readonly source: string
  /** What `EVALSHA` knows it by. */
  readonly sha: string
}

/** KEYS; ARGV: the milliseconds to live, then one value per key. */
export const SET_MANY = script(`
local call, keys, args, ttl = redis.call, KEYS, ARGV, ARGV[1]
for i = 1, #keys do
  call('SET', keys[i], args[i + 1], 'PX', ttl)
end
return #keys`)

/**
 * KEYS: one; ARGV: the delta. Returns the sum as text, since ioredis 6.0 rounds integers near the end of the safe ones; or nothing
 * where a number could not hold it, with the value as before. The error of a value that is no integer comes back as it is: from a
 * script that fails it would have the script's own words around it.
 */
export const INCREMENT = script(`
local sum = redis.pcall('INCRBY', KEYS[1], ARGV[1])
if type(sum) ~= 'number' then return sum end
if math.abs(sum) > ${Number.MAX_SAFE_INTEGER} then
  redis.call('DECRBY', KEYS[1], ARGV[1])
  return false
end
return string.format('%.0f', sum)`)

/** KEYS: one. Returns 1 if there is such a key, which `PERSIST` alone does not tell. */
export const PERSIST = script(`
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('PERSIST', KEYS[1])
return 1`)

/** KEYS: one; ARGV: the value expected, the new one, and `SET`'s words for its time to live. Returns 1 if it was replaced. */
export const COMPARE_AND_SET = script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], unpack(ARGV, 3))
return 1`)

/** KEYS: one; ARGV: the value expected. Returns how many keys were deleted. */
export const COMPARE_AND_DELETE = script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('UNLINK', KEYS[1])`)

/** One round trip; two where the server does not know the script yet, as after a restart. It has run once in either case. */
export function runScript(
  client: RedisLike,
  { sha, source }: Script,
  keys: readonly string[],
  args: readonly RedisArgument[],
): Promise<unknown> {
  return client.call('evalsha', [sha, keys.length, ...keys, ...args]).catch((error: unknown) => {
    if (!String((error as Error).message).startsWith('NOSCRIPT')) throw error
    return client.call('eval', [source, keys.length, ...keys, ...args])
  })
}

function script(source: string): Script {
  return { source, sha: createHash('sha1').update(source).digest('hex') }
}
