/**
 * Every command sequence that was recorded from the original library, on the backend that it was recorded on: the same answers, keys,
 * values and times to live. Where ours differ on purpose, the step stands in a table below, with the reason; what is not in a table
 * must be as recorded, and a table has nothing that is.
 */
import { deflateSync } from 'node:zlib'
import { type BaseCache, Cache, type CacheOptions } from '@pycached/core'
import { SimpleMemoryCache } from '@pycached/memory'
import '@pycached/redis'
import { FakeClock } from '@pycached/testing'
import '@pycached/serializer-msgpack'
import '@pycached/serializer-pickle'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { plainValue, type TypedValue } from '../../../test/support/python-values.js'
import { type RedisServer, startRedisServer } from '../../../test/support/redis-server.js'
import { leftOut, sharedFile } from '../../../test/support/shared.js'

type Name = string | { hex: string }
interface Put {
  key: Name
  value: Name | TypedValue | null
  pttl?: number
  timer?: boolean
}
interface Observed {
  result?: TypedValue | null
  error?: object
  changes?: { put?: Put[]; gone?: Name[] }
}
interface Step {
  op: string
  args: TypedValue[]
  kwargs?: Record<string, TypedValue & { name?: string }>
  observed?: Partial<Record<'both' | 'aiocache' | 'pycached', Observed>>
  port?: {
    follow: 'both' | 'aiocache' | 'pycached' | 'spec' | 'none'
    result?: TypedValue
    state_keys_left?: string[]
  }
}
interface Scenario {
  id: string
  backend: 'memory' | 'redis'
  title: string
  cache: {
    serializer?: string
    namespace?: string | null
    ttl?: number
    db?: number
    key_builder?: string
    timeout?: number
  }
  steps: Step[]
}

const REFUSED = 'refused'

/** Reasons that several steps have. */
const TTL = 'a ttl of 0, and one below 0, is refused where a value is stored'
const KEY = 'a key is text that is not empty'
const COLON = 'in memory too there is a colon between namespace and key'
const COUNTS = 'increment works under every serializer'
const SAFE = 'a number cannot hold the sum'
const CONNECTION = 'there is no connection apart from the cache: raw reaches the client'
const AS_TEXT = 'text is text in MessagePack: there is no option to read it as bytes'
const RAW = 'the store answers get, set, has, delete, clear, keys and size'
const MISS = 'loadsFn is not called for a miss'
const CLOSED = 'a closed cache refuses commands'
const STRING = 'String(value) is JavaScript’s'
const NULL = 'the null serializer hands numbers on, and Redis keeps only text and bytes'
const BEFORE = 'an earlier step was refused'

type Deviation = readonly [answer: unknown, why: string]

/** Backend, scenario and step → what is right here. */
const DEVIATIONS: Readonly<Record<string, Deviation>> = {
  'add/memory 8': [REFUSED, TTL],
  'multi_fn/memory 2': [[3, null], MISS],
  'multi_ttl/memory 1': [REFUSED, TTL],
  'namespace_like_key/memory 1': [1, COLON],
  'namespace_like_key/memory 3': [null, COLON],
  ...refused('keys/memory', [5, 6, 16, 17, 19, 20, 21], KEY),
  ...refused('keys_ns/memory', [3, 4, 5], KEY),
  ...refused('keys_enum/memory', [2], KEY),
  'increment/memory 10': [REFUSED, 'delta is an integer'],
  ...refused('increment/memory', [11, 12], SAFE),
  'increment_on_pickle/memory 1': [7, COUNTS],
  'increment_on_pickle/memory 2': [7, COUNTS],
  'increment_on_pickle/memory 15': [3, COUNTS],
  'increment_on_pickle/memory 16': [Uint8Array.of(0x80, 4, 0x4b, 3, 0x2e), 'the serializer wrote the counter'],
  ...refused('raw_memory/memory', [2, 3], RAW),
  'serializer_string/memory 5': ['[object Object]', STRING],
  'serializer_msgpack_none/memory 1': ['value', AS_TEXT],
  'serializer_msgpack_none/memory 5': [{ k: [1, null] }, AS_TEXT],
  'serializer_msgpack_none/memory 8': [['1', null, '2'], AS_TEXT],
  'fn/memory 3': [null, MISS],
  'fn/memory 5': [REFUSED, 'dumpsFn returns text where the encoding of the serializer says so'],
  'close/memory 2': [REFUSED, CLOSED],
  ...refused('connection/memory', [0, 1], CONNECTION),
  'none_value/redis 3': [null, 'a stored null is a hit'],
  'multi_ttl/redis 1': [REFUSED, TTL],
  ...refused('keys/redis', [5, 6, 16, 17, 19, 20], KEY),
  'keys/redis 18': [null, BEFORE],
  ...refused('keys_ns/redis', [3, 4, 5], KEY),
  ...refused('keys_enum/redis', [2], KEY),
  'expire/redis 4': [true, 'there is such a key, which is what the answer is about'],
  'expire/redis 6': [true, 'fractions of a second are taken'],
  'expire/redis 7': [REFUSED, TTL],
  'expire/redis 8': [true, BEFORE],
  ...refused('increment/redis', [11, 12], SAFE),
  'increment_on_string/redis 13': [2, STRING],
  ...refused('increment_on_null/redis', [0, 8], NULL),
  'increment_on_null/redis 1': [2, BEFORE],
  'increment_on_null/redis 2': ['2', BEFORE],
  'increment_on_null/redis 9': [1, BEFORE],
  'increment_on_pickle/redis 1': [7, COUNTS],
  'increment_on_pickle/redis 2': [7, COUNTS],
  'clear_empty/redis 2': [REFUSED, 'only a cache without a namespace empties the database'],
  'serializer_null/redis 2': [REFUSED, NULL],
  'serializer_null/redis 3': [null, BEFORE],
  'serializer_msgpack_none/redis 1': ['value', AS_TEXT],
  'serializer_msgpack_none/redis 5': [{ k: [1, null] }, AS_TEXT],
  'serializer_msgpack_none/redis 8': [['1', null, '2'], AS_TEXT],
  'close/redis 2': [REFUSED, CLOSED],
  ...refused('connection/redis', [0, 1], CONNECTION),
}

