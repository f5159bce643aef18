/** URLs → options: `redis://user:password@host:port/db` and the other schemes. */
import type { UrlAddress, UrlHost } from '@pycached/core'
import { check } from './check.js'
import type { RedisCacheOptions, RedisHost } from './redis-options.js'

/** With `rediss` instead of `redis` a scheme is the same with TLS. */
export function addressOptions(address: UrlAddress): RedisCacheOptions {
  const { scheme, username, password } = address
  const [first = '', kind] = scheme.split('+')
  return {
    ...placeOptions(kind, address),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(first === 'rediss' && { tls: true }),
  }
}

function placeOptions(kind: string | undefined, { host, port, hosts, path }: UrlAddress): RedisCacheOptions {
  if (kind === undefined || kind === 'unix') {
    check(hosts.length <= 1, 'url', "with one host; for several write 'redis+sentinel://' or 'redis+cluster://'")
  }
  if (kind === 'unix') {
    check(host === undefined && path !== '', 'path', "the path of a socket, as in 'redis+unix:///run/redis.sock'", host)
    return { path: `/${path}` }
  }
  if (kind === 'cluster') {
    check(path === '', 'url', 'without a database: a cluster has no other than 0')
    return { cluster: hosts.map(hostOf) }
  }
  if (kind === 'sentinel') {
    const [masterName = '', db = ''] = path.split('/')
    check(path.split('/').length <= 2, 'url', "as in 'redis+sentinel://a:1,b:2/name/db'", path)
    return { sentinels: hosts.map(hostOf), ...(masterName !== '' && { masterName }), ...dbOf(db) }
  }
  return { ...(host !== undefined && { endpoint: host }), ...(port !== undefined && { port }), ...dbOf(path) }
}

function hostOf({ host, port }: UrlHost): RedisHost {
  return { endpoint: host, port }
}

function dbOf(text: string): { db?: number } {
  check(/^\d*$/.test(text), 'db', "the number of a database, as in 'redis://host/1'", text)
  return text === '' ? {} : { db: Number(text) }
}
