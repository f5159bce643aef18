/** An address → a client of ioredis that tries nothing by itself: no attempt is made and no command sent again behind the caller's back. */
import type { ConnectionOptions as TlsOptions } from 'node:tls'
import { Cluster, Redis, type RedisOptions } from 'ioredis'
import type { Address, Place } from '../options/address.js'
import { HANG_UP_MS, sentinelConnector } from './sentinel-connector.js'

/** A slot that moves key by key has some of a command's keys here and some there. */
const RETRY_SPLIT_SLOT_MS = 50
/** How often a command follows a slot that moves. A split slot costs three with each retry, so this lasts for five seconds. */
const MAX_REDIRECTIONS = 300
/** Two nodes that send to each other, as they may in the middle of a failover, must not be asked without a pause. */
const RETRY_MOVED_MS = 10
/** One node that hangs must not hold up those that know who has taken over. */
const SLOTS_TIMEOUT_MS = 1000

/**
 * Opens nothing yet. `silenceMs`: how long a server may answer nothing to commands that wait before the connection counts as lost, by a
 * timer of the client's; `undefined` where somebody else looks.
 */
export function clientOf(address: Address, silenceMs: number | undefined): Redis | Cluster {
  const { place, tls, connectTimeoutMs } = address
  const options = optionsOf(address, silenceMs)
  if (place.kind !== 'cluster') return new Redis({ ...options, ...placeOptions(place, tls, connectTimeoutMs) })
  const cluster = new Cluster(
    place.nodes.map(({ endpoint, port }) => ({ host: endpoint, port })),
    {
      redisOptions: options,
      lazyConnect: true,
      clusterRetryStrategy: () => null,
      // A cluster that is not whole answers CLUSTERDOWN at once; the check would ask again and again, with the commands waiting.
      enableReadyCheck: false,
      maxRedirections: MAX_REDIRECTIONS,
      retryDelayOnTryAgain: RETRY_SPLIT_SLOT_MS,
      retryDelayOnMoved: RETRY_MOVED_MS,
      // Both mean that commands are sent again whose connection broke: they may have run, and would run twice.
      retryDelayOnFailover: 0,
      retryDelayOnClusterDown: 0,
      slotsRefreshTimeout: Math.min(connectTimeoutMs, SLOTS_TIMEOUT_MS),
      // Certificates name hosts, and ioredis would connect to their addresses.
      ...(tls !== false && {
        dnsLookup: (host: string, done: (error: null, address: string) => void) => done(null, host),
      }),
    },
  )
  withoutSubscriber(cluster)
  return cluster
}

/**
 * It would open one more connection, for messages that nobody here listens to, and open it again and again while nobody is there. No
 * option says so, and what starts it is private: where it is not found there is that one connection more.
 */
function withoutSubscriber(cluster: Cluster): void {
  const { subscriber } = cluster as unknown as { subscriber?: { start?(): void } }
  if (subscriber?.start !== undefined) subscriber.start = () => {}
}

function optionsOf(address: Address, silenceMs: number | undefined): RedisOptions {
  const { db, username, password, tls, connectTimeoutMs } = address
  return {
    db,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls !== false && { tls: tlsOptions(tls) }),
    connectTimeout: connectTimeoutMs,
    ...(silenceMs !== undefined && { socketTimeout: silenceMs }),
    disconnectTimeout: HANG_UP_MS,
    lazyConnect: true,
    // Its automatic pipelines would wait for one another, and cost more than the write that they save: `cork` saves it, too.
    enableAutoPipelining: false,
    // ioredis would try again by itself for minutes, with the commands waiting. Here a failed attempt fails its commands, and the
    // next command makes the next attempt: no failure is known and not told, and no timer runs for a server that nobody asks.
    retryStrategy: null,
    // A command whose connection broke may have run. Sent again it would run twice: an increment would count twice.
    autoResendUnfulfilledCommands: false,
    // A server that still loads its data answers LOADING at once; the check would wait for it, up to the deadline.
    enableReadyCheck: false,
    // Nothing here needs the newer protocol, whose greeting is a round trip more, nor to be told who we are.
    protocol: 2,
    disableClientInfo: true,
  }
}

function placeOptions(
  place: Exclude<Place, { kind: 'cluster' }>,
  tls: boolean | TlsOptions,
  connectTimeoutMs: number,
): RedisOptions {
  if (place.kind === 'server') return { host: place.endpoint, port: place.port }
  if (place.kind === 'socket') return { path: place.path }
  const [toMaster, toSentinels] = [tls, place.tls].map((one) => (one === false ? undefined : tlsOptions(one)))
  return { Connector: sentinelConnector({ place, tls: toMaster, sentinelTls: toSentinels, connectTimeoutMs }) }
}

function tlsOptions(tls: true | TlsOptions): TlsOptions {
  return tls === true ? {} : tls
}
