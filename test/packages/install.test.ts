import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { root } from '../support/repository.js'
import { node, npm, pnpm } from './package-managers.js'

const tarballs = inject('tarballs')
const projects = `${root}test/packages/projects`
const redis = [inject('redisUrl'), `${inject('redisNamespace')}-packages`] as const

/** Each with the way to say that what the packages ask of each other is to be taken from the tarballs too. */
const managers = {
  npm: {
    settings: (overrides: object) => ({ 'package.json': { overrides } }),
    install: (folder: string) => npm(['install', '--no-audit', '--no-fund'], folder),
  },
  pnpm: {
    settings: (overrides: object) => ({
      'pnpm-workspace.yaml': { overrides, allowBuilds: { 'msgpackr-extract': false } },
    }),
    install: (folder: string) => pnpm(['install', '--no-frozen-lockfile'], folder),
  },
}

/** An empty project beside nothing of ours, into which only the named packages are installed; the others come as their dependencies, if at all. */
async function install(manager: keyof typeof managers, names: readonly string[], others = {}): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'pycached-project-'))
  const files = Object.entries(tarballs).map(([name, path]): [string, string] => [name, `file:${path}`])
  const pick = (wanted: boolean) => Object.fromEntries(files.filter(([name]) => names.includes(name) === wanted))
  const manifest = { name: 'project', private: true, dependencies: { ...pick(true), ...others } }
  const settings: Record<string, object> = managers[manager].settings(pick(false))
  const written = { ...settings, 'package.json': { ...manifest, ...settings['package.json'] } }
  // YAML reads JSON.
  for (const [file, content] of Object.entries(written)) writeFileSync(join(folder, file), JSON.stringify(content))
  cpSync(projects, folder, { recursive: true })
  await managers[manager].install(folder)
  return folder
}

describe.each(['npm', 'pnpm'] as const)('installed with %s', (manager) => {
  describe('core and memory alone', () => {
    let folder = ''
    beforeAll(async () => {
      folder = await install(manager, ['@pycached/core', '@pycached/memory'])
    })
    afterAll(() => rmSync(folder, { recursive: true, force: true }))

    test.each(['memory.mjs', 'memory.cjs'])('%s works', async (file) => {
      expect(await node([file], folder)).toBe('works\n')
    })
  })

  describe('core and redis alone', () => {
    let folder = ''
    beforeAll(async () => {
      folder = await install(manager, ['@pycached/core', '@pycached/redis'])
    })
    afterAll(() => rmSync(folder, { recursive: true, force: true }))

    test.each(['redis.mjs', 'redis.cjs'])('%s works', async (file) => {
      expect(await node([file, ...redis], folder)).toBe('works\n')
    })
  })
})

describe('with every package installed', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await install('npm', Object.keys(tarballs), { '@types/node': '20.19.43' })
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('class paths load packages that the program never imported', async () => {
    expect(await node(['lazy.mjs', ...redis], folder)).toBe('works\n')
  })

  test.each(['nodenext', 'bundler'])(
    'the types are sound with moduleResolution %s and nothing skipped',
    async (resolution) => {
      const module = resolution === 'nodenext' ? 'nodenext' : 'esnext'
      const options = [
        '--module',
        module,
        '--moduleResolution',
        resolution,
        '--target',
        'es2022',
        '--lib',
        'es2023,esnext.disposable',
      ]
      const tsc = `${root}node_modules/typescript-native/bin/tsc`
      expect(
        await node(
          [tsc, '--noEmit', '--strict', ...options, '--types', 'node', '--skipLibCheck', 'false', 'typed.mts'],
          folder,
        ),
      ).toBe('')
    },
  )

  test('a bundler keeps an import that only registers', async () => {
    writeFileSync(
      join(folder, 'entry.mjs'),
      `import { caches } from '@pycached/core'\nimport '@pycached/memory'\nconsole.log(await caches.get('default').set('key', 1))\n`,
    )
    await build({
      root: folder,
      configFile: false,
      logLevel: 'silent',
      ssr: { noExternal: true },
      build: {
        ssr: 'entry.mjs',
        outDir: 'bundled',
        target: 'node20',
        rollupOptions: { output: { entryFileNames: 'entry.mjs' } },
      },
    })
    const alone = mkdtempSync(join(tmpdir(), 'pycached-bundle-'))
    cpSync(join(folder, 'bundled'), alone, { recursive: true })
    try {
      expect(await node(['entry.mjs'], alone)).toBe('true\n')
    } finally {
      rmSync(alone, { recursive: true, force: true })
    }
  })
})
