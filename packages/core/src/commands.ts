/** The table of commands: for each, its name and options, its answer while disabled, its step to the backend and its result. */
import type { CommandName, CommandOptions, GetOptions, ReadOptions, WriteOptions } from './cache-commands.js'
import { decode, encode, writesPlainIntegers } from './codec.js'
import type { CacheState, Command } from './command.js'
import { describe, kindOf } from './describe.js'
import { type Duration, toMs, toTtlMs } from './duration.js'
import { DeserializationError, InvalidArgumentError, KeyExistsError, NotAnIntegerError } from './errors.js'
import { incrementEncoded } from './increment.js'
import type { Place } from './key.js'

const COMMON = ['namespace', 'timeout', 'signal']
const READ = [...COMMON, 'loadsFn']
const WRITE = [...COMMON, 'ttl', 'dumpsFn']

type Keys = readonly string[]
type Pairs = readonly (readonly [key: string, value: unknown])[]

export const ADD = command<string, unknown, WriteOptions, true>('add', {
  options: WRITE,
  writes: true,
  disabled: () => true,
  call: (state, key, value, options) => write(state, 'add', key, value, options),
  finish(_state, added: boolean, key) {
    if (!added) throw new KeyExistsError(`key '${key}' exists already: use set to replace its value`)
    return true
  },
})

export const GET = command<string, undefined, GetOptions, unknown>('get', {
  options: [...READ, 'default'],
  disabled: (_key, _none, options) => options?.default,
  call(state, key, _none, options) {
    const place = placeOf(state, options)
    return place.store.get(place.keyOf(key), state.serializer.encoding)
  },
  finish(state, stored: unknown, key, _none, options) {
    return stored === undefined ? options?.default : decode(state.serializer, key, stored, options?.loadsFn)
  },
  hits: (stored: unknown) => (stored === undefined ? 0 : 1),
})

export const SET = command<string, unknown, WriteOptions, true>('set', {
  options: WRITE,
  writes: true,
  disabled: () => true,
  call: (state, key, value, options) => write(state, 'set', key, value, options),
  finish: () => true,
})

export const MULTI_GET = command<Keys, undefined, ReadOptions, unknown[]>('multiGet', {
  options: READ,
  keyed: false,
  collect: (keys) => collect(keys, 'keys'),
  disabled: (keys) => keys.map(() => undefined),
  call(state, keys, _none, options) {
    if (keys.length === 0) return []
    const place = placeOf(state, options)
    const storedKeys = keysOf(place, keys)
    const answer = place.store.getMany(storedKeys, state.serializer.encoding)
    return answer instanceof Promise ? answer.catch((error) => rethrowOf(error, storedKeys, keys)) : answer
  },
  finish({ serializer }, stored: readonly unknown[], keys, _none, options) {
    const loadsFn = options?.loadsFn
    const values: unknown[] = []
    for (let index = 0; index < keys.length; index++) {
      const one = stored[index]
      values.push(one === undefined ? undefined : decode(serializer, keys[index] as string, one, loadsFn))
    }
    return values
  },
  hits: (stored: readonly unknown[]) => stored.filter((one) => one !== undefined).length,
})

export const MULTI_SET = command<Pairs, undefined, WriteOptions, true>('multiSet', {
  options: WRITE,
  keyed: false,
  writes: true,
  collect: (pairs) => collect(pairs, 'pairs', 'such as a Map or Object.entries(record)').map(checkPair),
  disabled: () => true,
  call(state, pairs, _none, options) {
    const place = placeOf(state, options)
    const ttlMs = ttlOf(state, options)
    const entries = pairs.map(
      ([key, value]) => [place.keyOf(key), encode(state.serializer, key, value, options?.dumpsFn)] as const,
    )
    return entries.length === 0 ? undefined : place.store.setMany(entries, ttlMs)
  },
  finish: () => true,
})

export const EXISTS = command<string, undefined, CommandOptions, boolean>('exists', {
  disabled: () => false,
  call(state, key, _none, options) {
    const place = placeOf(state, options)
    return place.store.exists(place.keyOf(key))
  },
  finish: (_state, exists: boolean) => exists,
})

export const INCREMENT = command<string, number | undefined, CommandOptions, number>('increment', {
  writes: true,
  disabled: (_key, delta = 1) => delta,
  call(state, key, delta = 1, options) {
    if (!Number.isSafeInteger(delta)) {
      throw new InvalidArgumentError(
        `delta must be a safe integer, got ${typeof delta === 'number' ? delta : kindOf(delta)}`,
        {
          option: 'delta',
        },
      )
    }
    const place = placeOf(state, options)
    state.plainIntegers ??= writesPlainIntegers(state.serializer)
    if (!state.plainIntegers) return incrementEncoded(state, place, key, delta, options)
    return place.store.increment(place.keyOf(key), delta, encode(state.serializer, key, delta, undefined))
  },
  finish(_state, sum: number | undefined, key) {
    if (sum !== undefined) return sum
    throw new NotAnIntegerError(`the value of '${key}' is no integer, or would leave the safe ones: it stays as it is`)
  },
})

export const EXPIRE = command<string, Duration | null, CommandOptions, boolean>('expire', {
  writes: true,
  disabled: () => false,
  call(state, key, ttl, options) {
    const place = placeOf(state, options)
    const ttlMs = ttl === 0 || ttl === null ? undefined : toMs(ttl, 'ttl')
    return place.store.expire(place.keyOf(key), ttlMs)
  },
  finish: (_state, found: boolean) => found,
})

