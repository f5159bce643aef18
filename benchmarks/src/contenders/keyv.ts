/** Keyv: a store behind a small interface; with @keyv/redis on Redis. */

import Keyv from 'keyv'
import type { Contender } from '../contender.js'

export default {
  name: 'keyv',
  packages: ['keyv', '@keyv/redis'],
  usage:
    'In memory on its `Map`, with serialization off as its README says; no bound. On Redis `createKeyv` of @keyv/redis with a namespace.',
  memory({ bounded }) {
    if (bounded) return undefined
    const map = new Map()
    const keyv = new Keyv<string>({ store: map })
    keyv.serialize = undefined
    keyv.deserialize = undefined
    return {
      get: (key) => keyv.get(key),
      set: (key, value, ttlMs) => keyv.set(key, value, ttlMs),
      getMany: (keys) => keyv.getMany(keys),
      size: () => map.size,
    }
  },
  async redis({ url, namespace }) {
    const { createKeyv } = await import('@keyv/redis')
    const keyv = createKeyv(url, { namespace })
    return {
      get: (key) => keyv.get(key),
      set: (key, value, ttlMs) => keyv.set(key, value, ttlMs),
      getMany: (keys) => keyv.getMany(keys),
      setMany: (pairs, ttlMs) => keyv.setMany(pairs.map(([key, value]) => ({ key, value, ttl: ttlMs }))),
      clear: () => keyv.clear(),
      wireKey: (key) => `${namespace}::${key}`,
      close: () => keyv.disconnect(),
    }
  },
} satisfies Contender
