import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { startChildren } from './children.js'
import { programAt } from './program.js'

const echo = await programAt(new URL('programs/echo.ts', import.meta.url))

interface Answer {
  args: string[]
  message: unknown
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('children get arguments of their own and answer messages', async () => {
  await using children = startChildren(echo, 3, (index) => [String(index)])
  for (const child of children) child.send({ hello: true })
  const answers = await Promise.all(children.map((child) => child.next<Answer>()))
  expect(answers.map(({ args }) => args)).toEqual([['0'], ['1'], ['2']])
  expect(answers[0]?.message).toEqual({ hello: true })
})

test('a child that ended is told with what it complained about', async () => {
  await using children = startChildren(echo, 2)
  children[0]?.send('end')
  children[1]?.send('fail')
  expect(await children[0]?.exited, children[0]?.complaints).toEqual({ code: 0, signal: null })
  await expect(children[1]?.next()).rejects.toThrow('as it was told')
  expect(await children[1]?.exited).toEqual({ code: 1, signal: null })
})

test('a child can be stopped, continued and killed', async () => {
  await using children = startChildren(echo, 1)
  const [child] = children
  child?.send(1)
  await child?.next()
  child?.signal('SIGSTOP')
  child?.send(2)
  const answer = child?.next<Answer>().then(({ message }) => message)
  expect(await Promise.race([answer, sleep(100, 'silence')])).toBe('silence')
  child?.signal('SIGCONT')
  expect(await answer).toBe(2)
  child?.signal('SIGKILL')
  expect(await child?.exited).toEqual({ code: null, signal: 'SIGKILL' })
})

test('none is left when all are disposed of, though one is stopped', async () => {
  const children = startChildren(echo, 2)
  children[0]?.signal('SIGSTOP')
  await children[Symbol.asyncDispose]()
  expect(children.map(({ pid }) => isAlive(pid))).toEqual([false, false])
})

test('a child dies with the process that started it, though both are killed and stopped', async () => {
  using program = await programAt(new URL('programs/parent.ts', import.meta.url))
  await using parents = startChildren(program, 1, () => [echo.path])
  const pid = (await parents[0]?.next<number>()) ?? 0
  expect(isAlive(pid)).toBe(true)
  parents[0]?.signal('SIGKILL')
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 10_000 })
})
