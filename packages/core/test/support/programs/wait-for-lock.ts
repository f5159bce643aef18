/** Waits for a lock that nobody gives back, with nothing else to do. */
import { RedLock } from '@pycached/core'
import { SimpleMemoryCache } from '@pycached/memory'

const cache = new SimpleMemoryCache()
await new RedLock(cache, 'key', { lease: '1h' }).acquire()
const lock = await new RedLock(cache, 'key', { lease: '100ms' }).acquire()
console.log(`waited: ${lock.held}`)
