import { RedisCache } from '@pycached/redis'
import { backendContract } from '@pycached/testing'
import { describe, inject, test } from 'vitest'
import { shared } from './support.js'

describe('the contract of backends, on Redis', () => {
  const prefix = `${inject('redisNamespace')}-contract`
  const create = (options: object) => new RedisCache({ ...options, ...shared() })
  for (const { title, run } of backendContract({ create, prefix })) test.concurrent(title, run)
})
