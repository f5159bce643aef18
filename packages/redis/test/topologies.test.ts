/** The same contract on everything that a cache can be connected to: whoever changes the address changes nothing else. */
import { RedisCache, type RedisCacheOptions, type RedisLike } from '@pycached/redis'
import { backendContract } from '@pycached/testing'
import { Cluster } from 'ioredis'
import { Redis as Valkey, Cluster as ValkeyCluster } from 'iovalkey'
import { afterAll, beforeAll, describe, inject, test } from 'vitest'
import { makeCertificates } from '../../../test/support/certificates.js'
import { type RedisCluster, startRedisCluster } from '../../../test/support/redis-cluster.js'
import { startRedisSentinels } from '../../../test/support/redis-sentinel.js'
import { startRedisServer } from '../../../test/support/redis-server.js'
import { shared } from './support.js'

/** What starts, how a cache is made on it, and what has to end. */
interface Started {
  readonly options: RedisCacheOptions
  readonly end: () => PromiseLike<void>
}

/** One for all of them: each has keys of its own. */
let cluster: RedisCluster
beforeAll(async () => {
  cluster = await startRedisCluster({ password: 'secret' })
})
afterAll(() => cluster[Symbol.asyncDispose]())

const TOPOLOGIES: Record<string, () => Promise<Started>> = {
  'a unix socket': async () => {
    const server = await startRedisServer({ unixSocket: true })
    return { options: { path: server.path }, end: () => server.stop() }
  },
  'TLS with client certificates, and a user with a password': async () => {
    const certificates = makeCertificates()
    const server = await startRedisServer({
      users: ['ann on >secret ~* &* +@all', 'default off'],
      tls: { certificates, clientCertificate: true },
    })
    const { caFile, client } = certificates
    return {
      options: { port: server.port, username: 'ann', password: 'secret', caFile, ...client },
      end: async () => {
        await server.stop()
        await certificates[Symbol.asyncDispose]()
      },
    }
  },
  'the master that sentinels name': async () => {
    const group = await startRedisSentinels({ password: 'secret', sentinelPassword: 'hidden' })
    const sentinels = group.sentinelPorts.map((port) => ({ endpoint: '127.0.0.1', port }))
    return {
      options: { sentinels, masterName: group.masterName, password: 'secret', sentinelPassword: 'hidden' },
      end: () => group[Symbol.asyncDispose](),
    }
  },
  'a cluster': async () => {
    const nodes = cluster.ports.slice(0, 2).map((port) => ({ endpoint: '127.0.0.1', port }))
    return { options: { cluster: nodes, password: 'secret' }, end: async () => {} }
  },
  "the user's own client of a cluster": async () =>
    withClient(new Cluster(clusterNodes(), { redisOptions: { password: 'secret' } })),
  "the user's own client of a cluster, with a prefix and automatic pipelines": async () => {
    const options = { redisOptions: { password: 'secret' }, keyPrefix: 'app{x', enableAutoPipelining: true }
    return withClient(new Cluster(clusterNodes(), options))
  },
  'a client of iovalkey': async () => {
    const { endpoint, port, password } = shared()
    return withClient(new Valkey({ host: endpoint, port, ...(password !== undefined && { password }) }))
  },
  'a client of iovalkey, of a cluster': async () =>
    withClient(new ValkeyCluster(clusterNodes(), { redisOptions: { password: 'secret' } })),
  'a server behind a circuit breaker': async () => ({ options: { ...shared(), breaker: true }, end: async () => {} }),
}

function clusterNodes(): { host: string; port: number }[] {
  return cluster.ports.map((port) => ({ host: '127.0.0.1', port }))
}

function withClient(client: RedisLike & { disconnect(): void }): Started {
  return { options: { client }, end: async () => client.disconnect() }
}

/** At once: a client of a cluster is much work to make, and some cases wait for times to live that must not be over meanwhile. */
const AT_ONCE = 12

/** Runs what it is given, no more than so many at once. */
function limit(atOnce: number): (run: () => Promise<void>) => Promise<void> {
  let free = atOnce
  const waiting: (() => void)[] = []
  return async (run) => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve))
    else free--
    try {
      await run()
    } finally {
      const next = waiting.shift()
      if (next === undefined) free++
      else next()
    }
  }
}

describe.each(Object.entries(TOPOLOGIES))('the contract of backends, on %s', (_name, start) => {
  let started: Started
  beforeAll(async () => {
    started = await start()
  })
  afterAll(() => started.end())
  const create = (options: object) => new RedisCache({ ...started.options, ...options })
  const prefix = `${inject('redisNamespace')}-topologies`
  const inTurn = limit(AT_ONCE)
  // A store without scopes runs their cases twice on complete keys, and those of caches come with a namespace and without, which a store
  // cannot tell apart: one of each is enough here, and `contract.test.ts` has them all.
  const twice = /^(in a scope|through a cache without a namespace), /
  const cases = backendContract({ create, prefix }).filter(({ title }) => !twice.test(title))
  for (const { title, run } of cases) test.concurrent(title, () => inTurn(run))
})
