import { BasePlugin, type HookedCache } from '@pycached/core'
import { expect, test } from 'vitest'
import { pluginContract } from '../src/index.js'

class Watching extends BasePlugin {
  seen: string[] = []
  override preSet(): void {
    this.seen.push('set')
  }
  override async postGet(): Promise<void> {
    await Promise.resolve()
  }
  override around(
    _cache: HookedCache,
    command: string,
    _args: unknown,
    next: () => Promise<unknown>,
  ): Promise<unknown> {
    this.seen.push(command)
    return next()
  }
}

for (const { title, run } of pluginContract({ create: () => new Watching() }))
  test(`a plugin that watches: ${title}`, run)
for (const { title, run } of pluginContract({ create: () => new BasePlugin() }))
  test(`a plugin without hooks: ${title}`, run)

const ALIKE = 'every command comes to the same, and leaves the same in the store, with and without it'

const mutants: { mistake: string; caughtBy: string; create: () => object }[] = [
  {
    mistake: 'writes a key of its own',
    caughtBy: ALIKE,
    create: () => ({ postSet: ({ backend }: HookedCache) => backend.set('metrics', 1, undefined) }),
  },
  {
    mistake: 'chokes on a value of a certain kind',
    caughtBy: ALIKE,
    create: () => ({
      preSet: (_cache: unknown, [, value]: [string, unknown]) => void JSON.stringify((value as object).constructor),
    }),
  },
  {
    mistake: 'changes its arguments',
    caughtBy: ALIKE,
    create: () => ({ preSet: (_cache: unknown, args: unknown[]) => void args.push('more') }),
  },
  {
    mistake: 'changes the result on its way',
    caughtBy: ALIKE,
    create: () => ({
      around: async (_c: unknown, _n: unknown, _a: unknown, next: () => Promise<unknown>) => (await next()) ?? null,
    }),
  },
  {
    mistake: 'does not wait for the command',
    caughtBy: ALIKE,
    create: () => ({ around: async () => undefined }),
  },
  {
    mistake: 'makes an error of its own of every failure',
    caughtBy: 'what the store throws reaches the caller as BackendError, not as an error of the plugin',
    create: () => ({
      around: (_c: unknown, _n: unknown, _a: unknown, next: () => Promise<unknown>) =>
        next().catch((cause: unknown) => {
          throw new Error('traced', { cause })
        }),
    }),
  },
  {
    mistake: 'swallows failures',
    caughtBy: 'what cannot be written or read is the error of the serializer',
    create: () => ({
      around: (_c: unknown, _n: unknown, _a: unknown, next: () => Promise<unknown>) => next().catch(() => undefined),
    }),
  },
  {
    mistake: 'has a hook of a wrong name',
    caughtBy: 'hooks are functions, and it has no others by their kind of name',
    create: () => ({ postMultiget: () => undefined }),
  },
  {
    mistake: 'mixes up commands that run at once',
    caughtBy: 'many commands at once each get their own result',
    create: () => {
      let last: unknown
      return {
        async around(_c: unknown, _n: unknown, _a: unknown, next: () => Promise<unknown>) {
          last = await next()
          await new Promise((resolve) => setTimeout(resolve))
          return last
        },
      }
    },
  },
  {
    mistake: 'serves the first cache that it saw only',
    caughtBy: 'one plugin serves several caches, and one cache several of its kind',
    create: () => {
      let mine: unknown
      return {
        preGet(cache: unknown) {
          mine ??= cache
          if (mine !== cache) throw new Error('another cache')
        },
      }
    },
  },
]

test.each(mutants)('catches a plugin that $mistake', async ({ caughtBy, create }) => {
  const found = pluginContract({ create }).find(({ title }) => title === caughtBy)
  await expect(found?.run()).rejects.toThrow()
})
