import { DeserializationError, InvalidArgumentError, SerializationError } from '@pycached/core'
import { describe, expect, inject, test } from 'vitest'
import { startRedisServer } from '../../../test/support/redis-server.js'
import { backendOn, clientOn, rejectionOf, sentDuring, shared } from './support.js'

let tests = 0
/** A backend and a plain client, with keys that no other test uses. */
function fixture() {
  const root = `${inject('redisNamespace')}-backend-${tests++}:`
  const client = clientOn(shared())
  return {
    backend: backendOn(shared()),
    client,
    key: (name: string) => root + name,
    sent: (work: () => Promise<unknown>) => sentDuring(client, work, root),
  }
}

describe('reading and writing', () => {
  test('text comes back as the same text, in UTF-8 on the server', async () => {
    const { backend, client, key } = fixture()
    for (const text of ['', 'plain', 'Grüße 🔑', '\uFEFFbom', '\uFFFD', '\0\r\n', '1,2']) {
      await backend.set(key('t'), text, undefined)
      expect(await backend.get(key('t'), 'utf-8')).toBe(text)
      expect(await client.getBuffer(key('t'))).toEqual(Buffer.from(text))
    }
  })

  test('bytes come back as the same bytes, none of them changed on the way', async () => {
    const { backend, client, key } = fixture()
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)
    await backend.set(key('b'), bytes, undefined)
    expect(await backend.get(key('b'), null)).toStrictEqual(bytes)
    expect(await client.getBuffer(key('b'))).toEqual(Buffer.from(bytes))
    await backend.set(key('b'), new Uint8Array(0), undefined)
    expect(await backend.get(key('b'), null)).toStrictEqual(new Uint8Array(0))
  })

  test('a key that does not exist is undefined, in either form', async () => {
    const { backend, key } = fixture()
    expect(await backend.get(key('no'), 'utf-8')).toBeUndefined()
    expect(await backend.get(key('no'), null)).toBeUndefined()
  })

  test('bytes that are no text cannot be read as text, and stay', async () => {
    const { backend, client, key } = fixture()
    await client.set(key('p'), Buffer.from([0x80, 4, 0x95, 0xff]))
    expect(await rejectionOf(backend.get(key('p'), 'utf-8'))).toBeInstanceOf(DeserializationError)
    const error = await rejectionOf(backend.getMany([key('no'), key('p')], 'utf-8'))
    expect(error).toBeInstanceOf(DeserializationError)
    expect(error).toMatchObject({ key: key('p') })
    expect(await backend.get(key('p'), null)).toStrictEqual(new Uint8Array([0x80, 4, 0x95, 0xff]))
  })

  test('a value that is neither text nor bytes is refused before anything is sent', async () => {
    const { backend, key, sent } = fixture()
    const commands = await sent(async () => {
      expect(() => backend.set(key('n'), 1, undefined)).toThrow(SerializationError)
      expect(() => backend.add(key('n'), {}, undefined)).toThrow(SerializationError)
      expect(() =>
        backend.setMany(
          [
            [key('ok'), 'v'],
            [key('n'), null],
          ],
          1000,
        ),
      ).toThrow(SerializationError)
      expect(() => backend.set(key('n'), 'lone\ud800', undefined)).toThrow(SerializationError)
      expect(() => backend.get(`${key('n')}\ud800`, 'utf-8')).toThrow(InvalidArgumentError)
    })
    expect(commands).toEqual([])
  })

  test('many keys are read with one MGET, in their order, a repeated one twice', async () => {
    const { backend, client, key, sent } = fixture()
    await client.mset(key('a'), '1', key('b'), '2')
    const keys = [key('b'), key('no'), key('a'), key('b')]
    const commands = await sent(async () => {
      expect(await backend.getMany(keys, 'utf-8')).toEqual(['2', undefined, '1', '2'])
    })
    expect(commands).toEqual([['mget', ...keys]])
    expect(await backend.getMany([key('a')], null)).toStrictEqual([new Uint8Array([0x31])])
  })

  test('commands of one tick go to the server together, and each gets its own answer', async () => {
    const { backend, key } = fixture()
    await Promise.all(Array.from({ length: 200 }, (_, i) => backend.set(key(String(i)), String(i), undefined)))
    const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => backend.get(key(String(i)), 'utf-8')))
    expect(answers).toEqual(Array.from({ length: 200 }, (_, i) => String(i)))
  })

  test('a key of another kind of value is a miss, whether it is read alone, in one tick with others or by getMany', async () => {
    const { backend, client, key } = fixture()
    await client.lpush(key('list'), 'a')
    await client.set(key('k'), 'v')
    expect(await backend.get(key('list'), 'utf-8')).toBeUndefined()
    expect(await Promise.all([backend.get(key('k'), 'utf-8'), backend.get(key('list'), 'utf-8')])).toEqual([
      'v',
      undefined,
    ])
    expect(await backend.getMany([key('k'), key('list')], 'utf-8')).toEqual(['v', undefined])
  })
})

