/** `Cache`: type names, class paths, classes and URLs → caches. */
import { type BaseCache, type CacheClass, isCache, isCacheClass, type UrlAddress, type UrlHost } from './base-cache.js'
import { kindOf } from './describe.js'
import { ClassPathError, InvalidArgumentError, InvalidCacheTypeError } from './errors.js'
import type { CacheOptions } from './options.js'
import { checkRecord, unknownOption } from './options.js'
import { classPathOfScheme, knownSchemes, resolveClassPath } from './registry.js'

/**
 * Type name → cache and options, for the static types of `new Cache(type, options)`. A backend's package adds its own by
 * declaration merging: `declare module '@pycached/core' { interface CacheTypes { acme: { cache: AcmeCache; options: AcmeOptions } } }`.
 */
export interface CacheTypes {}

type CacheOf<Type> = Type extends keyof CacheTypes
  ? CacheTypes[Type] extends { cache: infer C }
    ? C
    : BaseCache
  : BaseCache
export type OptionsOf<Type> = Type extends keyof CacheTypes
  ? CacheTypes[Type] extends { options: infer O }
    ? O
    : CacheOptions
  : CacheOptions & Record<string, unknown>

const MEMORY = 'memory'
const REDIS = 'redis'

export interface CacheFactory {
  /** The type name of `SimpleMemoryCache`. */
  readonly MEMORY: 'memory'
  /** The type name of `RedisCache`. */
  readonly REDIS: 'redis'
  /** A `SimpleMemoryCache`. */
  new (options?: 'memory' extends keyof CacheTypes ? OptionsOf<'memory'> : CacheOptions): CacheOf<'memory'>
  /** An instance of the class itself. */
  new <C extends BaseCache, O>(type: new (options?: O) => C, options?: O): C
  /**
   * An instance of the class that `type` names: a type name (which is also the scheme of its URLs) or a class path.
   *
   * @throws `InvalidCacheTypeError` listing the known types, `ClassPathError`, or what the class's constructor throws.
   */
  new <Type extends 'memory' | 'redis' | keyof CacheTypes | (string & {})>(
    type: Type,
    options?: OptionsOf<Type>,
  ): CacheOf<Type>
  /**
   * A cache from `scheme://user:password@host:port/db?option=value`. User and password are percent-decoded, query values
   * are parsed to their option's type (`timeout=2s`, `enabled=false`, `plugins=a,b`), and `overrides` win over the URL.
   *
   * @throws `InvalidCacheTypeError` for an unknown scheme, `InvalidArgumentError` for a text that is no URL or an unknown option.
   */
  fromUrl<Url extends string>(url: Url, overrides?: CacheOptions & Record<string, unknown>): CacheOf<SchemeOf<Url>>
}

type SchemeOf<Url extends string> = Url extends `redis${'' | 's'}${'' | '+sentinel' | '+cluster' | '+unix'}:${string}`
  ? 'redis'
  : Url extends `${infer Scheme}:${string}`
    ? Scheme
    : string

