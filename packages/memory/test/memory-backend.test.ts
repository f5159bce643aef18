import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type Backend, systemClock } from '@pycached/core'
import { FakeClock } from '@pycached/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MemoryBackend } from '../src/memory-backend.js'
import { resolveBounds } from '../src/memory-options.js'

function scopeOf(backend: MemoryBackend, prefix: string): Backend {
  const scope = backend.scope(prefix)
  if (scope === undefined) throw new Error(`There is another scope already than ${prefix}`)
  return scope
}

const make = (clock = new FakeClock()) => ({ clock, backend: new MemoryBackend(clock) })

test('answers are plain values', () => {
  const { backend } = make()
  const answers = [
    backend.set('key', '1', 1000),
    backend.get('key'),
    backend.getMany(['key']),
    backend.setMany([['many', 1]], undefined),
    backend.add('add', 1, undefined),
    backend.exists('key'),
    backend.increment('key', 1, '1'),
    backend.expire('key', 1),
    backend.compareAndSet('key', '2', '3', 'keep'),
    backend.compareAndDelete('key', '3'),
    backend.delete('key'),
    backend.deleteMany(['key']),
    backend.clear('p'),
    backend.clear(''),
    backend.raw('size', []),
    backend.close(),
  ]
  for (const answer of answers) expect(answer).not.toBeInstanceOf(Promise)
})

test('values are kept as they are, whatever their type and the encoding asked for', () => {
  const { backend } = make()
  for (const value of [
    {},
    [],
    new Map(),
    Uint8Array.of(1),
    Symbol('one'),
    () => 1,
    0,
    -0,
    Number.NaN,
    null,
    false,
    10n,
  ]) {
    backend.set('key', value, undefined)
    expect(Object.is(backend.get('key'), value)).toBe(true)
  }
})

test('increment adds to numbers and bigints, and keeps their form', () => {
  const { backend } = make()
  for (const [value, sum] of [
    [41, 42],
    [-1, 0],
    [41n, 42n],
    ['41', '42'],
  ]) {
    backend.set('key', value, undefined)
    expect(backend.increment('key', 1, 1)).toBe(Number(sum))
    expect(backend.get('key')).toBe(sum)
  }
})

test('increment refuses other values and unsafe sums, and leaves them', () => {
  const { backend } = make()
  const beyond = Number.MAX_SAFE_INTEGER
  for (const value of [
    1.5,
    Number.NaN,
    Infinity,
    beyond,
    BigInt(beyond),
    2 ** 53,
    null,
    true,
    [],
    {},
    Uint8Array.of(49),
  ]) {
    backend.set('key', value, undefined)
    expect(backend.increment('key', 1, 1)).toBeUndefined()
    expect(backend.get('key')).toBe(value)
  }
})

test('compareAndSet and compareAndDelete compare by identity what is neither text nor bytes', () => {
  const { backend } = make()
  const value = { a: 1 }
  backend.set('key', value, undefined)
  expect(backend.compareAndSet('key', { a: 1 }, 'new', undefined)).toBe(false)
  expect(backend.compareAndDelete('key', { a: 1 })).toBe(false)
  expect(backend.compareAndSet('key', value, Number.NaN, undefined)).toBe(true)
  expect(backend.compareAndSet('key', Number.NaN, null, undefined)).toBe(true)
  expect(backend.compareAndSet('key', undefined, 'new', undefined)).toBe(false)
  expect(backend.compareAndDelete('key', null)).toBe(true)
})

/** Runs the garbage collector, after which what nobody holds is gone. */
async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc')
  // What a WeakRef gave out is held until the end of the turn.
  await new Promise((resolve) => setImmediate(resolve))
  ;(runInNewContext('gc') as () => void)()
}

test('the memory of what expired, was deleted, replaced or cleared is given back, without being read', async () => {
  const { clock, backend } = make()
  const values: WeakRef<object>[] = []
  const value = () => {
    const one = { large: new Array(10).fill('value') }
    values.push(new WeakRef(one))
    return one
  }
  for (const store of [backend, scopeOf(backend, 'main:')]) {
    for (let index = 0; index < 100; index++) {
      void store.set(`expired-${index}`, value(), 1000 + index * 10)
      void store.set(`deleted-${index}`, value(), 3_600_000)
      void store.set(`replaced-${index}`, value(), 3_600_000)
      void store.set(`cleared:${index}`, value(), 3_600_000)
      void store.delete(`deleted-${index}`)
      void store.set(`replaced-${index}`, 'new', 3_600_000)
    }
    void store.clear('cleared:')
  }
  const other = new MemoryBackend(clock)
  for (let index = 0; index < 100; index++) other.set(`${index}`, value(), 3_600_000)
  void other.clear('')
  expect([clock.pending, clock.referenced]).toEqual([1, 0])
  clock.advance(4000)
  await collectGarbage()
  expect(values.filter((weak) => weak.deref() !== undefined).length).toBe(0)
  expect(backend.raw('size', [])).toBe(200)
})