describe('time to live', () => {
  test('set writes value and time to live in one command, and replaces both', async () => {
    const { backend, client, key, sent } = fixture()
    const commands = await sent(() => backend.set(key('k'), 'v', 60_500))
    expect(commands).toEqual([['set', key('k'), 'v', 'PX', '60500']])
    expect(await client.pttl(key('k'))).toBeGreaterThan(59_000)
    await backend.set(key('k'), 'w', undefined)
    expect(await client.pttl(key('k'))).toBe(-1)
  })

  test('60 days are kept, and so is the longest time that there is', async () => {
    const { backend, client, key } = fixture()
    await backend.set(key('k'), 'v', 60 * 86_400_000)
    expect(await client.pttl(key('k'))).toBeGreaterThan(59 * 86_400_000)
    await backend.set(key('k'), 'v', Number.MAX_SAFE_INTEGER)
    expect(await client.pttl(key('k'))).toBeGreaterThan(2 ** 52)
  })

  test('an expired key is a missing one', async () => {
    const { backend, key } = fixture()
    await backend.set(key('k'), 'v', 1)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(await backend.get(key('k'), 'utf-8')).toBeUndefined()
    expect(await backend.add(key('k'), 'w', undefined)).toBe(true)
  })

  test('expire gives a time to live or takes it away, and says whether there is such a key', async () => {
    const { backend, client, key, sent } = fixture()
    expect(await backend.expire(key('no'), 1000)).toBe(false)
    expect(await backend.expire(key('no'), undefined)).toBe(false)
    await client.set(key('k'), 'v')
    expect(await backend.expire(key('k'), undefined)).toBe(true)
    expect(await backend.expire(key('k'), 60_000)).toBe(true)
    expect(await client.pttl(key('k'))).toBeGreaterThan(50_000)
    const commands = await sent(async () => {
      expect(await backend.expire(key('k'), undefined)).toBe(true)
    })
    expect(commands).toHaveLength(1)
    expect(await client.pttl(key('k'))).toBe(-1)
    expect(await client.get(key('k'))).toBe('v')
  })
})

