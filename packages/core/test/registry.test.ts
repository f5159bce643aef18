import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BasePlugin, Caches, register } from '@pycached/core'
import { SimpleMemoryCache } from '@pycached/memory'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { classPathOfScheme, knownClassPaths, nearestOf, resolveClassPath } from '../src/registry.js'

const folder = mkdtempSync(join(tmpdir(), 'pycached-registry-'))
afterAll(() => rmSync(folder, { recursive: true }))

const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const unresolved = (message: RegExp, cause?: unknown) =>
  expect.objectContaining({
    name: 'ClassPathError',
    code: 'PYCACHED_CLASS_PATH',
    option: 'serializer',
    message: expect.stringMatching(message),
    ...(cause !== undefined && { cause }),
  })

describe('register', () => {
  class First {}
  class Second {}

  test('gives a class its path, and the latest registration wins', () => {
    register('test.registry.Thing', First)
    expect(resolveClassPath('test.registry.Thing', 'serializer')).toBe(First)
    register('test.registry.Thing', Second)
    expect(resolveClassPath('test.registry.Thing', 'serializer')).toBe(Second)
    expect(knownClassPaths()).toContain('test.registry.Thing')
  })

  test('gives URL schemes their class', () => {
    register('test.registry.Schemed', First, { schemes: ['test-scheme', 'test-schemes'] })
    expect(classPathOfScheme('test-scheme')).toBe('test.registry.Schemed')
    expect(classPathOfScheme('test-schemes')).toBe('test.registry.Schemed')
    expect(classPathOfScheme('none')).toBeUndefined()
  })

  test.each(['acme', ['ACME'], ['acme:'], [7], null])('refuses %j as schemes, and registers nothing', (schemes) => {
    expect(() => register('test.registry.BadSchemes', First, { schemes: schemes as never })).toThrow(
      expect.objectContaining({ name: 'InvalidArgumentError', option: 'schemes' }),
    )
    expect(knownClassPaths()).not.toContain('test.registry.BadSchemes')
  })

  test.each(['', 'with space', 'a#b', 7, null])('refuses %j as a path', (path) => {
    expect(() => register(path as string, First)).toThrow(
      expect.objectContaining({ name: 'InvalidArgumentError', option: 'classPath' }),
    )
  })

  test('refuses what is no class', () => {
    expect(() => register('test.registry.None', {} as never)).toThrow(/needs the class itself, got object/)
  })
})

describe('a path that does not resolve', () => {
  test.each([
    ['pycached.RedisCahce', /did you mean pycached\.RedisCache\?/],
    ['pycached.rediscache', /did you mean pycached\.RedisCache\?/],
    ['pycached.serializers.JSONSerializers', /did you mean pycached\.serializers\.JsonSerializer\?/],
    ['pycached.plugins.TimmingPlugin', /did you mean pycached\.plugins\.TimingPlugin\?/],
    [
      'acme.serializers.Avro',
      /register it \(register\('acme\.serializers\.Avro', TheClass\)\), write it as 'module#Export', or use one of pycached\./,
    ],
    ['', /unknown class path ''/],
    ['#', /unknown class path/],
    ['module#', /unknown class path/],
    ['#Export', /unknown class path/],
  ])('%j says what to do', (path, message) => {
    expect(() => resolveClassPath(path, 'serializer')).toThrow(unresolved(message))
  })

  test('of a package that is not installed says so, with its name', () => {
    expect(() => resolveClassPath('@acme/none#Avro', 'serializer')).toThrow(
      unresolved(/'@acme\/none' is not installed: install it/),
    )
    expect(() => resolveClassPath('./no-such-file.js#Avro', 'serializer')).toThrow(
      unresolved(/'\.\/no-such-file\.js' is not installed: .*correct the path/),
    )
  })
})