test('a key that expires takes nothing along that has its name in a scope', () => {
  const { clock, backend } = make()
  const home = scopeOf(backend, 'main:')
  backend.set('key', 'outside', 1000)
  void home.set('key', 'inside', undefined)
  clock.advance(3000)
  expect([backend.get('key'), home.get('key', 'utf-8')]).toEqual([undefined, 'inside'])
})

test('nothing expired is served after the event loop was blocked', async () => {
  const backend = new MemoryBackend(systemClock)
  backend.set('key', 'value', 30)
  const end = performance.now() + 60
  while (performance.now() < end);
  expect(backend.get('key')).toBeUndefined()
  expect(backend.raw('size', [])).toBe(0)
  backend.close()
})

test('close cancels the timer and lets go of the entries', () => {
  const { clock, backend } = make()
  backend.set('key', 'value', 1000)
  void scopeOf(backend, 'main:').set('key', 'value', undefined)
  backend.close()
  expect(clock.pending).toBe(0)
  expect(backend.raw('size', [])).toBe(0)
})

test('a large clear lets other work run, and a whole store is empty at once', async () => {
  const { backend } = make()
  const fill = () => {
    for (let index = 0; index < 30_000; index++) backend.set(`${index % 2 === 0 ? 'a' : 'b'}:${index}`, index, 1000)
  }
  fill()
  let turns = 0
  const counting = setInterval(() => turns++)
  const cleared = backend.clear('a:')
  expect(cleared).toBeInstanceOf(Promise)
  await cleared
  clearInterval(counting)
  expect(turns).toBeGreaterThan(0)
  expect(backend.raw('size', [])).toBe(15_000)
  fill()
  const emptied = backend.clear('')
  expect(backend.raw('size', [])).toBe(0)
  backend.set('a:1', 'new', undefined)
  await emptied
  expect(backend.get('a:1')).toBe('new')
})

test.each([
  { title: 'a store that nobody watches', bounds: resolveBounds({}) },
  { title: 'a store that is watched', bounds: resolveBounds({ onEvict: () => {} }) },
])('a clear of a part that is overtaken by one of everything touches nothing newer, in $title', async ({ bounds }) => {
  const backend = new MemoryBackend(new FakeClock(), bounds)
  for (let index = 0; index < 30_000; index++) backend.set(`a:${index}`, index, 1000)
  const part = backend.clear('a:')
  const all = backend.clear('')
  for (let index = 0; index < 20_000; index++) backend.set(`b:${index}`, index, 1000)
  await Promise.all([part, all])
  expect(backend.raw('size', [])).toBe(20_000)
  for (let index = 0; index < 20_000; index++) expect(backend.get(`b:${index}`)).toBe(index)
})

test('what takes the places of what a clear has not come to yet stays', async () => {
  const backend = new MemoryBackend(new FakeClock(), resolveBounds({ maxEntries: 30_000, onEvict: () => {} }))
  for (let index = 0; index < 30_000; index++) backend.set(`a:${index}`, index, 1000)
  const cleared = backend.clear('')
  for (let index = 0; index < 20_000; index++) backend.set(`b:${index}`, index, 1000)
  await cleared
  expect(backend.raw('size', [])).toBe(20_000)
  for (let index = 0; index < 20_000; index++) expect(backend.get(`b:${index}`)).toBe(index)
})

test('what is written while a clear of everything goes on keeps its own time to live', async () => {
  const { clock, backend } = make()
  for (let index = 0; index < 20_000; index++) backend.set(`${index}`, index, 500)
  const emptied = backend.clear('')
  for (let index = 0; index < 20_000; index++) backend.set(`${index}`, 'new', index % 2 === 0 ? undefined : 60_000)
  await emptied
  clock.advance(5000)
  expect(backend.raw('size', [])).toBe(20_000)
  clock.advance(60_000)
  expect(backend.raw('size', [])).toBe(10_000)
})

