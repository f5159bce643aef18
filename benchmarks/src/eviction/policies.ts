/** The policies that are compared, in the order of the columns. */
import { belady } from './policies/belady.js'
import { fifo } from './policies/fifo.js'
import { lruCache } from './policies/lru-cache.js'
import { s3Fifo } from './policies/s3-fifo.js'
import { sieve } from './policies/sieve.js'
import { pycached, pycachedLru } from './policies/simple-memory-cache.js'
import { adaptiveWTinyLfu, wTinyLfu } from './policies/w-tiny-lfu.js'
import type { Policy } from './policy.js'

/** What the others are compared with. */
export const baseline: Policy = lruCache
/** What none of them can exceed. */
export const optimum: Policy = belady
export const policies: readonly Policy[] = [pycached, s3Fifo, sieve, wTinyLfu, adaptiveWTinyLfu, fifo, pycachedLru]
