/**
 * Whether servers still answer: notices connections on which nothing comes back, and breaks them off. The system itself goes on sending for
 * a quarter of an hour where the network swallows everything.
 */
import { setImmediate } from 'node:timers'
import type { Redis } from 'ioredis'

/** A shorter silence is no reason to break off: a server that is merely slow keeps its connection. */
const MIN_SILENCE_MS = 1000

export class Pulse {
  readonly #beats = new Set<Beat>()

  /** From its next connection on. */
  watch(redis: Redis): void {
    redis.on('connect', () => {
      const beat = new Beat(redis)
      this.#beats.add(beat)
      redis.stream.once('close', () => this.#beats.delete(beat))
    })
  }

  /** Somebody has waited so long for an answer. */
  check(waitedMs: number): void {
    // Where the process itself was held up, the answers lie there already, and are read before this.
    setImmediate(() => {
      for (const beat of this.#beats) beat.check(waitedMs)
    })
  }
}

/** One connection. A clock is read once per packet, and no timer runs. */
class Beat {
  readonly #redis: Redis
  readonly #stream: Redis['stream']
  #heardMs = performance.now()
  #writtenThen = 0
  #silentSinceMs = 0

  constructor(redis: Redis) {
    this.#redis = redis
    this.#stream = redis.stream
    this.#stream.on('data', () => {
      this.#heardMs = performance.now()
      this.#writtenThen = bytesWritten(this.#stream)
    })
  }

  check(waitedMs: number): void {
    // Nothing was sent since something came last, so no answer is owed; or the client has another connection by now.
    if (bytesWritten(this.#stream) === this.#writtenThen || this.#redis.stream !== this.#stream) return
    const nowMs = performance.now()
    const sinceMs = nowMs - waitedMs
    // Something came while this one waited: the server is there, and slow.
    if (this.#heardMs > sinceMs) return
    // A silence begins with the first who waited in it: shorter waits add up to it.
    if (this.#silentSinceMs <= this.#heardMs) this.#silentSinceMs = Math.max(sinceMs, this.#heardMs)
    const silentMs = nowMs - this.#silentSinceMs
    if (silentMs < MIN_SILENCE_MS) return
    this.#stream.destroy(new Error(`the server has not answered for ${Math.round(silentMs)} ms`))
  }
}

function bytesWritten(stream: Redis['stream']): number {
  return (stream as { bytesWritten?: number }).bytesWritten ?? 0
}
