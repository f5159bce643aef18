/** Namespaces and keys: where a key is stored. The only owner of both rules. */
import type { Backend } from './backend.js'
import { describe, kindOf } from './describe.js'
import { InvalidArgumentError } from './errors.js'

/**
 * Replaces the rule `namespace:key`. Must be a pure function. `namespace` is `''` where there is none. `clear` calls it with an
 * empty key: what it returns then must be what all keys of the namespace start with.
 */
export type KeyBuilder = (key: string, namespace: string) => string

/** Where the keys of one namespace live: a store, and how a key becomes one of the store's. */
export class Place {
  /** The store that {@link keyOf}'s answers are keys of. */
  readonly store: Backend
  readonly #prefix: string
  readonly #namespace: string
  readonly #keyBuilder: KeyBuilder | undefined

  constructor(store: Backend, prefix: string, namespace: string, keyBuilder: KeyBuilder | undefined) {
    this.store = store
    this.#prefix = prefix
    this.#namespace = namespace
    this.#keyBuilder = keyBuilder
  }

  /** Throws `InvalidArgumentError` unless `key` is text and not empty. */
  keyOf(key: string): string {
    if (typeof key !== 'string' || key.length === 0) throw invalidKey(key)
    if (this.#keyBuilder !== undefined) return this.#built(key, this.#keyBuilder)
    return this.#prefix.length === 0 ? key : this.#prefix + key
  }

  /** What every key of the place starts with, and no key of another. */
  clearPrefix(): string {
    if (this.#keyBuilder === undefined) return this.#prefix
    const prefix = this.#call('', this.#keyBuilder)
    if (typeof prefix === 'string' && prefix.length > 0) return prefix
    throw new InvalidArgumentError(
      `clear needs to know what the keys of a namespace start with, but keyBuilder('', '${this.#namespace}') returned ${typeof prefix === 'string' ? 'an empty string' : typeof prefix}: return the common prefix there, or delete the keys one by one`,
      { option: 'keyBuilder' },
    )
  }

  #built(key: string, keyBuilder: KeyBuilder): string {
    const built = this.#call(key, keyBuilder)
    if (typeof built === 'string' && built.length > 0) return built
    throw new InvalidArgumentError(
      `keyBuilder must return text that is not empty, got ${built === '' ? 'an empty string' : typeof built}`,
      { key, option: 'keyBuilder' },
    )
  }

  #call(key: string, keyBuilder: KeyBuilder): unknown {
    try {
      return keyBuilder(key, this.#namespace)
    } catch (cause) {
      const when = key === '' ? ' for the empty key, with which clear asks for the common prefix' : ''
      throw new InvalidArgumentError(`keyBuilder failed${when}: ${describe(cause)}`, {
        key: key || undefined,
        option: 'keyBuilder',
        cause,
      })
    }
  }
}

/** All namespaces of one cache. Its own is resolved once, so that a call in it looks nothing up. */
export class KeySpace {
  /** The cache's own namespace. */
  readonly own: Place
  readonly #backend: Backend
  readonly #namespace: string
  readonly #keyBuilder: KeyBuilder | undefined

  constructor(backend: Backend, namespace: string | undefined, keyBuilder: KeyBuilder | undefined) {
    this.#backend = backend
    this.#namespace = namespace ?? ''
    this.#keyBuilder = keyBuilder
    const prefix = prefixOf(this.#namespace)
    // A store that can be narrowed finds the entries of the own namespace by the short key.
    const narrowed = prefix === '' || keyBuilder !== undefined ? undefined : backend.scope?.(prefix)
    this.own =
      narrowed === undefined ? this.#placeOf(this.#namespace) : new Place(narrowed, '', this.#namespace, undefined)
  }

  /** The place of a command's `namespace` option: `undefined` and `null` are the own one, `''` is none. */
  place(namespace: string | null | undefined): Place {
    if (namespace === undefined || namespace === null) return this.own
    checkNamespace(namespace)
    return this.#placeOf(namespace)
  }

  /** As {@link place}, for `clear`, which refuses an explicit `''`: only a cache without a namespace owns the whole database. */
  placeToClear(namespace: string | null | undefined): Place {
    if (namespace === '') {
      throw new InvalidArgumentError(
        "clear({ namespace: '' }) would empty the whole database: name a namespace, or clear a cache that has none",
        { option: 'namespace' },
      )
    }
    return this.place(namespace)
  }

  /** The complete key, as the store below has it. */
  build(key: string, namespace?: string | null): string {
    if (namespace !== undefined && namespace !== null) checkNamespace(namespace)
    return this.#placeOf(namespace ?? this.#namespace).keyOf(key)
  }

  #placeOf(namespace: string): Place {
    return new Place(this.#backend, prefixOf(namespace), namespace, this.#keyBuilder)
  }
}

/** Throws `InvalidArgumentError` unless `namespace` is text. */
export function checkNamespace(namespace: unknown): asserts namespace is string {
  if (typeof namespace === 'string') return
  throw new InvalidArgumentError(`namespace must be text, got ${kindOf(namespace)}`, { option: 'namespace' })
}

function prefixOf(namespace: string): string {
  return namespace === '' ? '' : `${namespace}:`
}

function invalidKey(key: unknown): InvalidArgumentError {
  const got = key === '' ? 'an empty string' : kindOf(key)
  return new InvalidArgumentError(`a key must be text that is not empty, got ${got}`, { option: 'key' })
}
