/** The client methods that we call: all that a client handed in must have. */

/** One argument of a Redis command. Bytes must be a `Buffer`: ioredis turns any other `Uint8Array` into the text `1,2,3`. */
export type RedisArgument = string | Buffer | number

/**
 * A client such as `Redis` of ioredis, by its shape: that class has private members, so naming it would tie users to one copy of it.
 *
 * Every command goes through `call`, except those whose replies are keys or values. They need bytes, and `callBuffer` loses the
 * name of its command where ioredis 6.0 pipelines automatically, hence a method each.
 */
export interface RedisLike {
  call(command: string, args: RedisArgument[]): Promise<unknown>
  getBuffer(key: string): Promise<Buffer | null>
  mgetBuffer(keys: string[]): Promise<(Buffer | null)[]>
  scanBuffer(
    cursor: string,
    match: 'MATCH',
    pattern: string,
    count: 'COUNT',
    pageSize: number,
  ): Promise<[cursor: Buffer, keys: Buffer[]]>
  /** `keyPrefix`: what the client itself puts before every key. It does so in commands, but neither in patterns nor in replies. */
  readonly options?: { readonly keyPrefix?: string | undefined }
}
