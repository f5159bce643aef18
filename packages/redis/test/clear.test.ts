import { Redis } from 'ioredis'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { startRedisServer } from '../../../test/support/redis-server.js'
import { escapeGlob } from '../src/clear.js'
import { backendOn, clientOn, sentDuring, shared } from './support.js'

const root = `${inject('redisNamespace')}-clear:`

async function keysLeft(client: Redis): Promise<string[]> {
  const keys: string[] = []
  for await (const page of client.scanStream({ match: `${root}*`, count: 1000 })) keys.push(...(page as string[]))
  return keys.map((key) => key.slice(root.length)).sort()
}

test('every character that means something in a pattern is escaped, and no other', () => {
  expect(escapeGlob('a*b?c[d]e^f-g\\h')).toBe('a\\*b\\?c\\[d\\]e\\^f\\-g\\\\h')
  expect(escapeGlob('user:é 1_{x}')).toBe('user:é 1_{x}')
})

describe('clearing a prefix', () => {
  test.each([
    ['user', ['users:1', 'use:1']],
    ['*', ['a:1', 'aa:1']],
    ['a?c', ['abc:1']],
    ['[ab]', ['a:1', 'b:1']],
    ['[^a]', ['b:1']],
    ['[a-c]', ['b:1']],
    ['a\\', ['a\\\\:1', 'a:1', 'a\\x:1']],
    ['a\\*', ['a*:1', 'ab:1']],
    ['Ключ', ['Клюй:1']],
    ['nul\0', ['nul:1']],
  ])('of namespace %j removes its keys and leaves %j', async (namespace, strangers) => {
    const client = clientOn(shared())
    const backend = backendOn(shared())
    for (const key of [`${namespace}:1`, `${namespace}:`, `${namespace}:a:b`, ...strangers]) {
      await client.set(root + key, 'v')
    }
    await backend.clear(`${root}${namespace}:`)
    expect(await keysLeft(client)).toEqual([...strangers].sort())
    await backend.clear(root)
    expect(await keysLeft(client)).toEqual([])
  })

  test('removes keys that are no text, too', async () => {
    const client = clientOn(shared())
    await client.set(Buffer.concat([Buffer.from(`${root}b:`), Buffer.from([0xff, 0x80])]), 'v')
    await backendOn(shared()).clear(`${root}b:`)
    expect(await keysLeft(client)).toEqual([])
  })

  test('goes by pages of SCAN and UNLINK, never by KEYS or DEL, and leaves other keys with their values', async () => {
    await using server = await startRedisServer()
    const client = clientOn(server)
    const mine = Array.from({ length: 5000 }, (_, i) => [`mine:${i}`, 'v'])
    const others = Array.from({ length: 5000 }, (_, i) => [`other:${i}`, 'v'])
    await client.mset([...mine, ...others].flat())
    const backend = backendOn(server)
    const sent = await sentDuring(client, () => backend.clear('mine:'))
    expect(new Set(sent.map(([name]) => name))).toEqual(new Set(['scan', 'unlink']))
    expect(await client.dbsize()).toBe(5000)
    const scans = sent.filter(([name]) => name === 'scan')
    expect(scans.length).toBeGreaterThan(5)
    for (const scan of scans) expect(Number(scan.at(-1))).toBeLessThanOrEqual(1000)
  })

  test('takes all sorts of values with it', async () => {
    const client = clientOn(shared())
    await client.lpush(`${root}list`, 'a')
    await client.hset(`${root}hash`, 'f', 'v')
    await backendOn(shared()).clear(root)
    expect(await keysLeft(client)).toEqual([])
  })
})

describe('clearing everything', () => {
  test('empties the selected database in the background, and no other', async () => {
    await using server = await startRedisServer()
    const client = clientOn(server)
    await client.set('in0', 'v')
    await client.select(1)
    await client.set('in1', 'v')
    const backend = backendOn({ port: server.port, db: 1 })
    const sent = await sentDuring(client, () => backend.clear(''))
    expect(sent.map(([name, ...args]) => [name, ...args.map((arg) => arg.toLowerCase())])).toContainEqual([
      'flushdb',
      'async',
    ])
    expect(await client.dbsize()).toBe(0)
    await client.select(0)
    expect(await client.keys('*')).toEqual(['in0'])
  })

  test('through a client that has a prefix of its own removes what has this prefix, and nothing else', async () => {
    await using server = await startRedisServer()
    const plain = clientOn(server)
    const prefixed = new Redis({ port: server.port, keyPrefix: 'p*:' })
    onTestFinished(() => prefixed.disconnect())
    await plain.mset('p*:a', '1', 'p*:ns:b', '2', 'px:c', '3', 'ns:d', '4')
    const backend = backendOn({ client: prefixed })
    await backend.clear('ns:')
    expect((await plain.keys('*')).sort()).toEqual(['ns:d', 'p*:a', 'px:c'])
    await backend.clear('')
    expect((await plain.keys('*')).sort()).toEqual(['ns:d', 'px:c'])
  })
})
