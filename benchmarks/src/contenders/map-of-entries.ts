/** The limit of memory where entries expire: a `Map` of values with the moment of their expiry, which nobody looks at. */

import type { Contender } from '../contender.js'

interface Entry {
  readonly value: string
  readonly expiresMs: number
}

export default {
  name: 'Map of entries',
  kind: 'limit',
  usage:
    '`Map.set` of an object with the value and the moment of its expiry, behind `Promise.resolve`. Nothing expires, so in M9 it shows what the machine itself delays.',
  only: ['M3', 'M7', 'M9.expiry'],
  memory() {
    const map = new Map<string, Entry>()
    // Reading the clock at every write would be a cost of expiry, which this does not have; the number is as big as one that was read.
    const openedMs = Date.now()
    return {
      get: (key) => Promise.resolve(map.get(key)?.value),
      set: (key, value, ttlMs) => {
        map.set(key, { value, expiresMs: openedMs + ttlMs })
        return Promise.resolve(true)
      },
      size: () => map.size,
    }
  },
} satisfies Contender