describe('module#Export', () => {
  test('loads the export, of CommonJS modules and ES modules, now', () => {
    const cjs = file('plugin.cjs', 'exports.Mine = class Mine {}; exports.value = 1')
    const esm = file('plugin.mjs', 'export class Mine {}')
    expect((resolveClassPath(`${cjs}#Mine`, 'serializer') as { name: string }).name).toBe('Mine')
    expect((resolveClassPath(`${esm}#Mine`, 'serializer') as { name: string }).name).toBe('Mine')
    expect(resolveClassPath(`${cjs}#Mine`, 'serializer')).toBe(resolveClassPath(`${cjs}#Mine`, 'serializer'))
  })

  test('is relative to the working directory of the application', () => {
    file('relative.cjs', 'exports.Relative = class Relative {}')
    const cwd = vi.spyOn(process, 'cwd').mockReturnValue(folder)
    try {
      expect((resolveClassPath('./relative.cjs#Relative', 'serializer') as { name: string }).name).toBe('Relative')
    } finally {
      cwd.mockRestore()
    }
  })

  test('is looked for beside the main script too, where programs are started from elsewhere', () => {
    mkdirSync(join(folder, 'app', 'node_modules', 'acme-beside'), { recursive: true })
    file('app/node_modules/acme-beside/index.js', 'exports.Beside = class Beside {}')
    const cwd = vi.spyOn(process, 'cwd').mockReturnValue(tmpdir())
    const [, script] = process.argv
    process.argv[1] = join(folder, 'app', 'main.js')
    try {
      expect(resolveClassPath('acme-beside#Beside', 'serializer').name).toBe('Beside')
    } finally {
      process.argv[1] = script as string
      cwd.mockRestore()
    }
  })

  test('of a name that is no class lists those that are', () => {
    const path = file('names.cjs', 'exports.One = class One {}; exports.Two = class Two {}; exports.value = 1')
    expect(() => resolveClassPath(`${path}#Three`, 'serializer')).toThrow(
      unresolved(/exports no class 'Three': it has One, Two$/),
    )
    expect(() => resolveClassPath(`${path}#value`, 'serializer')).toThrow(unresolved(/exports no class 'value'/))
    expect(() => resolveClassPath(`${file('empty.cjs', '')}#One`, 'serializer')).toThrow(
      unresolved(/it has no classes$/),
    )
  })

  test('takes for exports only what the module itself exports, and a module may export nothing', () => {
    const unexported = unresolved(/exports no class .*: it has no classes$/)
    expect(() => resolveClassPath(`${file('bare.cjs', '')}#constructor`, 'serializer')).toThrow(unexported)
    expect(() => resolveClassPath(`${file('nothing.json', 'null')}#One`, 'serializer')).toThrow(unexported)
  })

  test('of a module that throws no error says what it throws', () => {
    const throwing = file('throws-null.cjs', 'throw null')
    expect(() => resolveClassPath(`${throwing}#One`, 'serializer')).toThrow(unresolved(/failed to load: null/))
  })

  test('of a module that throws, or lacks a dependency, says that it failed to load', () => {
    const throwing = file('throws.cjs', 'throw new Error("bad start")')
    expect(() => resolveClassPath(`${throwing}#One`, 'serializer')).toThrow(
      unresolved(/failed to load: bad start/, expect.objectContaining({ message: 'bad start' })),
    )
    const lacking = file('lacking.cjs', 'require("acme-missing-dependency")')
    expect(() => resolveClassPath(`${lacking}#One`, 'serializer')).toThrow(
      unresolved(/failed to load: Cannot find module 'acme-missing-dependency'/),
    )
  })

  test('of a module with top-level await says that it must be imported before', () => {
    const path = file('waits.mjs', 'await Promise.resolve(); export class Late {}')
    expect(() => resolveClassPath(`${path}#Late`, 'serializer')).toThrow(
      unresolved(
        /cannot be loaded synchronously \(ERR_REQUIRE_ASYNC_MODULE\): import it before and register its class/,
      ),
    )
  })
})

test('on a runtime that loads no modules synchronously the error says to import the package before', () => {
  const getBuiltinModule = vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined)
  try {
    expect(() => resolveClassPath('@acme/pycached-avro#Avro', 'serializer')).toThrow(
      unresolved(/this runtime loads no modules synchronously: import '@acme\/pycached-avro' before/),
    )
  } finally {
    getBuiltinModule.mockRestore()
  }
})

test('a path may name a class of another kind than is needed, which is told by what was asked for', () => {
  register('test.registry.Plugin', BasePlugin)
  expect(() => new Caches({ default: { cache: 'test.registry.Plugin' } }).get('default')).toThrow(
    /'test.registry.Plugin' is no cache: its class does not extend BaseCache/,
  )
  expect(() => new SimpleMemoryCache({ serializer: 'pycached.SimpleMemoryCache' })).toThrow(
    /serializer must be an object with dumps/,
  )
})

test('the nearest of several is found, and nothing where all are far', () => {
  expect(nearestOf('defualt', ['default', 'redis'])).toBe('default')
  expect(nearestOf('abc', ['abd', 'abcd', 'xyz'])).toBe('abd')
  expect(nearestOf('completely', ['different', 'words'])).toBeUndefined()
  expect(nearestOf('x', [])).toBeUndefined()
})
