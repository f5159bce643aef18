/** Where the examples find Redis: `REDIS_URL`, else 127.0.0.1:6379. What they store is under `NAMESPACE`, and removed again. */

const url = new URL(process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379')

/** Options of a `RedisCache`. */
export const address = {
  endpoint: url.hostname,
  port: Number(url.port || 6379),
  ...(url.pathname.length > 1 && { db: Number(url.pathname.slice(1)) }),
  ...(url.username !== '' && { username: decodeURIComponent(url.username) }),
  ...(url.password !== '' && { password: decodeURIComponent(url.password) }),
}

export const namespace = process.env['NAMESPACE'] ?? 'pycached-examples'
