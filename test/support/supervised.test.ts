import { existsSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { ask } from './ask.js'
import { startChildren } from './children.js'
import { freePort } from './free-port.js'
import { programAt } from './program.js'
import { redisBinary } from './redis-binary.js'
import { launch, temporaryFolder } from './supervised.js'

test('servers and folders are gone when the process that made them is killed', async () => {
  using program = await programAt(new URL('programs/server-starter.ts', import.meta.url))
  const port = await freePort()
  const server = {
    ...(await redisBinary()),
    what: 'Redis',
    args: ['--port', String(port), '--bind', '127.0.0.1', '--save', ''],
    readyLine: 'Ready to accept',
  }
  await using starters = startChildren(program, 1, () => [JSON.stringify(server)])
  const folder = String(await starters[0]?.next<string>())
  expect(await ask({ port }, 'ping')).toBe('PONG')
  expect(existsSync(folder)).toBe(true)
  starters[0]?.signal('SIGKILL')
  await vi.waitFor(() => expect(existsSync(folder)).toBe(false), { timeout: 10_000 })
  await vi.waitFor(() => expect(ask({ port }, 'ping')).rejects.toThrow('ECONNREFUSED'), { timeout: 10_000 })
})

test('a program that never says that it is ready is ended, and what it said is told', async () => {
  const args = ['-c', 'echo "Fatal: no more"; exec sleep 60']
  const program = { what: 'The program', path: 'sh', args, readyLine: 'Ready' }
  await expect(launch(program)).rejects.toThrow(/The program did not start: it refused\n[\s\S]*Fatal: no more/)
})

test('a folder that is disposed of is gone', async () => {
  const folder = temporaryFolder('test')
  expect(existsSync(folder.path)).toBe(true)
  await folder[Symbol.asyncDispose]()
  expect(existsSync(folder.path)).toBe(false)
})
