// A contender for `pnpm bench --only M1,M2,M3 --contender ./benchmarks/example-contender.mjs`: a Map whose entries expire when they are read.

export default {
  name: 'expiring map',

  memory({ bounded }) {
    // It never evicts, so it stays out of M3e.
    if (bounded) return undefined
    const entries = new Map()
    return {
      async get(key) {
        const entry = entries.get(key)
        if (entry === undefined || entry.expiresMs > Date.now()) return entry?.value
        entries.delete(key)
        return undefined
      },
      async set(key, value, ttlMs) {
        entries.set(key, { value, expiresMs: Date.now() + ttlMs })
      },
      size: () => entries.size,
    }
  },
}
