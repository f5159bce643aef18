/** The client methods that we call: all that a client handed in must have, and what it may have. */

/** One argument of a Redis command. Bytes must be a `Buffer`: ioredis turns any other `Uint8Array` into the text `1,2,3`. */
export type RedisArgument = string | Buffer | number

/**
 * A client such as `Redis` or `Cluster` of ioredis, by its shape: those classes have private members, so naming them would tie users to
 * one copy of them. The clients of iovalkey have the same shape.
 *
 * Every command goes through `call`, except those whose replies are keys or values. They need bytes, and `callBuffer` loses the
 * name of its command where ioredis 6.0 pipelines automatically, hence a method each.
 */
export interface RedisLike extends RedisNode {
  getBuffer(key: string): Promise<Buffer | null>
  mgetBuffer(keys: string[]): Promise<(Buffer | null)[]>
  /** `true` for a client of a cluster, which then has `nodes`. */
  readonly isCluster?: boolean
  /** The servers of a cluster, each with a connection of its own; none before the client has connected. */
  nodes?(role: 'master'): RedisNode[]
}

/** A client of one server. */
export interface RedisNode {
  call(command: string, args: RedisArgument[]): Promise<unknown>
  scanBuffer(
    cursor: string,
    match: 'MATCH',
    pattern: string,
    count: 'COUNT',
    pageSize: number,
  ): Promise<[cursor: Buffer, keys: Buffer[]]>
  /** Another client of the same server, which waiters for locks listen through. Without it they ask again and again. */
  duplicate?(options?: object): unknown
  /** `keyPrefix`: what the client itself puts before every key. It does so in commands, but neither in patterns nor in replies. */
  readonly options?: { readonly keyPrefix?: string | undefined }
  /** What ioredis calls the state of its connection. */
  readonly status?: string
}