/** Steps whose answer is as recorded, and after which the store is not. */
const OTHER_STATE: Readonly<Record<string, string>> = {
  'ttl_clear_timer/memory 3': 'clear takes the times to live along',
  'serializer_string/memory 4': STRING,
  'increment_on_pickle/memory 14': COUNTS,
  'falsy_float0/redis 0': 'JavaScript writes 0.0 as 0',
  'increment_on_string/redis 10': STRING,
  'increment_on_string/redis 12': STRING,
  'increment_on_pickle/redis 14': COUNTS,
}

function refused(scenario: string, steps: readonly number[], why: string): Record<string, Deviation> {
  return Object.fromEntries(steps.map((step) => [`${scenario} ${step}`, [REFUSED, why] as const]))
}

const FUNCTIONS: Record<string, (value: never) => unknown> = {
  dumps_reverse: (value: string) => value.split('').reverse().join(''),
  loads_reverse: (value: string) => value.split('').reverse().join(''),
  loads_len: (value: string) => value.length,
  dumps_bytes: (value: string) => new Uint8Array(deflateSync(value, { level: 9 })),
  loads_int: (value: string) => Number.parseInt(value, 10),
}

const KEY_BUILDERS: Record<string, (key: string, namespace: string) => string> = {
  // The original has None where there is no namespace, ours an empty text.
  kb_dunder: (key, namespace) => `${namespace === '' ? 'None' : namespace}__${key}`,
  kb_upper: (key) => key.toUpperCase(),
}

const SERIALIZERS: Record<string, string> = {
  json: 'Json',
  string: 'String',
  null: 'Null',
  pickle: 'Pickle',
  msgpack: 'MsgPack',
  msgpack_none: 'MsgPack',
}

