/**
 * The Lua scripts of locks. What tells of a lock is published on a channel with the name of its complete key.
 *
 * Commands that the user may not be allowed are called so that their refusal is no error: a lock is a lock without them.
 */

/**
 * Sent again by a client that lost the answer, it finds its own token. KEYS: the lock, and where a number is asked for the fence; ARGV: the token, the milliseconds of the lease, those that the fence lives.
 * Returns 1 and the number, as text since ioredis 6.0 rounds integers near the end of the safe ones (empty without one); or 0 and how
 * many milliseconds the lock still lives, -1 where that is for ever or unknown.
 *
 * The number is the server's time in microseconds, or one more than the last where that is more. So it grows by the last one while the
 * clock was set back, and by the clock where the last one was lost; it is a safe integer until the year 2255.
 */
export const TAKE_LOCK = `
if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) and redis.pcall('GET', KEYS[1]) ~= ARGV[1] then
  local left = redis.pcall('PTTL', KEYS[1])
  return {0, type(left) == 'number' and left or -1}
end
if not KEYS[2] then return {1, ''} end
local time, last = redis.pcall('TIME'), redis.pcall('GET', KEYS[2])
if time.err or type(last) == 'table' then return {1, ''} end
local number = math.max((tonumber(last or 0) or 0) + 1, time[1] * 1000000 + time[2])
if not (number <= ${Number.MAX_SAFE_INTEGER}) then return {1, ''} end
local text = string.format('%.0f', number)
local stored = redis.pcall('SET', KEYS[2], text, 'PX', ARGV[3])
return {1, stored.err and '' or text}`

/** KEYS: the lock; ARGV: the token. Returns 1 if the lock was the token's, and now is free. */
export const RELEASE_LOCK = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('UNLINK', KEYS[1])
redis.pcall('PUBLISH', KEYS[1], '')
return 1`

/** KEYS: the lock. Returns 1 if there was one, which now is free. */
export const BREAK_LOCK = `
if redis.call('UNLINK', KEYS[1]) == 0 then return 0 end
redis.pcall('PUBLISH', KEYS[1], '')
return 1`