/** The class that a type name, a class path, or the class itself stands for. `option` is what it was given for. */
export function resolveCacheClass(type: unknown, option: string): CacheClass {
  if (isCacheClass(type)) return type
  if (typeof type !== 'string') {
    const got = typeof type === 'function' ? `the class ${type.name}, which is no BaseCache` : kindOf(type)
    throw new InvalidCacheTypeError(`${option} must be a type name, a class path or a class of caches; got ${got}`, {
      option,
    })
  }
  const path = classPathOfScheme(type) ?? (/[.#/]/.test(type) ? type : undefined)
  if (path === undefined) {
    throw new InvalidCacheTypeError(
      `unknown type of cache '${type}': known are ${knownSchemes().join(', ')}, and class paths`,
      { option },
    )
  }
  const target = resolveClassPath(path, option)
  if (isCacheClass(target)) return target
  throw new ClassPathError(`'${path}' is no cache: its class does not extend BaseCache`, { option })
}

export function makeCache(type: unknown, options: object | undefined, option: string): BaseCache {
  const target = resolveCacheClass(type, option)
  return new target(options as never)
}

export const Cache: CacheFactory = class Cache {
  static readonly MEMORY = MEMORY
  static readonly REDIS = REDIS

  constructor(first?: unknown, second?: object) {
    const optionsOnly = typeof first === 'object' && first !== null
    // A constructor may return another object: `new Cache(type)` is an instance of the class that `type` names.
    if (!optionsOnly) return makeCache(first === undefined ? MEMORY : first, second, 'type')
    if (second === undefined) return makeCache(MEMORY, first, 'type')
    throw new InvalidArgumentError('new Cache takes the type first, then the options; or the options alone', {
      option: 'options',
    })
  }

  static [Symbol.hasInstance](value: unknown): boolean {
    return isCache(value)
  }

  static fromUrl(url: string, overrides: object = {}): BaseCache {
    checkRecord(overrides, 'the overrides of fromUrl')
    const [parsed, ...others] = parseUrl(url)
    const scheme = parsed.protocol.slice(0, -1)
    const path = classPathOfScheme(scheme)
    if (path === undefined) {
      throw new InvalidCacheTypeError(
        `unknown URL scheme '${scheme}:': known are ${knownSchemes()
          .map((known) => `${known}:`)
          .join(', ')}`,
        {
          option: 'url',
        },
      )
    }
    const target = resolveCacheClass(path, 'url')
    return new target({
      ...addressOptions(target, parsed, others, scheme),
      ...queryOptions(target, parsed),
      ...overrides,
    } as never)
  }
} as never

/** One per host, which a URL has one of: `a://h:1,i:2/p` is `a://h:1/p` and `a://i:2`. */
function parseUrl(url: string): [URL, ...URL[]] {
  const [, start = '', hosts = '', rest = ''] = /^([^:/?#]+:\/\/(?:[^/?#]*@)?)([^/?#]*)(.*)$/s.exec(url) ?? []
  const [first, ...others] = hosts.split(',')
  if (others.length === 0) return [parseOne(url)]
  return [
    parseOne(start + first + rest),
    ...others.map((host) => parseOne(`${start.replace(/\/\/.*$/s, '//')}${host}`)),
  ]
}

function parseOne(url: string): URL {
  let parsed: URL
  try {
    parsed = new URL(url)
  } catch {
    // The text may hold a password: it is not repeated.
    throw new InvalidArgumentError("not a URL: expected 'scheme://user:password@host:port/db?option=value'", {
      option: 'url',
    })
  }
  // All that follows would be left out: in `redis://user:1#2@host` the host is `user`, and the port 1.
  if (parsed.hash === '') return parsed
  throw new InvalidArgumentError('the URL has a #, which nothing may follow: write %23 in user, password and values', {
    option: 'url',
  })
}

function addressOptions(target: CacheClass, url: URL, others: readonly URL[], scheme: string): object {
  if (others.length > 0 && target.severalHosts !== true) {
    throw new InvalidArgumentError(`the URL names several hosts, and ${target.name} connects to one`, { option: 'url' })
  }
  const hosts = [url, ...others].flatMap(hostOf)
  if (others.length > 0 && others.length >= hosts.length) {
    throw new InvalidArgumentError("the URL has a comma without a host: write 'scheme://a:1,b:2'", { option: 'url' })
  }
  const address: UrlAddress = {
    scheme,
    host: hosts[0]?.host,
    port: url.port === '' ? undefined : Number(url.port),
    hosts,
    path: decode(url.pathname.replace(/^\//, '')),
    username: url.username === '' ? undefined : decode(url.username),
    password: url.password === '' ? undefined : decode(url.password),
  }
  if (target.addressOptions !== undefined) return target.addressOptions(address)
  const { host, port, path, username, password } = address
  if (host === undefined && port === undefined && path === '' && username === undefined && password === undefined)
    return {}
  throw new InvalidArgumentError(`${target.name} has no address: write '${scheme}:' or '${scheme}://?option=value'`, {
    option: 'url',
  })
}

function hostOf({ hostname, port }: URL): UrlHost[] {
  if (hostname === '') return []
  return [{ host: decode(hostname.replace(/^\[(.*)\]$/, '$1')), port: port === '' ? undefined : Number(port) }]
}

function queryOptions(target: CacheClass, url: URL): object {
  const options: Record<string, unknown> = {}
  for (const [name, text] of url.searchParams) {
    if (!Object.hasOwn(target.options, name)) throw unknownOption(name, Object.keys(target.options), target.name)
    const parse = target.options[name]
    if (parse === null || parse === undefined)
      throw new InvalidArgumentError(`${name} cannot stand in a URL: give it as an option`, { option: name })
    if (Object.hasOwn(options, name)) throw new InvalidArgumentError(`the URL gives ${name} twice`, { option: name })
    options[name] = parse(text, name)
  }
  return options
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw new InvalidArgumentError('the URL has a % that is not followed by two hexadecimal digits: write %25', {
      option: 'url',
    })
  }
}