const golden = sharedFile<{ scenarios: Scenario[] }>('golden/commands.json')
if (golden === undefined) leftOut('golden/commands.json', 'the command sequences of the original')
else {
  let server: RedisServer
  /** `unrated`: recorded without a word on what is right, and as recorded here. `open`: undocumented, or only the store was compared. */
  const tally = { steps: 0, asRecorded: 0, unrated: 0, ours: 0, open: 0 }
  const used = new Set<string>()
  beforeAll(async () => {
    server = await startRedisServer()
  })
  afterAll(() => server.stop())

  describe.each(['memory', 'redis'] as const)('on %s', (backend) => {
    const scenarios = golden.scenarios.filter((scenario) => scenario.backend === backend)
    test.each(scenarios.map((scenario) => [scenario.id, scenario.title, scenario] as const))(
      '%s: %s',
      async (_id, _title, scenario) => {
        const store = backend === 'memory' ? onMemory(scenario) : await onRedis(scenario, server.port)
        for (const [index, step] of scenario.steps.entries()) {
          tally.steps++
          const id = `${scenario.id} ${index}`
          const where = `${id}: ${step.op} ${JSON.stringify([step.args, step.kwargs])}`
          const got = await outcomeOf(store, step)
          const expected = expectedOf(step)
          const deviation = DEVIATIONS[id]
          const answer =
            expected === undefined ? undefined : expected.error !== undefined ? REFUSED : answerOf(step, expected)
          if (deviation !== undefined) {
            used.add(id)
            tally.ours++
            expect(got, `${where} (${deviation[1]})`).toEqual(deviation[0])
            expect(got, `${where} is as recorded: no deviation`).not.toEqual(answer)
            continue
          }
          const left = step.port?.state_keys_left
          if (left !== undefined) await store.expectKeys(left, where)
          if (expected === undefined) {
            tally.open++
            continue
          }
          if (step.port === undefined) tally.unrated++
          else tally.asRecorded++
          expect(got, where).toEqual(answer)
          if (step.port?.follow === 'spec') continue
          const checked = store.expectChanges(scenario, step, expected, where)
          if (OTHER_STATE[id] === undefined) await checked
          else {
            used.add(id)
            await expect(checked, `${where}: the store is as recorded`).rejects.toThrow()
          }
        }
        await store.end()
      },
    )
  })

  test('nothing was left out', () => {
    expect(golden.scenarios.length).toBe(87)
    const listed = [...Object.keys(DEVIATIONS), ...Object.keys(OTHER_STATE)]
    expect(listed.filter((id) => !used.has(id))).toEqual([])
    expect(tally).toEqual({ steps: 671, asRecorded: 570, unrated: 11, ours: 70, open: 20 })
  })
}

/** A cache under test, and a look at its store from outside. */
interface Store {
  cache: BaseCache
  main: BaseCache
  make(): BaseCache
  sleep(ms: number): Promise<void>
  expectKeys(keys: readonly string[], where: string): Promise<void>
  expectChanges(scenario: Scenario, step: Step, observed: Observed, where: string): Promise<void>
  /** Checks what can be seen only at the end. */
  end(): Promise<void>
}

function optionsOf({ serializer, namespace, ttl, key_builder, timeout }: Scenario['cache']): CacheOptions {
  return {
    namespace,
    ttl,
    ...(timeout !== undefined && { timeout }),
    ...(key_builder !== undefined && { keyBuilder: KEY_BUILDERS[key_builder] }),
    ...(serializer !== undefined && { serializer: `pycached.serializers.${SERIALIZERS[serializer]}Serializer` }),
  }
}

function onMemory(scenario: Scenario): Store {
  const clock = new FakeClock()
  const make = () => new SimpleMemoryCache({ ...optionsOf(scenario.cache), clock })
  const main = make()
  /** Recorded key → ours, and whether it was recorded to have a time to live. */
  const recorded = new Map<string, { ours: string; timer: boolean }>()
  const store: Store = {
    cache: main,
    main,
    make,
    async sleep(ms) {
      clock.advance(ms)
    },
    async expectKeys(keys, where) {
      expect(new Set((await main.raw('keys')) as string[]), where).toEqual(new Set(keys))
      for (const [key, { ours }] of recorded) if (!keys.includes(ours)) recorded.delete(key)
    },
    async expectChanges({ cache }, { kwargs = {} }, { changes = {} }, where) {
      const namespace = (kwargs['namespace'] === undefined ? cache.namespace : plainValue(kwargs['namespace'])) as
        | string
        | null
      for (const { key, value, timer } of changes.put ?? []) {
        const ours = withColon(key as string, namespace ?? '', cache.key_builder)
        expectSame(await store.cache.raw('get', ours), plainValue(value as TypedValue), store.cache, where)
        recorded.set(key as string, { ours, timer: timer === true })
      }
      for (const key of changes.gone ?? []) {
        const { ours } = recorded.get(key as string) ?? { ours: key as string }
        expect(await store.cache.raw('has', ours), where).toBe(false)
        recorded.delete(key as string)
      }
    },
    async end() {
      if (scenario.steps.some(({ op }) => op === 'close')) return
      clock.advance(400 * 86_400_000)
      for (const { ours, timer } of recorded.values()) {
        expect(main.backend.exists(ours), `${scenario.id}: ${ours} a year later`).toBe(!timer)
      }
    },
  }
  return store
}

/** The original puts no colon between namespace and key in memory; here one rule holds for all backends. */
function withColon(key: string, namespace: string, keyBuilder: string | undefined): string {
  return namespace === '' || keyBuilder !== undefined || !key.startsWith(namespace)
    ? key
    : `${namespace}:${key.slice(namespace.length)}`
}

