import { backendContract, FakeClock } from '@pycached/testing'
import { describe, test } from 'vitest'
import { SimpleMemoryCache } from '../src/index.js'

describe('in real time', () => {
  const create = (options: object) => new SimpleMemoryCache(options)
  for (const { title, run } of backendContract({ create })) test.concurrent(title, run)
})

describe('on a clock that is moved', () => {
  // One clock for all caches: each only ever sees time go on.
  const clock = new FakeClock()
  const create = (options: object) => new SimpleMemoryCache({ clock, ...options })
  const wait = (ms: number) => clock.advance(ms)
  for (const { title, run } of backendContract({ create, wait })) test(title, run)
})
