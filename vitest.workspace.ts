/**
 * One project per package, one for the rules about the repository, one for type tests, one for legacy decorators and one for the
 * quick sizes of the chaos runs.
 * vitest reads this file only when told: `vitest run --config vitest.workspace.ts`.
 *
 * Tests run on the sources, without a build: the condition `@pycached/source` of every package's `exports` leads there.
 */

import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defaultClientConditions, defaultServerConditions } from 'vite'
import { configDefaults, defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'

const root = fileURLToPath(new URL('.', import.meta.url))
const checker = `${root}node_modules/typescript-native/bin/tsc`

/** Vite and vitest merge nothing into these lists, so the defaults are repeated after ours. */
const source = {
  resolve: { conditions: ['@pycached/source', ...defaultClientConditions] },
  ssr: { resolve: { conditions: ['@pycached/source', ...defaultServerConditions] } },
  esbuild: { target: 'node20' as const },
}

/** Only for what hangs: synchronous properties take seconds on a busy machine, and no test is about its own duration. */
const patience = { testTimeout: 60_000, hookTimeout: 60_000 }

/** The cases of contracts run at once: most of them wait for time to pass. */
const maxConcurrency = 50

const project = (
  name: string,
  dir: string,
  test: TestProjectInlineConfiguration['test'] = {},
): TestProjectInlineConfiguration => ({
  ...source,
  root: root + dir,
  test: { name, include: ['test/**/*.test.ts'], exclude: configDefaults.exclude, maxConcurrency, ...patience, ...test },
})

const legacy = 'test/legacy/**'

const packages = readdirSync(`${root}packages`).filter((name) => existsSync(`${root}packages/${name}/package.json`))

export default defineConfig({
  test: {
    // One worker less than processors, the default, leaves half of a machine with two of them idle.
    maxWorkers: '100%',
    globalSetup: './test/support/redis-setup.ts',
    reporters: ['default', './test/support/closing-line.ts'],
    projects: [
      ...packages.map((name) => project(name, `packages/${name}`, { exclude: [...configDefaults.exclude, legacy] })),
      project('legacy-decorators', 'packages/core', { include: [`${legacy}/*.test.ts`] }),
      {
        ...source,
        test: {
          name: 'types',
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            checker,
            tsconfig: './tsconfig.types.json',
            include: ['packages/*/test/**/*.test-d.ts'],
            exclude: ['packages/core/test/legacy/**'],
          },
        },
      },
      {
        ...source,
        test: {
          name: 'legacy-types',
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            checker,
            tsconfig: './packages/core/test/legacy/tsconfig.json',
            include: ['packages/core/test/decorators/methods.test-d.ts'],
          },
        },
      },
      ...(existsSync(`${root}examples/test`) ? [project('examples', 'examples')] : []),
      project('benchmarks', 'benchmarks'),
      project('rules', '', { exclude: [...configDefaults.exclude, 'test/packages/**', 'test/chaos/**'] }),
      project('chaos', '', { include: ['test/chaos/**/*.test.ts'] }),
    ],
  },
})
