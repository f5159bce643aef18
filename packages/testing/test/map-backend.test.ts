import { test } from 'vitest'
import { backendContract, cacheOver, FakeClock, MapBackend } from '../src/index.js'

const clock = new FakeClock()
const create = (options: object) => cacheOver(new MapBackend(clock), { clock, ...options })

for (const { title, run } of backendContract({ create, wait: (ms) => clock.advance(ms) })) test(title, run)
