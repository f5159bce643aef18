import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { freePort } from './free-port.js'
import { type Proxy, startProxy } from './proxy.js'

/** A server that repeats what it is told, what it saw of its connections, and a proxy in front of it. */
async function behindProxy(): Promise<{ proxy: Proxy; accepted: Socket[]; pieces: string[] }> {
  const accepted: Socket[] = []
  const pieces: string[] = []
  const server = createServer((socket) => {
    accepted.push(socket)
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      pieces.push(bytes.toString())
      socket.write(bytes)
    })
  })
  const port = await freePort()
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const proxy = await startProxy(port)
  onTestFinished(async () => {
    await proxy[Symbol.asyncDispose]()
    for (const socket of accepted) socket.destroy()
    server.close()
  })
  return { proxy, accepted, pieces }
}

/** A connection, with all that it heard. */
async function clientOf({ port }: Proxy): Promise<{ socket: Socket; heard: () => string; ended: string[] }> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  const ended: string[] = []
  let text = ''
  socket.on('data', (bytes) => {
    text += bytes.toString()
  })
  socket.on('end', () => ended.push('end'))
  socket.on('error', (error) => ended.push(String((error as NodeJS.ErrnoException).code)))
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  return { socket, heard: () => text, ended }
}

test('bytes pass in both directions, and so does the end of a connection', async () => {
  const { proxy, accepted } = await behindProxy()
  const client = await clientOf(proxy)
  client.socket.write('hello')
  await vi.waitFor(() => expect(client.heard()).toBe('hello'))
  expect(proxy.connections).toBe(1)
  accepted[0]?.end()
  await vi.waitFor(() => expect(client.ended).toEqual(['end']))
  await vi.waitFor(() => expect(proxy.connections).toBe(0))
})

test('what the server said before it hung up arrives', async () => {
  const { proxy, accepted } = await behindProxy()
  const client = await clientOf(proxy)
  await vi.waitFor(() => expect(accepted).toHaveLength(1))
  proxy.delay('toClient', 50)
  accepted[0]?.end('farewell')
  await vi.waitFor(() => expect(client.ended).toEqual(['end']))
  expect(client.heard()).toBe('farewell')
})

test('a cut resets connections, and new ones pass or are refused', async () => {
  const { proxy } = await behindProxy()
  const client = await clientOf(proxy)
  await proxy.cut()
  await vi.waitFor(() => expect(client.ended).toEqual(['ECONNRESET']))
  const second = await clientOf(proxy)
  await proxy.cut({ refuse: true })
  await vi.waitFor(() => expect(second.ended).toEqual(['ECONNRESET']))
  await expect(clientOf(proxy)).rejects.toThrow('ECONNREFUSED')
  await proxy.heal()
  const third = await clientOf(proxy)
  third.socket.write('again')
  await vi.waitFor(() => expect(third.heard()).toBe('again'))
})

test('in a blackhole nothing passes and nobody is told; what was sent arrives when it is healed', async () => {
  const { proxy, accepted, pieces } = await behindProxy()
  const client = await clientOf(proxy)
  client.socket.write('before')
  await vi.waitFor(() => expect(client.heard()).toBe('before'))
  proxy.blackhole()
  const fresh = await clientOf(proxy)
  client.socket.write(' within')
  fresh.socket.write('new')
  accepted[0]?.write(' said')
  await sleep(100)
  expect(pieces).toEqual(['before'])
  expect([client.heard(), fresh.heard()]).toEqual(['before', ''])
  accepted[0]?.end()
  await sleep(50)
  expect([client.ended, fresh.ended]).toEqual([[], []])
  await proxy.heal()
  await vi.waitFor(() => expect(fresh.heard()).toBe('new'))
  await vi.waitFor(() => expect(client.heard()).toBe('before said'))
  await vi.waitFor(() => expect(client.ended).toEqual(['end']))
})

test('a half-open connection answers nothing more, and new ones do', async () => {
  const { proxy, accepted } = await behindProxy()
  const client = await clientOf(proxy)
  await vi.waitFor(() => expect(accepted).toHaveLength(1))
  proxy.halfOpen()
  await vi.waitFor(() => expect(accepted[0]?.destroyed).toBe(true))
  client.socket.write('anybody?')
  await sleep(50)
  expect([client.heard(), client.ended]).toEqual(['', []])
  const second = await clientOf(proxy)
  second.socket.write('somebody')
  await vi.waitFor(() => expect(second.heard()).toBe('somebody'))
  await proxy.cut()
  await vi.waitFor(() => expect(client.ended).toEqual(['ECONNRESET']))
})

test.each(['toServer', 'toClient'] as const)('what goes %s can be delayed, and keeps its order', async (direction) => {
  const { proxy } = await behindProxy()
  const client = await clientOf(proxy)
  proxy.delay(direction, 100)
  const started = performance.now()
  for (const word of ['one ', 'two ', 'three']) {
    client.socket.write(word)
    await sleep(5)
  }
  await vi.waitFor(() => expect(client.heard()).toBe('one two three'))
  // Timers may be early by a millisecond.
  expect(performance.now() - started).toBeGreaterThanOrEqual(108)
})

test('bytes can arrive in pieces', async () => {
  const { proxy, accepted, pieces } = await behindProxy()
  const client = await clientOf(proxy)
  await vi.waitFor(() => expect(accepted).toHaveLength(1))
  proxy.slice(3)
  client.socket.write('abcdefgh')
  await vi.waitFor(() => expect(client.heard()).toBe('abcdefgh'))
  expect(pieces.length).toBeGreaterThan(1)
  expect(pieces.join('')).toBe('abcdefgh')
})

test('no byte is lost when pieces become larger while some are on their way', async () => {
  const { proxy } = await behindProxy()
  const client = await clientOf(proxy)
  const text = Array.from({ length: 2000 }, (_, index) => index).join()
  for (const bytes of [1, 2, 7]) {
    proxy.slice(bytes)
    client.socket.write(text)
    await sleep(10)
  }
  await proxy.heal()
  await vi.waitFor(() => expect(client.heard().length).toBe(3 * text.length))
  expect(client.heard()).toBe(text.repeat(3))
})

test('a server that is not there is a reset connection', async () => {
  await using proxy = await startProxy(await freePort())
  const client = await clientOf(proxy)
  await vi.waitFor(() => expect(client.ended).toEqual(['ECONNRESET']))
})
