/** Where a server, its sentinels or a cluster are, and how a connection is made: options that were checked. Types only. */
import type { ConnectionOptions as TlsOptions } from 'node:tls'

/** One host of several. */
export interface RedisHost {
  /** Name or address. */
  endpoint: string
  /** Default 6379, of a sentinel 26379. */
  port?: number | undefined
}

export type Place =
  | { readonly kind: 'server'; readonly endpoint: string; readonly port: number }
  | { readonly kind: 'socket'; readonly path: string }
  | SentinelPlace
  | { readonly kind: 'cluster'; readonly nodes: readonly Required<RedisHost>[] }

/** The master that sentinels name. */
export interface SentinelPlace {
  readonly kind: 'sentinel'
  readonly masterName: string
  readonly sentinels: readonly Required<RedisHost>[]
  readonly username: string | undefined
  readonly password: string | undefined
  readonly tls: boolean | TlsOptions
}

export interface Address {
  readonly place: Place
  readonly db: number
  readonly username: string | undefined
  readonly password: string | undefined
  readonly tls: boolean | TlsOptions
  readonly connectTimeoutMs: number
}
