/** Class paths → classes: the strings by which a configuration that is pure data names caches, serializers and plugins. */
import { describe } from './describe.js'
import { ClassPathError, InvalidArgumentError } from './errors.js'
import { processOf } from './runtime.js'

/** As URLs have them: a parser of URLs makes every scheme lower case. */
const SCHEME = /^[a-z][a-z0-9+.-]*$/

/** Anything that can be made with `new`. What its arguments are is the business of whoever asks for it. */
export type Class<T = object> = new (...args: never[]) => T

export interface RegisterOptions {
  /** URL schemes, without the colon, that `Cache.fromUrl` answers with this class. */
  schemes?: readonly string[] | undefined
}

/** The paths of this project's own packages: each is loaded on first use. */
const FIRST_PARTY: ReadonlyMap<string, string> = new Map([
  ['pycached.SimpleMemoryCache', '@pycached/memory'],
  ['pycached.RedisCache', '@pycached/redis'],
  ['pycached.serializers.NullSerializer', '@pycached/serializer-null'],
  ['pycached.serializers.StringSerializer', '@pycached/serializer-string'],
  ['pycached.serializers.JsonSerializer', '@pycached/serializer-json'],
  ['pycached.serializers.PickleSerializer', '@pycached/serializer-pickle'],
  ['pycached.serializers.MsgPackSerializer', '@pycached/serializer-msgpack'],
  ['pycached.plugins.HitMissRatioPlugin', '@pycached/plugins'],
  ['pycached.plugins.TimingPlugin', '@pycached/plugins'],
])

interface Registry {
  readonly classes: Map<string, Class>
  readonly schemes: Map<string, string>
}

/** One for the whole process, also where a runtime loads two copies of this module. */
const REGISTRY = Symbol.for('pycached.registry')
const shared = globalThis as { [REGISTRY]?: Registry }
const registry: Registry = (shared[REGISTRY] ??= {
  classes: new Map(),
  schemes: new Map([
    ['memory', 'pycached.SimpleMemoryCache'],
    ...['redis', 'rediss', 'redis+unix', 'redis+sentinel', 'rediss+sentinel', 'redis+cluster', 'rediss+cluster'].map(
      (scheme) => [scheme, 'pycached.RedisCache'] as const,
    ),
  ]),
})

/**
 * Gives a class a class path, for configurations to name it by. The latest registration of a path wins, so that a module that is
 * loaded again replaces its older self.
 */
