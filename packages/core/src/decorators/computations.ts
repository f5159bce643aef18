/**
 * The computations under way in this process, by where their results will be stored, so that an invalidation wins over them: what
 * was computed from older data is not stored after it.
 */
import type { Backend } from '../backend.js'

const underWay = new WeakMap<Backend, Map<string, Set<Computation>>>()

/** One computation of one key's value, from its begin to {@link end}. */
export class Computation {
  readonly #backend: Backend
  readonly #storedKey: string
  #storing: Promise<unknown> | undefined
  /** Whether the result must not be stored any more. */
  voided = false

  constructor(backend: Backend, storedKey: string) {
    this.#backend = backend
    this.#storedKey = storedKey
    let ofBackend = underWay.get(backend)
    if (ofBackend === undefined) {
      ofBackend = new Map()
      underWay.set(backend, ofBackend)
    }
    const ofKey = ofBackend.get(storedKey)
    if (ofKey === undefined) ofBackend.set(storedKey, new Set([this]))
    else ofKey.add(this)
  }

  /** The result is on its way into the store: an invalidation waits for it, then deletes it. */
  storing(write: Promise<unknown>): void {
    this.#storing = write
  }

  end(): void {
    const ofBackend = underWay.get(this.#backend)
    const ofKey = ofBackend?.get(this.#storedKey)
    ofKey?.delete(this)
    if (ofKey?.size === 0) ofBackend?.delete(this.#storedKey)
  }

  /** Resolves once no write is under way. */
  async stored(): Promise<void> {
    await this.#storing?.catch(() => {})
  }
}

/** No result of a computation that is under way now will be stored; resolves once none is on its way into the store. */
export async function voidComputations(backend: Backend, storedKeys: readonly string[]): Promise<void> {
  const found = storedKeys.flatMap((key) => [...(underWay.get(backend)?.get(key) ?? [])])
  for (const computation of found) computation.voided = true
  await Promise.all(found.map((computation) => computation.stored()))
}
