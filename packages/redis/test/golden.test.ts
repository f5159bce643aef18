/** The command sequences that the original library ran on its Redis backend: the same answers, keys, values and times to live. */
import { RedisCache } from '@pycached/redis'
import type { Redis } from 'ioredis'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { plainValue, type TypedValue } from '../../../test/support/python-values.js'
import { startRedisServer } from '../../../test/support/redis-server.js'
import { leftOut, sharedFile } from '../../../test/support/shared.js'
import { clientOn } from './support.js'

interface Observed {
  result?: TypedValue
  error?: object
  changes?: { put?: { key: Name; value: Name | null; pttl: number }[]; gone?: Name[] }
}
type Name = string | { hex: string }
interface Step {
  op: string
  args: TypedValue[]
  kwargs?: Record<string, TypedValue & { name?: string }>
  observed: Record<'both' | 'aiocache' | 'pycached', Observed | undefined>
  port?: {
    follow: 'both' | 'aiocache' | 'pycached' | 'spec' | 'none'
    result?: TypedValue
    state_keys_left?: string[]
  }
}
interface Scenario {
  id: string
  backend: string
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

/** Scenario and step → what is right here instead of what the original did. */
const OURS: Record<string, { answer: unknown; why: string }> = {
  'falsy_float0/redis 0': { answer: true, why: 'JavaScript writes 0.0 as 0' },
  'none_value/redis 3': { answer: null, why: 'a stored null is a hit' },
  'multi_ttl/redis 1': { answer: 'refused', why: 'a ttl of 0 is refused' },
  'keys/redis 18': { answer: null, why: 'the number 5 was refused as a key before' },
  'expire/redis 4': { answer: true, why: 'there is such a key, which is what the answer is about' },
  'expire/redis 6': { answer: true, why: 'fractions of a second are taken' },
  'expire/redis 7': { answer: 'refused', why: 'a ttl below 0 is refused' },
  'expire/redis 8': { answer: true, why: 'it was refused before' },
  'increment/redis 11': { answer: 'refused', why: 'a number cannot hold the sum' },
  'increment/redis 12': { answer: 'refused', why: 'a number cannot hold the sum' },
  'clear_empty/redis 2': { answer: 'refused', why: 'only a cache without a namespace empties the database' },
}

const METHODS = {
  multi_get: 'multiGet',
  multi_set: 'multiSet',
  multi_delete: 'multiDelete',
  build_key: 'buildKey',
} as Record<string, string>

const golden = sharedFile<{ scenarios: Scenario[] }>('golden/commands.json')
if (golden === undefined) leftOut('golden/commands.json', 'the command sequences of the original')
else {
  const runnable = golden.scenarios.filter(
    ({ backend, cache, steps }) =>
      backend === 'redis' &&
      (cache.serializer ?? 'json') === 'json' &&
      cache.key_builder === undefined &&
      cache.timeout === undefined &&
      steps.every(({ op }) => !['attr', 'connection', 'sleep', 'close'].includes(op)),
  )
  const server = await startRedisServer()
  afterAll(() => server.stop())
  test.each(runnable.map((scenario) => [scenario.id, scenario.title, scenario] as const))(
    '%s: %s',
    async (id, _title, { cache: { namespace, ttl, db }, steps }) => {
      const client = clientOn(server)
      await client.flushall()
      await client.select(db ?? 0)
      const cache = new RedisCache({ port: server.port, namespace, ttl, db })
      onTestFinished(() => cache.close())
      for (const [index, step] of steps.entries()) {
        const where = `${id} ${index} ${step.op} ${JSON.stringify([step.args, step.kwargs])}`
        const got = await outcome(cache, step)
        const ours = OURS[`${id} ${index}`]
        if (ours !== undefined) {
          expect(got, `${where} (${ours.why})`).toEqual(ours.answer)
          continue
        }
        if (isOdd(step.args[0])) {
          expect(got, `${where} (a key is text that is not empty)`).toBe('refused')
          continue
        }
        const left = step.port?.state_keys_left
        if (left !== undefined) expect((await client.keys('*')).sort(), where).toEqual([...left].sort())
        const expected = expectedOf(step)
        if (expected === undefined) continue
        expect(got, where).toEqual(expected.error === undefined ? answerOf(step, expected) : 'refused')
        await expectChanges(client, expected, where)
      }
    },
  )
}

async function outcome(cache: RedisCache, { op, args, kwargs = {} }: Step): Promise<unknown> {
  const method = METHODS[op] ?? op
  const positional = args.map((typed) => plainValue(typed.t === 'generator' ? { ...typed, t: 'list' } : typed))
  const options: Record<string, unknown> = {}
  for (const [name, typed] of Object.entries(kwargs)) {
    if (name === 'dumps_fn') options['dumpsFn'] = functionOf(typed)
    else if (name === 'loads_fn') options['loadsFn'] = functionOf(typed)
    else if (name === 'delta' || name === 'ttl') {
      if (op === 'increment' || op === 'expire') positional.push(plainValue(typed))
      else options[name] = plainValue(typed)
    } else options[name] = plainValue(typed)
  }
  if (op === 'get' && positional.length > 1) options['default'] = positional.pop()
  const call = cache[method as 'get'] as unknown as (...args: unknown[]) => unknown
  const withOptions = Object.keys(options).length === 0 ? positional : [...pad(op, positional), options]
  if (op === 'build_key') return call.call(cache, ...positional, ...Object.values(options))
  try {
    const answer = await call.apply(cache, withOptions)
    // The original has one value for a miss and for null.
    return Array.isArray(answer) ? answer.map((value) => value ?? null) : (answer ?? null)
  } catch {
    return 'refused'
  }
}

/** `increment(key, delta, options)`: options have their place. */
function pad(op: string, positional: unknown[]): unknown[] {
  return op === 'increment' && positional.length === 1 ? [...positional, undefined] : positional
}

function functionOf({ name }: { name?: string }): (value: never) => unknown {
  if (name === 'dumps_reverse') return (value: string) => value.split('').reverse().join('')
  if (name === 'loads_reverse') return (value: string) => value.split('').reverse().join('')
  throw new Error(`unknown function ${name}`)
}

function expectedOf({ observed, port }: Step): Observed | undefined {
  if (port === undefined || port.follow === 'none') return undefined
  if (port.follow === 'spec') return port.result === undefined ? undefined : { result: port.result }
  return observed[port.follow] ?? observed.both
}

function answerOf({ op }: Step, { result }: Observed): unknown {
  const answer = result === undefined ? null : plainValue(result)
  // redis-py reads OK as True; ioredis does not.
  return op === 'raw' && answer === true ? 'OK' : answer
}

/** A key that is no text, or empty. (What multi commands take first is no key.) */
function isOdd(first: TypedValue | undefined): boolean {
  if (first === undefined || ['list', 'tuple', 'generator'].includes(first.t)) return false
  return first.t !== 'str' || first.v === ''
}

async function expectChanges(client: Redis, { changes = {} }: Observed, where: string): Promise<void> {
  for (const { key, value, pttl } of changes.put ?? []) {
    const name = bytesOf(key)
    if (value !== null)
      expect((await client.getBuffer(name))?.toString('hex'), where).toBe(bytesOf(value).toString('hex'))
    const left = await client.pttl(name)
    if (pttl === -1) expect(left, where).toBe(-1)
    else expect(Math.abs(left - pttl), where).toBeLessThan(pttl)
  }
  for (const key of changes.gone ?? []) expect(await client.exists(bytesOf(key)), where).toBe(0)
}

function bytesOf(name: Name): Buffer {
  return typeof name === 'string' ? Buffer.from(name) : Buffer.from(name.hex, 'hex')
}