export function register(classPath: string, target: Class, options: RegisterOptions = {}): void {
  if (typeof classPath !== 'string' || !/^[^\s#]+$/.test(classPath)) {
    throw new InvalidArgumentError(
      `a class path is text such as 'acme.serializers.Avro', without spaces or #; got ${String(classPath)}`,
      {
        option: 'classPath',
      },
    )
  }
  if (typeof target !== 'function') {
    throw new InvalidArgumentError(`register('${classPath}', …) needs the class itself, got ${typeof target}`, {
      option: 'target',
    })
  }
  const schemes = schemesOf(options)
  registry.classes.set(classPath, target)
  for (const scheme of schemes) registry.schemes.set(scheme, classPath)
}

function schemesOf(options: RegisterOptions): readonly string[] {
  const { schemes = [] } = options ?? {}
  if (Array.isArray(schemes) && schemes.every((scheme) => typeof scheme === 'string' && SCHEME.test(scheme))) {
    return schemes
  }
  throw new InvalidArgumentError(
    "schemes must be an array of URL schemes in lower case, without the colon: register(…, { schemes: ['acme'] })",
    { option: 'schemes' },
  )
}

/** The class path that answers a URL scheme (without the colon), if any. */
export function classPathOfScheme(scheme: string): string | undefined {
  return registry.schemes.get(scheme)
}

export function knownSchemes(): string[] {
  return [...registry.schemes.keys()]
}

/** Every path that resolves without a `#`: the first-party ones and the registered ones. */
export function knownClassPaths(): string[] {
  return [...new Set([...FIRST_PARTY.keys(), ...registry.classes.keys()])]
}

/**
 * The class that a path names: a registered one, else a first-party one whose package is loaded now, else
 * `'<module specifier>#<ExportName>'`. Synchronous. `option` is what the path was given for.
 *
 * @throws `ClassPathError` with the command or the path that mends it.
 */
export function resolveClassPath(classPath: string, option: string): Class {
  const registered = registry.classes.get(classPath)
  if (registered !== undefined) return registered
  const packageName = FIRST_PARTY.get(classPath)
  if (packageName !== undefined) return loadFirstParty(classPath, packageName, option)
  const hash = classPath.lastIndexOf('#')
  if (hash > 0 && hash < classPath.length - 1) {
    return loadExport(classPath, classPath.slice(0, hash), classPath.slice(hash + 1), option)
  }
  throw new ClassPathError(`unknown class path '${classPath}': ${advice(classPath)}`, { option })
}

function loadFirstParty(classPath: string, packageName: string, option: string): Class {
  loadModule(packageName, `install it (npm install ${packageName}), or import it once before`, classPath, option)
  const target = registry.classes.get(classPath)
  if (target === undefined) {
    throw new ClassPathError(
      `'${classPath}' is not in the installed ${packageName}: update it (npm install ${packageName}@latest)`,
      { option },
    )
  }
  return target
}

function loadExport(classPath: string, specifier: string, exportName: string, option: string): Class {
  // A module can export nothing at all, as a JSON file with `null` does.
  const exports: Record<string, unknown> = Object(
    loadModule(
      specifier,
      'install it, correct the path (a relative one starts at the working directory), or import it once and register its class',
      classPath,
      option,
    ),
  )
  // Its own only: `constructor` is no export.
  const target = Object.hasOwn(exports, exportName) ? exports[exportName] : undefined
  if (typeof target === 'function') return target as Class
  const classes = Object.keys(exports).filter((name) => typeof exports[name] === 'function')
  throw new ClassPathError(
    `'${specifier}' exports no class '${exportName}': it has ${classes.join(', ') || 'no classes'}`,
    { option },
  )
}

type Require = (specifier: string) => Record<string, unknown>

/** Loads a module as the application would: from its working directory, else from beside its main script. */
function loadModule(specifier: string, advice: string, classPath: string, option: string): Record<string, unknown> {
  const requires = applicationRequires()
  if (requires.length === 0) {
    throw new ClassPathError(
      `'${classPath}' cannot be loaded by its path, for this runtime loads no modules synchronously: import '${specifier}' before`,
      { option },
    )
  }
  let cause: unknown
  for (const require of requires) {
    try {
      return require(specifier)
    } catch (error) {
      cause = error
      if (!isNotFound(error, specifier)) break
    }
  }
  const why = isNotFound(cause, specifier)
    ? `'${specifier}' is not installed: ${advice}`
    : describeLoadFailure(specifier, cause)
  throw new ClassPathError(`cannot resolve '${classPath}': ${why}`, { option, cause })
}

/** Without a static `node:` import: core also loads where there is no such module. */
function applicationRequires(): Require[] {
  const process = processOf()
  const module = process?.getBuiltinModule?.('node:module')
  if (module === undefined) return []
  const mainScript = process?.argv?.[1]
  const bases = [`${process?.cwd?.() ?? '.'}/application.js`, ...(mainScript === undefined ? [] : [mainScript])]
  return bases.map((base) => module.createRequire(base) as Require)
}

function isNotFound(error: unknown, specifier: string): boolean {
  const { code, message } = Object(error) as { code?: string; message?: string }
  // The first line names what is missing; a dependency missing inside the module is a failure of another kind.
  return code === 'MODULE_NOT_FOUND' && (message?.split('\n')[0]?.includes(`'${specifier}'`) ?? false)
}

function describeLoadFailure(specifier: string, cause: unknown): string {
  const { code } = Object(cause) as { code?: string }
  if (code === 'ERR_REQUIRE_ASYNC_MODULE' || code === 'ERR_REQUIRE_ESM') {
    return `'${specifier}' cannot be loaded synchronously (${code}): import it before and register its class`
  }
  return `'${specifier}' failed to load: ${describe(cause)}`
}

function advice(classPath: string): string {
  const nearest = nearestOf(classPath, knownClassPaths())
  if (nearest !== undefined) return `did you mean ${nearest}?`
  return `register it (register('${classPath}', TheClass)), write it as 'module#Export', or use one of ${knownClassPaths().join(', ')}`
}

/** The candidate that is a few typing errors away from `text`, if there is one. */
export function nearestOf(text: string, candidates: Iterable<string>): string | undefined {
  let nearest: string | undefined
  let least = Math.min(4, Math.ceil(text.length / 3) + 1)
  for (const candidate of candidates) {
    const distance = editDistance(text.toLowerCase(), candidate.toLowerCase())
    if (distance < least) {
      least = distance
      nearest = candidate
    }
  }
  return nearest
}

/** Levenshtein's distance, with one row of the table. */
function editDistance(from: string, to: string): number {
  const row = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let i = 1; i <= from.length; i++) {
    let diagonal = row[0] as number
    row[0] = i
    for (let j = 1; j <= to.length; j++) {
      const above = row[j] as number
      const substituted = diagonal + (from[i - 1] === to[j - 1] ? 0 : 1)
      row[j] = Math.min(substituted, above + 1, (row[j - 1] as number) + 1)
      diagonal = above
    }
  }
  return row[to.length] as number
}