describe('setMany', () => {
  test('without a time to live is one MSET', async () => {
    const { backend, client, key, sent } = fixture()
    const entries = [
      [key('a'), '1'],
      [key('b'), new Uint8Array([255])],
    ] as const
    const commands = await sent(() => backend.setMany(entries, undefined))
    expect(commands.map(([name]) => name)).toEqual(['mset'])
    expect(await client.getBuffer(key('b'))).toEqual(Buffer.from([255]))
  })

  test('with a time to live is one script, after which every key has value and time to live', async () => {
    const { backend, client, key, sent } = fixture()
    const entries = Array.from({ length: 100 }, (_, i) => [key(String(i)), `v${i}`] as const)
    const commands = await sent(() => backend.setMany(entries, 60_000))
    expect(commands.map(([name]) => name)).toEqual(['eval'])
    for (const [name, value] of entries) {
      expect(await client.get(name)).toBe(value)
      expect(await client.pttl(name)).toBeGreaterThan(50_000)
    }
  })

  test.each([[undefined], [60_000]])('a key that stands twice gets its last value (time to live %s)', async (ttlMs) => {
    const { backend, client, key } = fixture()
    await backend.setMany(
      [
        [key('k'), 'first'],
        [key('other'), 'o'],
        [key('k'), 'last'],
      ],
      ttlMs,
    )
    expect(await client.get(key('k'))).toBe('last')
  })

  test('takes bytes with a time to live, and replaces what was there, whatever its kind', async () => {
    const { backend, client, key } = fixture()
    await client.lpush(key('k'), 'a')
    await backend.setMany([[key('k'), new Uint8Array([0, 255, 10, 13])]], 60_000)
    expect(await client.getBuffer(key('k'))).toEqual(Buffer.from([0, 255, 10, 13]))
  })

  test('takes more keys in one step than a function takes arguments, as do getMany and deleteMany', async () => {
    const { backend, key } = fixture()
    const entries = Array.from({ length: 130_000 }, (_, i) => [key(String(i)), String(i)] as const)
    const keys = entries.map(([name]) => name)
    await backend.setMany(entries, 60_000)
    expect((await backend.getMany(keys, 'utf-8')).at(-1)).toBe('129999')
    expect(await backend.deleteMany(keys)).toBe(130_000)
    await backend.setMany(entries.slice(0, 70_000), undefined)
    expect(await backend.deleteMany(keys)).toBe(70_000)
  }, 30_000)

  test('nobody sees a part of it', async () => {
    const { backend, client, key } = fixture()
    const keys = Array.from({ length: 50 }, (_, i) => key(String(i)))
    let reading = true
    const mixed: unknown[] = []
    const reader = (async () => {
      while (reading) {
        const values = new Set(await client.mget(keys))
        if (values.size > 1) mixed.push([...values])
      }
    })()
    for (let round = 0; round < 50; round++) {
      const entries = keys.map((name) => [name, String(round)] as const)
      await backend.setMany(entries, round % 2 === 0 ? 60_000 : undefined)
    }
    reading = false
    await reader
    expect(mixed).toEqual([])
  })
})

describe('add', () => {
  test('is one SET NX, with PX where there is a time to live, and says whether it wrote', async () => {
    const { backend, client, key, sent } = fixture()
    const commands = await sent(async () => {
      expect(await backend.add(key('k'), 'v', 60_000)).toBe(true)
      expect(await backend.add(key('k'), 'w', undefined)).toBe(false)
    })
    expect(commands).toEqual([
      ['set', key('k'), 'v', 'PX', '60000', 'NX'],
      ['set', key('k'), 'w', 'NX'],
    ])
    expect(await client.get(key('k'))).toBe('v')
  })

  test('of many at once exactly one wins', async () => {
    const { key } = fixture()
    const added = await Promise.all(
      Array.from({ length: 20 }, (_, i) => backendOn(shared()).add(key('k'), String(i), 60_000)),
    )
    expect(added.filter(Boolean)).toHaveLength(1)
  })
})

describe('delete, deleteMany and exists', () => {
  test('delete is one UNLINK and says whether there was such a key', async () => {
    const { backend, client, key, sent } = fixture()
    await client.set(key('k'), '')
    const commands = await sent(async () => {
      expect(await backend.delete(key('k'))).toBe(true)
      expect(await backend.delete(key('k'))).toBe(false)
    })
    expect(commands).toEqual([
      ['unlink', key('k')],
      ['unlink', key('k')],
    ])
  })

  test('deleteMany is one UNLINK and counts a repeated key once', async () => {
    const { backend, client, key, sent } = fixture()
    await client.mset(key('a'), '1', key('b'), '2')
    const keys = [key('a'), key('no'), key('b'), key('a')]
    const commands = await sent(async () => {
      expect(await backend.deleteMany(keys)).toBe(2)
    })
    expect(commands).toEqual([['unlink', ...keys]])
  })

  test('exists says whether there is such a key, be its value empty', async () => {
    const { backend, client, key } = fixture()
    await client.set(key('k'), '')
    expect(await backend.exists(key('k'))).toBe(true)
    expect(await backend.exists(key('no'))).toBe(false)
  })
})

