/** Ends without closing its cache, which has entries that live for hours. Prints how long it took to end by itself, in milliseconds. */
import { Cache } from '@pycached/core'
import '@pycached/memory'

const cache = new Cache({ ttl: '1h' })
await cache.set('key', 'value')
await cache.set('other', 'value', { ttl: '60d' })
const ended = performance.now()
process.on('exit', () => console.log(Math.round(performance.now() - ended)))