test('raw answers get, set, has, delete, keys, size and clear, with complete keys', () => {
  const { clock, backend } = make()
  const home = scopeOf(backend, 'main:')
  void home.set('short', 1, undefined)
  expect(backend.raw('set', ['other', 2])).toBe(true)
  expect(backend.raw('get', ['main:short'])).toBe(1)
  expect(backend.raw('get', ['none'])).toBeUndefined()
  expect(backend.raw('has', ['other'])).toBe(true)
  expect([...(backend.raw('keys', []) as string[])].sort()).toEqual(['main:short', 'other'])
  expect(backend.raw('size', [])).toBe(2)
  expect(home.raw('get', ['main:short'], 'utf-8')).toBe(1)
  expect(backend.raw('delete', ['main:short'])).toBe(true)
  expect(backend.raw('delete', ['main:short'])).toBe(false)
  backend.set('expiring', 1, 1000)
  expect(backend.raw('set', ['expiring', 2])).toBe(true)
  backend.set('expired', 1, 10)
  clock.advance(10)
  expect(backend.raw('has', ['expired'])).toBe(false)
  expect(backend.raw('size', [])).toBe(2)
  clock.advance(5000)
  expect(backend.raw('get', ['expiring'])).toBe(2)
  backend.raw('clear', [])
  expect(backend.raw('size', [])).toBe(0)
})

test.each([
  { args: ['flushall', []], message: /no command 'flushall': it knows get, set, has, delete, clear, keys, size/ },
  { args: ['constructor', []], message: /no command/ },
  { args: ['get', []], message: /takes a key; got 0/ },
  { args: ['get', ['a', 'b']], message: /takes a key; got 2/ },
  { args: ['set', ['a']], message: /takes a key and a value; got 1/ },
  { args: ['set', ['a', undefined]], message: /undefined/ },
  { args: ['get', [1]], message: /complete key/ },
  { args: ['has', ['']], message: /complete key/ },
  { args: ['size', ['a']], message: /takes no argument; got 1/ },
] as { args: [string, unknown[]]; message: RegExp }[])('raw refuses $args', ({ args, message }) => {
  expect(() => make().backend.raw(...args)).toThrow(message)
})

test('a scope and the whole store are one store, whatever is done through either, and there is one scope', () => {
  const key = fc.constantFrom(
    '',
    'a',
    'a:',
    'a:b',
    'a:b:',
    'a:b:c',
    'b',
    'main',
    'main:',
    'main:a',
    'main:a:b',
    'other:x',
  )
  const prefix = fc.constantFrom('main:', 'main:a', 'm', 'a:', 'other:')
  const step = fc.record({
    scoped: fc.boolean(),
    action: fc.constantFrom(
      'set',
      'add',
      'delete',
      'increment',
      'clear',
      'setMany',
      'deleteMany',
      'cas',
      'cad',
      'expire',
    ),
    key,
  })
  fc.assert(
    fc.property(prefix, fc.array(step, { maxLength: 40 }), (home, steps) => {
      const { backend } = make()
      const model = new Map<string, string>()
      for (const { scoped, action, key: short } of steps) {
        const store = scoped ? scopeOf(backend, home) : backend
        const complete = (scoped ? home : '') + short
        if (complete === '' && action !== 'clear') continue
        if (action === 'set') {
          void store.set(short, '1', undefined)
          model.set(complete, '1')
        } else if (action === 'add') {
          expect(store.add(short, '2', undefined)).toBe(!model.has(complete))
          if (!model.has(complete)) model.set(complete, '2')
        } else if (action === 'delete') expect(store.delete(short)).toBe(model.delete(complete))
        else if (action === 'increment') {
          const sum = Number(model.get(complete) ?? 0) + 1
          expect(store.increment(short, 1, '1')).toBe(sum)
          model.set(complete, String(sum))
        } else if (action === 'clear') {
          void store.clear(short)
          for (const one of model.keys()) if (one.startsWith(complete)) model.delete(one)
        } else if (action === 'setMany') {
          void store.setMany(
            [
              [short, '7'],
              [`${short}x`, '8'],
            ],
            undefined,
          )
          model.set(complete, '7').set(`${complete}x`, '8')
        } else if (action === 'deleteMany') {
          const there = [complete, `${complete}x`].filter((one) => model.delete(one))
          expect(store.deleteMany([short, `${short}x`, short])).toBe(there.length)
        } else if (action === 'cas') {
          expect(store.compareAndSet(short, model.get(complete), '5', 'keep')).toBe(true)
          model.set(complete, '5')
        } else if (action === 'cad') {
          expect(store.compareAndDelete(short, '5')).toBe(model.get(complete) === '5')
          if (model.get(complete) === '5') model.delete(complete)
        } else expect(store.expire(short, 1000)).toBe(model.has(complete))
        expect(new Set(backend.raw('keys', []) as string[])).toEqual(new Set(model.keys()))
        expect(backend.getMany([...model.keys()])).toEqual([...model.values()])
        for (const [one, value] of model) {
          if (scoped && one.startsWith(home)) expect(store.get(one.slice(home.length), 'utf-8')).toBe(value)
        }
      }
      scopeOf(backend, home)
      expect([backend.scope(`${home}x`), backend.scope('')]).toEqual([undefined, undefined])
    }),
    { numRuns: 300 },
  )
})