describe('increment', () => {
  test('makes a missing key as decimal text that never expires', async () => {
    const { backend, client, key } = fixture()
    expect(await backend.increment(key('n'), -3)).toBe(-3)
    expect(await client.get(key('n'))).toBe('-3')
    expect(await client.pttl(key('n'))).toBe(-1)
  })

  test('adds in one round trip and keeps the time to live', async () => {
    const { backend, client, key, sent } = fixture()
    await client.set(key('n'), '5', 'PX', 60_000)
    const commands = await sent(async () => {
      expect(await backend.increment(key('n'), 37)).toBe(42)
    })
    expect(commands.map(([name]) => name)).toEqual(['eval'])
    expect(await client.get(key('n'))).toBe('42')
    expect(await client.pttl(key('n'))).toBeGreaterThan(50_000)
  })

  test('loses none of many at once', async () => {
    const { client, key } = fixture()
    const backends = Array.from({ length: 4 }, () => backendOn(shared()))
    const increments = backends.flatMap((backend) => Array.from({ length: 50 }, () => backend.increment(key('n'), 1)))
    await Promise.all(increments)
    expect(await client.get(key('n'))).toBe('200')
  })

  test.each([['text'], [''], ['1.5'], ['"5"'], [' 5'], ['1e3'], ['99999999999999999999'], ['9223372036854775807']])(
    'the value %j cannot be counted: undefined, and it stays',
    async (value) => {
      const { backend, client, key } = fixture()
      await client.set(key('n'), value, 'PX', 60_000)
      expect(await backend.increment(key('n'), 1)).toBeUndefined()
      expect(await client.get(key('n'))).toBe(value)
      expect(await client.pttl(key('n'))).toBeGreaterThan(50_000)
    },
  )

  test('a list cannot be counted', async () => {
    const { backend, client, key } = fixture()
    await client.lpush(key('n'), '1')
    expect(await backend.increment(key('n'), 1)).toBeUndefined()
  })

  test('a sum that a number cannot hold exactly is undefined, and the value stays as it was', async () => {
    const { backend, client, key } = fixture()
    const most = Number.MAX_SAFE_INTEGER
    await client.set(key('n'), String(most - 1), 'PX', 60_000)
    expect(await backend.increment(key('n'), 1)).toBe(most)
    expect(await backend.increment(key('n'), 1)).toBeUndefined()
    expect(await client.get(key('n'))).toBe(String(most))
    expect(await client.pttl(key('n'))).toBeGreaterThan(50_000)
    await client.set(key('n'), String(-most))
    expect(await backend.increment(key('n'), -1)).toBeUndefined()
    expect(await backend.increment(key('n'), -most)).toBeUndefined()
    expect(await client.get(key('n'))).toBe(String(-most))
    expect(await backend.increment(key('n'), most)).toBe(0)
  })

  test('a value beyond what a number can hold may come back into it', async () => {
    const { backend, client, key } = fixture()
    await client.set(key('n'), '9007199254740999')
    expect(await backend.increment(key('n'), 1)).toBeUndefined()
    expect(await backend.increment(key('n'), -8)).toBe(Number.MAX_SAFE_INTEGER)
  })
})

