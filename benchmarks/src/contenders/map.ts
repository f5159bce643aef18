/** The limit of memory: a `Map` behind a promise. */

import type { Contender } from '../contender.js'

export default {
  name: 'Map',
  kind: 'limit',
  usage: '`Map.get` and `Map.set` of values behind `Promise.resolve`: no time to live, no bound.',
  memory({ bounded }) {
    if (bounded) return undefined
    const map = new Map<string, string>()
    return {
      get: (key) => Promise.resolve(map.get(key)),
      set: (key, value) => {
        map.set(key, value)
        return Promise.resolve(true)
      },
      getMany: (keys) => Promise.resolve(keys.map((key) => map.get(key))),
      size: () => map.size,
      ttlPerEntry: false,
    }
  },
  memoryLoader(_options, load) {
    const map = new Map<string, string>()
    return {
      call(key) {
        const found = map.get(key)
        if (found !== undefined) return Promise.resolve(found)
        return load(key).then((value) => {
          map.set(key, value)
          return value
        })
      },
    }
  },
} satisfies Contender
