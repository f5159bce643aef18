/**
 * The computations under way in this process, by where their results will be stored, so that an invalidation wins over them: what
 * was computed from older data is not stored after it.
 */
import type { Backend } from '../backend.js'
import { PerKey } from '../per-key.js'

const underWay = new PerKey<Set<Computation>>()

/** One computation of one key's value, from its begin to its end. */
export class Computation {
  readonly #backend: Backend
  readonly #storedKey: string
  #storing: Promise<unknown> | undefined
  /** Whether the result must not be stored any more. */
  voided = false

  constructor(backend: Backend, storedKey: string) {
    this.#backend = backend
    this.#storedKey = storedKey
    const ofKey = underWay.get(backend, storedKey)
    if (ofKey === undefined) underWay.set(backend, storedKey, new Set([this]))
    else ofKey.add(this)
  }

  /** The result is on its way into the store: an invalidation waits for it, then deletes it. `undefined`: it is there. */
  storing(write: Promise<unknown> | undefined): void {
    this.#storing = write
  }

  /** Once no write is under way, though nobody may wait for it any more. */
  end(): void {
    if (this.#storing === undefined) this.#forget()
    else void this.stored().then(() => this.#forget())
  }

  #forget(): void {
    const ofKey = underWay.get(this.#backend, this.#storedKey)
    ofKey?.delete(this)
    if (ofKey?.size === 0) underWay.delete(this.#backend, this.#storedKey)
  }

  /** Resolves once no write is under way. */
  async stored(): Promise<void> {
    await this.#storing?.catch(() => {})
  }
}

/** No result of a computation that is under way now will be stored; resolves once none is on its way into the store. */
export async function voidComputations(backend: Backend, storedKeys: readonly string[]): Promise<void> {
  const found = storedKeys.flatMap((key) => [...(underWay.get(backend, key) ?? [])])
  for (const computation of found) computation.voided = true
  await Promise.all(found.map((computation) => computation.stored()))
}