describe('compareAndSet', () => {
  test('replaces the value that it expects, and no other', async () => {
    const { backend, client, key } = fixture()
    await client.set(key('k'), 'old')
    expect(await backend.compareAndSet(key('k'), 'other', 'new', undefined)).toBe(false)
    expect(await client.get(key('k'))).toBe('old')
    expect(await backend.compareAndSet(key('k'), 'old', 'new', undefined)).toBe(true)
    expect(await client.get(key('k'))).toBe('new')
    expect(await backend.compareAndSet(key('no'), 'old', 'new', undefined)).toBe(false)
    expect(await client.exists(key('no'))).toBe(0)
  })

  test('compares bytes by content, NUL and invalid UTF-8 included, and empty is not missing', async () => {
    const { backend, client, key } = fixture()
    await client.set(key('k'), Buffer.from([0, 255, 254]))
    expect(await backend.compareAndSet(key('k'), new Uint8Array([0, 255]), new Uint8Array([1]), undefined)).toBe(false)
    expect(await backend.compareAndSet(key('k'), new Uint8Array([0, 255, 254]), new Uint8Array(0), undefined)).toBe(
      true,
    )
    expect(await client.getBuffer(key('k'))).toEqual(Buffer.alloc(0))
    expect(await backend.compareAndSet(key('k'), undefined, 'v', undefined)).toBe(false)
    expect(await backend.compareAndSet(key('k'), '', 'v', undefined)).toBe(true)
  })

  test('expecting undefined writes only where the key is still missing', async () => {
    const { backend, client, key } = fixture()
    expect(await backend.compareAndSet(key('k'), undefined, 'v', 60_000)).toBe(true)
    expect(await client.pttl(key('k'))).toBeGreaterThan(50_000)
    expect(await backend.compareAndSet(key('k'), undefined, 'w', 'keep')).toBe(false)
    expect(await backend.compareAndSet(key('other'), undefined, 'w', 'keep')).toBe(true)
    expect(await client.pttl(key('other'))).toBe(-1)
  })

  test('gives a new time to live, keeps the old one or takes it away', async () => {
    const { backend, client, key } = fixture()
    await client.set(key('k'), '0')
    expect(await backend.compareAndSet(key('k'), '0', '1', 60_000)).toBe(true)
    expect(await client.pttl(key('k'))).toBeGreaterThan(50_000)
    expect(await backend.compareAndSet(key('k'), '1', '2', 'keep')).toBe(true)
    expect(await client.pttl(key('k'))).toBeGreaterThan(50_000)
    expect(await backend.compareAndSet(key('k'), '2', '3', undefined)).toBe(true)
    expect(await client.pttl(key('k'))).toBe(-1)
    expect(await backend.compareAndSet(key('k'), '3', '4', 'keep')).toBe(true)
    expect(await client.pttl(key('k'))).toBe(-1)
  })

  test('of another kind of value fails with the error of the server, be the key expected to be missing', async () => {
    const { backend, client, key } = fixture()
    await client.lpush(key('list'), 'a')
    for (const expected of ['old', undefined]) {
      expect(String(await rejectionOf(backend.compareAndSet(key('list'), expected, 'new', 'keep')))).toMatch(
        /WRONGTYPE/,
      )
    }
    expect(await client.llen(key('list'))).toBe(1)
  })

  test('of many at once exactly one wins', async () => {
    const { client, key } = fixture()
    await client.set(key('k'), 'old')
    const won = await Promise.all(
      Array.from({ length: 20 }, (_, i) => backendOn(shared()).compareAndSet(key('k'), 'old', String(i), 'keep')),
    )
    expect(won.filter(Boolean)).toHaveLength(1)
  })
})

describe('compareAndDelete', () => {
  test('deletes the value that it expects, and no other', async () => {
    const { backend, client, key } = fixture()
    await client.set(key('k'), Buffer.from([0, 255]))
    expect(await backend.compareAndDelete(key('k'), 'mine')).toBe(false)
    expect(await client.exists(key('k'))).toBe(1)
    expect(await backend.compareAndDelete(key('k'), new Uint8Array([0, 255]))).toBe(true)
    expect(await client.exists(key('k'))).toBe(0)
    expect(await backend.compareAndDelete(key('k'), new Uint8Array([0, 255]))).toBe(false)
  })
})

