import 'vitest'

declare module 'vitest' {
  /** What the set-up of a run hands to its tests; read with `inject(name)`. */
  interface ProvidedContext {
    /** A real Redis. Only keys below `redisNamespace` may be touched: it may be somebody's own. */
    redisUrl: string
    /** Unique to the run. Keys and namespaces of tests start with it; two test files tell theirs apart by a suffix. */
    redisNamespace: string
    /** Package name → path of its tarball; in the checks of the packages only. */
    tarballs: Record<string, string>
  }
}