async function onRedis(scenario: Scenario, port: number): Promise<Store> {
  const db = scenario.cache.db ?? 0
  const client = new Redis({ port, host: '127.0.0.1', db })
  onTestFinished(() => client.disconnect())
  await client.flushall()
  const make = () => new Cache(Cache.REDIS, { ...optionsOf(scenario.cache), port, db })
  const main = make()
  onTestFinished(() => main.close())
  return {
    cache: main,
    main,
    make,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    expectKeys: async (keys, where) => expect(new Set(await client.keys('*')), where).toEqual(new Set(keys)),
    async expectChanges(_scenario, _step, { changes = {} }, where) {
      for (const { key, value, pttl = -1 } of changes.put ?? []) {
        const name = bytesOf(key)
        const left = await client.pttl(name)
        if (pttl === -1) expect(left, where).toBe(-1)
        else expect(Math.abs(left - pttl), where).toBeLessThan(pttl)
        if (value === null) continue
        const bytes = (await client.getBuffer(name)) ?? Buffer.alloc(0)
        const text = main.serializer.encoding === 'utf-8'
        const read = (stored: Buffer) => (text ? stored.toString() : new Uint8Array(stored))
        expectSame(read(bytes), read(bytesOf(value as Name)), main, where)
      }
      for (const key of changes.gone ?? []) expect(await client.exists(bytesOf(key)), where).toBe(0)
    },
    async end() {},
  }
}

function bytesOf(name: Name): Buffer {
  return typeof name === 'string' ? Buffer.from(name) : Buffer.from(name.hex, 'hex')
}

/** The same stored form, or another one that is read as the same. */
function expectSame(ours: unknown, theirs: unknown, { serializer }: BaseCache, where: string): void {
  const equal = ours instanceof Uint8Array && theirs instanceof Uint8Array && Buffer.compare(ours, theirs) === 0
  if (equal || serializer.encoding === 'utf-8') expect(ours, where).toEqual(theirs)
  else expect(serializer.loads(ours), where).toEqual(serializer.loads(theirs))
}

const METHODS: Record<string, string> = { multi_get: 'multiGet', multi_set: 'multiSet', build_key: 'buildKey' }

async function outcomeOf(store: Store, { op, args, kwargs = {} }: Step): Promise<unknown> {
  const positional = args.map((typed) => plainValue(typed.t === 'generator' ? { ...typed, t: 'list' } : typed))
  if (op === 'sleep') return store.sleep(Number(positional[0]) * 1000).then(() => null)
  if (op === 'attr') return attributeOf(store.cache, positional[0] as string)
  if (op === 'new_cache' || op === 'use') {
    store.cache = op === 'use' ? store.main : store.make()
    return null
  }
  const options: Record<string, unknown> = {}
  for (const [name, typed] of Object.entries(kwargs)) {
    const value = typed.name === undefined ? plainValue(typed) : FUNCTIONS[typed.name]
    if (name === 'delta' || (name === 'ttl' && op === 'expire')) positional.push(value)
    else options[{ dumps_fn: 'dumpsFn', loads_fn: 'loadsFn' }[name] ?? name] = value
  }
  if (op === 'get' && positional.length > 1) options['default'] = positional.pop()
  if (op === 'increment' && positional.length === 1) positional.push(undefined)
  if (op === 'raw') positional.push(...Object.values(options))
  try {
    const method = store.cache[(METHODS[op] ?? op) as 'get'] as unknown as (...args: unknown[]) => unknown
    const last =
      op === 'build_key' ? Object.values(options) : op === 'raw' || Object.keys(options).length === 0 ? [] : [options]
    const answer = await method.apply(store.cache, [...positional, ...last])
    // The original has one value, None, where JavaScript has null and undefined.
    if (Array.isArray(answer)) return answer.map((value: unknown) => value ?? null)
    // Node's Buffer is one kind of bytes.
    return answer instanceof Uint8Array ? Uint8Array.from(answer) : (answer ?? null)
  } catch {
    return REFUSED
  }
}

function attributeOf(cache: BaseCache, name: string): unknown {
  if (name === 'serializer') return cache.serializer.constructor.name
  return cache[name as 'ttl'] ?? null
}

function expectedOf({ observed, port }: Step): Observed | undefined {
  if (port?.follow === 'none') return undefined
  if (port?.follow === 'spec') return port.result === undefined ? undefined : { result: port.result }
  return observed?.[port?.follow ?? 'both'] ?? observed?.both
}

function answerOf({ op }: Step, { result }: Observed): unknown {
  const answer = result === undefined || result === null ? null : plainValue(result)
  // redis-py reads OK as True; ioredis does not.
  return op === 'raw' && answer === true ? 'OK' : answer
}