describe('scripts', () => {
  test('are one round trip on a server that does not know them, and what is called after them comes after them', async () => {
    await using server = await startRedisServer()
    const client = clientOn(server)
    const backend = backendOn(server)
    const sent = await sentDuring(client, async () => {
      expect(await Promise.all([backend.increment('n', 1), backend.get('n', 'utf-8')])).toEqual([1, '1'])
      await client.script('FLUSH')
      expect(await Promise.all([backend.increment('n', 1), backend.get('n', 'utf-8')])).toEqual([2, '2'])
    })
    const names = sent.map(([name]) => name)
    expect(names.filter((name) => name !== 'info')).toEqual(['eval', 'get', 'script', 'eval', 'get'])
  })
})

describe('raw', () => {
  test('answers what the client answers, for a command in any case', async () => {
    const { backend, client, key } = fixture()
    await client.set(key('k'), '"v"')
    expect(await backend.raw('get', [key('k')], 'utf-8')).toBe('"v"')
    expect(await backend.raw('GET', [key('k')], 'utf-8')).toBe('"v"')
    expect(await backend.raw('get', [key('no')], 'utf-8')).toBeNull()
    expect(await backend.raw('mget', [[key('k'), key('no')]], 'utf-8')).toEqual(['"v"', null])
    expect(await backend.raw('incrby', [key('n'), 3], 'utf-8')).toBe(3)
    await client.hset(key('h'), 'f', 'v')
    expect(await backend.raw('HGETALL', [key('h')], 'utf-8')).toEqual({ f: 'v' })
  })

  test('gives bytes where the encoding is null, and numbers as numbers', async () => {
    const { backend, client, key } = fixture()
    await client.set(key('b'), Buffer.from([1, 2, 200]))
    expect(await backend.raw('GET', [key('b')], null)).toEqual(Buffer.from([1, 2, 200]))
    expect(await backend.raw('mget', [[key('b'), key('no')]], null)).toEqual([Buffer.from([1, 2, 200]), null])
    expect(await backend.raw('ttl', [key('b')], null)).toBe(-1)
    expect(await backend.raw('get', [key('no')], null)).toBeNull()
  })

  test('takes bytes, and gives bytes for a name that ends in Buffer', async () => {
    const { backend, key } = fixture()
    await backend.raw('set', [key('b'), new Uint8Array([1, 2, 200])], 'utf-8')
    expect(await backend.raw('getBuffer', [key('b')], 'utf-8')).toEqual(Buffer.from([1, 2, 200]))
    await backend.raw('mset', [[key('c'), new Uint8Array([200])]], 'utf-8')
    expect(await backend.raw('mgetBuffer', [[key('c')]], 'utf-8')).toEqual([Buffer.from([200])])
  })

  test('refuses an argument that is no word of a command, and commands around it get their own answers', async () => {
    const { backend, client, key } = fixture()
    await client.set(key('k'), 'v')
    const before = backend.get(key('k'), 'utf-8')
    for (const odd of [undefined, null, {}, Object.create(null), () => {}, Symbol('s'), [[1]]]) {
      expect(() => backend.raw('set', [key('other'), odd], 'utf-8')).toThrow(InvalidArgumentError)
    }
    expect(await Promise.all([before, backend.exists(key('other'))])).toEqual(['v', false])
  })

  test('refuses a name that no command has, before the client, which __proto__ would end with the process', async () => {
    const { backend } = fixture()
    for (const name of ['__proto__', '', ' get', '1']) {
      expect(() => backend.raw(name, [], 'utf-8')).toThrow(InvalidArgumentError)
    }
  })

  test('an unknown command is the error of the server', async () => {
    const { backend } = fixture()
    expect(String(await rejectionOf(backend.raw('nosuchcommand', ['x'], 'utf-8')))).toMatch(/unknown command/)
    expect(String(await rejectionOf(backend.raw('noBuffer', ['x'], 'utf-8')))).toMatch(/unknown command/)
  })
})