export const DELETE = command<string, undefined, CommandOptions, number>('delete', {
  writes: true,
  disabled: () => 0,
  call(state, key, _none, options) {
    const place = placeOf(state, options)
    return place.store.delete(place.keyOf(key))
  },
  finish: (_state, deleted: boolean) => (deleted ? 1 : 0),
})

export const MULTI_DELETE = command<Keys, undefined, CommandOptions, number>('multiDelete', {
  keyed: false,
  writes: true,
  collect: (keys) => collect(keys, 'keys'),
  disabled: () => 0,
  call(state, keys, _none, options) {
    const place = placeOf(state, options)
    return keys.length === 0 ? 0 : place.store.deleteMany(keysOf(place, keys))
  },
  finish: (_state, deleted: number) => deleted,
})

export const CLEAR = command<undefined, undefined, CommandOptions, true>('clear', {
  keyed: false,
  writes: true,
  disabled: () => true,
  call(state, _subject, _none, options) {
    const place = state.keys.placeToClear(options?.namespace)
    return place.store.clear(place.clearPrefix())
  },
  finish: () => true,
})

export const RAW = command<string, readonly unknown[], CommandOptions, unknown>('raw', {
  keyed: false,
  writes: true,
  disabled: () => undefined,
  call(state, name, args) {
    if (typeof name === 'string' && name !== '') return state.backend.raw(name, args, state.serializer.encoding)
    throw new InvalidArgumentError("raw needs a command's name, such as 'get'", { option: 'command' })
  },
  finish: (_state, answer: unknown) => answer,
  args: (name, args) => [name, ...args],
})

/** No command of the table above: no hooks run, and there is nothing that it answers. */
export const CONNECT: Command<undefined, undefined, CommandOptions, void> = {
  name: 'connect',
  hooks: undefined,
  keyed: false,
  writes: false,
  options: ['timeout', 'signal'],
  collect: undefined,
  disabled: () => undefined,
  call: ({ backend }) => backend.connect?.(),
  finish: () => undefined,
  hits: undefined,
  args: () => [],
}

type Row<First, Second, Options extends CommandOptions, Result> = Pick<
  Command<First, Second, Options, Result>,
  'disabled' | 'call' | 'finish'
> &
  Partial<Command<First, Second, Options, Result>>

/** Every row has every field, in one order, so that the pipeline sees objects of one shape. */
function command<First, Second, Options extends CommandOptions, Result>(
  name: CommandName,
  row: Row<First, Second, Options, Result>,
): Command<First, Second, Options, Result> {
  const {
    options = COMMON,
    keyed = true,
    writes = false,
    collect,
    disabled,
    call,
    finish,
    hits,
    args = givenArgs,
  } = row
  return { name, hooks: name, keyed, writes, options, collect, disabled, call, finish, hits, args }
}

/** The arguments as the caller gave them, without those left away. */
function givenArgs(...args: unknown[]): unknown[] {
  return args.filter((arg) => arg !== undefined)
}

function placeOf(state: CacheState, options: CommandOptions | undefined): Place {
  return options === undefined ? state.keys.own : state.keys.place(options.namespace)
}

function ttlOf(state: CacheState, options: WriteOptions | undefined): number | undefined {
  return options === undefined ? state.ttlMs : toTtlMs(options.ttl, state.ttlMs)
}

function write(
  state: CacheState,
  primitive: 'add' | 'set',
  key: string,
  value: unknown,
  options: WriteOptions | undefined,
): unknown {
  const place = placeOf(state, options)
  const storedKey = place.keyOf(key)
  const stored = encode(state.serializer, key, value, options?.dumpsFn)
  return place.store[primitive](storedKey, stored, ttlOf(state, options))
}

function keysOf(place: Place, keys: Keys): string[] {
  const storedKeys: string[] = []
  for (const key of keys) storedKeys.push(place.keyOf(key))
  return storedKeys
}

/** The store knows the one of many keys that an error is about as it is stored; the caller, as it was given. */
function rethrowOf(error: unknown, storedKeys: Keys, keys: Keys): never {
  if (error instanceof DeserializationError && error.key !== undefined) {
    error.key = keys[storedKeys.indexOf(error.key)] ?? error.key
  }
  throw error
}

/** A string is an iterable too, of letters: never what was meant. */
function collect<T>(items: Iterable<T>, option: string, hint = 'such as a Set'): readonly T[] {
  if (typeof items === 'string' || typeof items?.[Symbol.iterator] !== 'function') {
    throw new InvalidArgumentError(`${option} must be an array or another iterable, ${hint}; got ${kindOf(items)}`, {
      option,
    })
  }
  try {
    return [...items]
  } catch (cause) {
    throw new InvalidArgumentError(`${option} could not be read: ${describe(cause)}`, { option, cause })
  }
}

function checkPair(pair: readonly [key: string, value: unknown]): readonly [key: string, value: unknown] {
  if (Array.isArray(pair) && pair.length === 2) return pair
  throw new InvalidArgumentError('every pair must be [key, value]: a Map and Object.entries(record) have such pairs', {
    option: 'pairs',
  })
}
