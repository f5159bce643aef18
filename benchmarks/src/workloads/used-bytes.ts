/** What the process holds after garbage collection: the heap, and buffers outside of it. */
export function usedBytes(): number {
  const collect = globalThis.gc
  if (collect === undefined) throw new Error('Start this process with --expose-gc')
  // The second time collects what finalizers of the first let go.
  collect()
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
