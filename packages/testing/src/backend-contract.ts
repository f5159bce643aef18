/** What every backend must do, as data. */
import { strict as assert } from 'node:assert'
import type { Backend, BaseCache, CacheOptions, LockStore, MaybePromise } from '@pycached/core'
import { type CacheUnderTest, COMMAND_CASES, JSON_TEXT } from './command-cases.js'
import { type ContractCase, sleep, uniqueName } from './contract.js'
import { LOCK_CASES } from './lock-cases.js'
import { PRIMITIVE_CASES } from './primitive-cases.js'
import { SCOPE_CASES } from './scope-cases.js'

export interface BackendContractOptions {
  /**
   * A new cache over the backend, with the options given: `(options) => new AcmeCache({ ...options, endpoint })`. Each case makes its
   * own and closes it. Their stores may be one and the same, and need not be empty.
   */
  create: (options: CacheOptions) => MaybePromise<BaseCache>
  /** What all keys and namespaces of the cases start with, where the store has other users. Default `'contract'`. */
  prefix?: string | undefined
  /** Lets `ms` of the store's time pass, where a clock can be moved. Default: real time. */
  wait?: ((ms: number) => MaybePromise<void>) | undefined
}

/**
 * Cases for any test runner: `for (const { title, run } of backendContract({ create })) test(title, run)`.
 *
 * Primitives are proven on complete keys and, where the backend offers `scope`, through one; commands with and without a namespace.
 * There is nothing to opt out of: a backend that fails a case does not do what caches rely on.
 */
export function backendContract({ create, prefix = 'contract', wait = sleep }: BackendContractOptions): ContractCase[] {
  return [...primitives(), ...commands()]

  function primitives(): ContractCase[] {
    const whole = PRIMITIVE_CASES.map(([title, run]) =>
      onBackend(title, (backend, unique) =>
        run({ store: backend, key: (name = 'key') => `${unique}:${name}`, wait: waits }),
      ),
    )
    const scoped = PRIMITIVE_CASES.map(([title, run]) =>
      onBackend(`in a scope, ${title}`, (backend, unique) => {
        const scope = backend.scope?.(`${unique}:`)
        // Without scopes, complete keys are all there is.
        const store = scope === undefined ? backend : checked(scope)
        const start = scope === undefined ? `${unique}:` : ''
        return run({ store, key: (name = 'key') => start + name, wait: waits })
      }),
    )
    const scopes = SCOPE_CASES.map(([title, run]) =>
      onBackend(title, async (backend, unique) => {
        if (backend.scope !== undefined) await run({ backend, scope: (at) => checked(scopeOf(backend, at)), unique })
      }),
    )
    const locks = LOCK_CASES.map(([title, run]) =>
      onBackend(`where there are locks, ${title}`, async (backend, unique, close) => {
        if (backend.locks === undefined) return
        await run({ backend, locks: checkedLocks(backend.locks), lockKey: `${unique}:key-lock`, wait: waits, close })
      }),
    )
    return [...whole, ...scoped, ...scopes, ...locks]
  }

  function commands(): ContractCase[] {
    return [false, true].flatMap((namespaced) =>
      COMMAND_CASES.map(([title, run]) => ({
        title: `through a cache ${namespaced ? 'with' : 'without'} a namespace, ${title}`,
        run: () => withCaches(namespaced, run),
      })),
    )
  }

  function onBackend(
    title: string,
    run: (backend: Backend, unique: string, close: () => Promise<void>) => Promise<void>,
  ): ContractCase {
    return {
      title,
      run: async () => {
        const unique = `${prefix}:${uniqueName()}`
        const cache = await create({})
        let closing: Promise<void> | undefined
        const close = () => (closing ??= cache.close())
        try {
          await run(checked(cache.backend), unique, close)
          if (closing === undefined) await cache.backend.clear(unique)
        } finally {
          await close()
        }
      },
    }
  }

  async function withCaches(namespaced: boolean, run: (subject: CacheUnderTest) => Promise<void>): Promise<void> {
    const unique = `${prefix}:${uniqueName()}`
    const namespace = namespaced ? `${unique}-own` : undefined
    const made: BaseCache[] = []
    const make = async (options: CacheOptions = {}): Promise<BaseCache> => {
      const cache = await create({ serializer: JSON_TEXT, ...(namespaced && { namespace }), ...options })
      made.push(cache)
      return cache
    }
    try {
      await run({ make, name: (name = 'key') => `${unique}-${name}`, namespace, wait: waits })
      const cleaner = await make()
      await cleaner.backend.clear(unique)
    } finally {
      await Promise.all(made.map((cache) => cache.close()))
    }
  }

  async function waits(ms: number): Promise<void> {
    await wait(ms)
  }
}

function scopeOf(backend: Backend, prefix: string): Backend {
  const scope = backend.scope?.(prefix)
  assert.ok(
    scope !== undefined,
    'a backend that offers scopes has one for the first prefix it is asked for, and for it again',
  )
  return scope
}

/** The backend, whose every answer is checked to be plain or a native promise: the pipeline knows no other. */
function checked(backend: Backend): Backend {
  return checkedAnswers(backend, 'scope')
}

function checkedLocks(locks: LockStore): LockStore {
  return checkedAnswers(locks, 'watch')
}

function checkedAnswers<T extends object>(subject: T, except: string): T {
  return new Proxy(subject, {
    get(target, property) {
      const member: unknown = Reflect.get(target, property, target)
      if (typeof member !== 'function' || property === except) {
        return typeof member === 'function' ? member.bind(target) : member
      }
      return (...args: unknown[]): unknown => {
        const answer: unknown = member.apply(target, args)
        const isThenable = typeof (answer as PromiseLike<unknown> | undefined)?.then === 'function'
        assert.ok(
          !isThenable || answer instanceof Promise,
          `${String(property)} must answer plainly or with a native promise`,
        )
        return answer
      }
    },
  })
}
