import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'

const run = promisify(execFile)
const folder = fileURLToPath(new URL('../', import.meta.url))
const namespace = `${inject('redisNamespace')}-examples`
const redisUrl = inject('redisUrl')
const programs = readdirSync(folder)
  .filter((file) => file.endsWith('.ts') && !['tsup.config.ts', 'redis-address.ts'].includes(file))
  .map((file) => file.slice(0, -'.ts'.length))

/** Runs a program as its README says; it has to end by itself, well before the time given. */
const execute = (program: string, environment: Record<string, string> = {}) =>
  run(process.execPath, [`dist/${program}.js`], {
    cwd: folder,
    env: { ...process.env, ...environment },
    timeout: 30_000,
  })

async function keysBelow(prefix: string): Promise<string[]> {
  const keys: string[] = []
  for await (const page of redis.scanStream({ match: `${prefix}*`, count: 1000 })) keys.push(...(page as string[]))
  return keys
}

let redis: Redis

beforeAll(async () => {
  redis = new Redis(redisUrl)
  await run(process.execPath, ['../node_modules/tsup/dist/cli-default.js'], { cwd: folder })
}, 60_000)

afterAll(() => redis.quit())

test.each(programs)('%s asserts what it shows, and ends by itself', { timeout: 40_000 }, async (program) => {
  const own = `${namespace}-${program}`
  const { stderr } = await execute(program, { REDIS_URL: redisUrl, NAMESPACE: own })
  expect(stderr).toBe('')
  expect(await keysBelow(own)).toEqual([])
})

test('the main job needs no Redis, and prints what both plugins measured', { timeout: 40_000 }, async () => {
  const { stdout } = await execute('start', { REDIS_URL: 'redis://127.0.0.1:1' })
  expect(stdout).toContain('500 questions about 5 cities, and 5 measurements')
  expect(stdout).toMatch(/HitMissRatioPlugin +asked +found +ratio\n-+\n +500 +495 +99\.0 %/)
  expect(stdout).toMatch(/TimingPlugin +calls +average +least +most\n-+\nget +500 .*\nset +5 /)
})
